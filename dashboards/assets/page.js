/* Navigation in the browser: controls write the address, and the address decides what is shown.
   Nothing here knows what a development is; `dashboards/filters.py` reads what is written here. */
(function () {
  "use strict";

  const DAY = 86400000, SECOND = 1000;
  const NARROW = 760; // pixels; as in assets/style.css
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const FIRST = Date.parse("0001-01-01"), LAST = Date.parse("9998-12-31"); // the days that an address can tell
  const dayOf = (ms) => new Date(Math.max(FIRST, Math.min(LAST, ms))).toISOString().slice(0, 10);
  const day = (number) => dayOf(number * DAY);
  // Plotly gives a range either as milliseconds or as "2022-05-01 12:30"; before the year 1 as "-0300-05-01".
  const moment = (value) => {
    if (typeof value === "number") return value;
    const text = String(value), ms = Date.parse(text.replace(" ", "T") + (text.length > 10 ? "Z" : ""));
    return Number.isNaN(ms) ? (text.startsWith("-") ? FIRST : LAST) : ms;
  };

  // A name that runs from right to left, so that what follows it in a plain text stays where it is.
  const isolated = (text) => (/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]/.test(text) ? "\u2068" + text + "\u2069" : text);

  let lastWidth = 0; // of the chart's box, which has none while another page is shown

  function measure() {
    const box = document.getElementById("chart-box");
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    lastWidth = (box && box.clientWidth) || lastWidth || window.innerWidth;
    return { window: window.innerWidth, width: Math.max(240, Math.round(lastWidth)), dark };
  }

  function applyTheme(search) {
    const wanted = new URLSearchParams(search || "").get("theme");
    const theme = wanted || (measure().dark ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    set("theme", { children: theme === "dark" ? "Light" : "Dark" });
  }

  /* Go to a query string; one that replaces the address leaves nothing to go back to. */
  function go(parameters, replacing) {
    const search = parameters.toString();
    const target = search ? "?" + search : "";
    if (target === window.location.search) return;
    if (replacing) window.history.replaceState(window.history.state, "", window.location.pathname + target);
    set("url", { search: target });
  }

  function put(parameters, name, value, standard) {
    if (value === undefined || value === null || value === "" || value === standard) parameters.delete(name);
    else parameters.set(name, value);
  }

  function putAll(parameters, name, values, options) {
    const all = (options || []).map((option) => option.value);
    const chosen = all.filter((value) => (values || []).includes(value));
    parameters.delete(name);
    if (chosen.length && chosen.length < all.length) chosen.forEach((value) => parameters.append(name, value));
  }

  function putRange(parameters, first, last) {
    // The server tells the end of a day as a thousandth of a second before the next one.
    parameters.set("from", dayOf(first + SECOND));
    parameters.set("to", dayOf(Math.max(first + SECOND, last - SECOND)));
    parameters.delete("window");
  }

  const here = () => new URLSearchParams(window.location.search);
  const change = (edit, replacing) => { const parameters = here(); edit(parameters); go(parameters, replacing); };
  const showAll = () => change((parameters) => ["from", "to", "window"].forEach((name) => parameters.delete(name)));

  let listening = false;
  let drawn = null; // the film that the chart shows
  let pressedHeading = null; // the lane that was folded or unfolded last
  let given = null; // what the server set the controls to

  function zoomTo(first, last) {
    const least = Math.max(last - first, DAY);
    if (given && first <= given.whole[0] && last >= given.whole[1]) { showAll(); return; }
    change((parameters) => putRange(parameters, first, first + least - 1));
  }

  /* Zoom by a factor, or move by a share of the window: by whole days, at least one. */
  function scaleBy(factor, shift = 0) {
    if (!given) return;
    const [left, right] = given.span.map((edge) => Math.round(edge / SECOND) * SECOND), [least, most] = given.whole;
    const apart = right < least || left > most; // a window on what lies outside
    const middle = (left + right) / 2, half = ((right - left) / 2) * factor;
    const moved = Math.sign(shift) * Math.max(1, Math.round(((right - left) / DAY) * Math.abs(shift))) * DAY;
    if (factor > 1 && half * 2 >= most - least && !apart) { showAll(); return; }
    if (half * 2 < 2 * DAY - SECOND) {
      const first = Math.floor((middle + moved) / DAY) * DAY; // nothing is nearer than a day
      zoomTo(first, first + DAY);
    } else {
      const back = Math.max(FIRST - (middle - half + moved), 0) || Math.min(LAST + DAY - (middle + half + moved), 0);
      zoomTo(middle - half + moved + back, middle + half + moved + back); // up to the ends of the calendar, as wide as before
    }
  }

  /* What the replay (replay.js) needs of the page. */
  window.timelinePage = { DAY, set, day, put, here, change, get given() { return given; } };
  const replay = () => window.timelineReplay;

  window.timelineChart = Object.assign(window.timelineChart || {}, {
    open: (id) => change((parameters) => replay().put(parameters).set("id", id)),
    zoom: (first, last) => zoomTo(first, last + DAY),
    scale: (factor) => scaleBy(factor),
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    page: {
      viewport: function () {
        if (!listening) {
          listening = true;
          replay().watch();
          let waiting = null;
          let last = measure();
          const again = () => {
            clearTimeout(waiting);
            waiting = setTimeout(() => {
              const now = measure();
              if (now.width !== last.width || now.dark !== last.dark) {
                last = now;
                applyTheme(window.location.search);
                set("viewport", { data: now });
              }
            }, 200);
          };
          new ResizeObserver(again).observe(document.getElementById("chart-box"));
          window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
        }
        applyTheme(window.location.search);
        if (window.innerWidth <= NARROW) set("key", { open: false });
        return measure();
      },

      navigate: function (known, view, span, lanes, order, text, statuses, fronts, kinds, actor, source,
                          statusOptions, frontOptions, set) {
        if (!set) return;
        const parameters = here(), before = parameters.toString();
        // What the server set is no choice of the reader's.
        const chosen = (name, value) => JSON.stringify(value) !== JSON.stringify(set[name]);
        if (chosen("known", known)) put(parameters, "known_at", known, "then");
        if (chosen("view", view)) put(parameters, "view", view, "gantt");
        if (chosen("window", span) && span) {
          put(parameters, "window", span, "all");
          parameters.delete("from");
          parameters.delete("to");
        }
        if (chosen("lanes", lanes)) put(parameters, "lanes", lanes, "front");
        if (chosen("order", order)) put(parameters, "order", order, "opened");
        if (chosen("text", text || "")) put(parameters, "q", text);
        if (chosen("statuses", statuses)) putAll(parameters, "status", statuses, statusOptions);
        if (chosen("fronts", fronts)) putAll(parameters, "front", fronts, frontOptions);
        if (chosen("kinds", kinds || [])) {
          parameters.delete("kind");
          (kinds || []).forEach((kind) => parameters.append("kind", kind));
        }
        if (chosen("actor", actor)) put(parameters, "actor", actor);
        if (chosen("source", source)) put(parameters, "source", source);
        // An answer moves nothing by itself: Dash, which is not done with it, would now and then not ask again.
        if (parameters.toString() === before) return;
        replay().put(parameters);
        go(parameters);
      },

      draw: function (film, set_) {
        given = set_;
        if (!set_) return;
        setTimeout(window.timelineFocus.again);
        window.timelineChart.tally(set_.tally, set_.asOf);
        const now = replay().answered(set_.asOf), day = film && film.level === "film" ? now : set_.asOf;
        if (!film) return;
        if (film !== drawn) { drawn = film; window.timelineChart.load(film, day, set_.knownAt); }
        else window.timelineChart.at(day, set_.knownAt, false);
        set("have", { data: window.timelineChart.have() });
        if (pressedHeading !== null) {
          // The headings are made anew; whoever folds by keyboard stays where he was.
          const wanted = [...document.querySelectorAll("#headings button")].find((one) => JSON.parse(one.id).index === pressedHeading);
          if (wanted) wanted.focus();
          pressedHeading = null;
        }
      },

      zoomed: function (moved, onOverview) {
        const triggered = window.dash_clientside.callback_context.triggered.map((one) => one.prop_id.split(".")[0]);
        const range = triggered.includes("overview") ? onOverview : moved;
        if (!range || range["xaxis.range[0]"] === undefined) return;
        zoomTo(moment(range["xaxis.range[0]"]), moment(range["xaxis.range[1]"]));
      },

      framed: function (moved, click) {
        const triggered = window.dash_clientside.callback_context.triggered.map((one) => one.prop_id);
        const put = (west, south, east, north) => change((parameters) => {
          const round = (degrees) => Math.round(degrees * 1e5) / 1e5, turn = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
          parameters.set("map", [turn(west), Math.max(-90, south), turn(east), Math.min(90, north)].map(round).join());
        });
        if (triggered.includes("map-chart.clickData") && click && click.points.length) {
          const data = click.points[0].customdata;
          if (typeof data === "string" && data.startsWith("box:")) put(...data.slice(4).split(",").map(Number));
          else if (data) window.timelineChart.open(data);
          return;
        }
        if (moved && moved["xaxis.range[0]"] !== undefined && moved["yaxis.range[0]"] !== undefined) {
          put(moved["xaxis.range[0]"], moved["yaxis.range[0]"], moved["xaxis.range[1]"], moved["yaxis.range[1]"]);
        }
      },

      /* The title of the window is that of the page, and of two pages only one is there. */
      titled: function (pathname) {
        document.documentElement.dataset.page = pathname === "/" ? "timeline" : "beside";
        if (pathname !== "/") replay().leave();
        const headings = [...document.querySelectorAll("#subpage h1")].map((one) => one.textContent);
        const site = document.querySelector("#timeline .site").textContent;
        document.title = pathname !== "/" && headings.length ? isolated(headings[0]) + " · " + site : site;
        applyTheme(window.location.search);
      },

      pageDay: function (value) {
        const cuts = document.querySelector("#subpage .page-cuts");
        // What the server filled in is no choice of the reader's.
        if (!cuts || !value || value === cuts.dataset.day) return;
        change((parameters) => parameters.set("as_of", value));
      },

      opened: function (clicks) {
        const id = window.dash_clientside.callback_context.triggered_id;
        if (id && clicks.some((number) => number)) window.timelineChart.open(id.index);
      },

      folded: function (clicks) {
        const id = window.dash_clientside.callback_context.triggered_id;
        if (!id || !clicks.some((number) => number)) return;
        pressedHeading = id.index;
        change((parameters) => {
          const now = parameters.getAll("fold"), next = now.includes(id.index) ? now.filter((one) => one !== id.index) : [...now, id.index];
          parameters.delete("fold");
          next.forEach((one) => parameters.append("fold", one));
        });
      },

      pressed: function () {
        const id = window.dash_clientside.callback_context.triggered_id;
        if (id === "zoom-in") scaleBy(0.5);
        if (id === "zoom-out") scaleBy(2);
        if (id === "earlier") scaleBy(1, -0.5);
        if (id === "later") scaleBy(1, 0.5);
      },

      askAgain: function (clicks) {
        if (clicks) set("viewport", { data: measure() });
      },

      close: function (clicks) {
        if (clicks) change((parameters) => parameters.delete("id"));
      },

      reset: function (clicks) {
        if (clicks) change((parameters) => ["q", "status", "front", "kind", "actor", "source", "tag", "place", "language", "external_id"].forEach((name) => parameters.delete(name)));
      },

      theme: function (clicks) {
        if (!clicks) return;
        const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
        change((parameters) => parameters.set("theme", next));
        applyTheme("?theme=" + next);
      },

      play: function (clicks) {
        if (clicks) replay().play();
      },

      toggleFilters: function (clicks) {
        if (!clicks) return;
        const open = document.getElementById("filters").classList.toggle("open");
        document.getElementById("filters-button").setAttribute("aria-expanded", String(open));
      },
    },
  });
})();
