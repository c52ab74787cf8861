/* Navigation in the browser: controls write the address, and the address decides what is shown.
   Nothing here knows what a development is; `dashboards/filters.py` reads what is written here. */
(function () {
  "use strict";

  const DAY = 86400000;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const day = (number) => new Date(number * DAY).toISOString().slice(0, 10);
  const dayOf = (value) => {
    // Plotly gives a range either as milliseconds or as "2022-05-01 12:30".
    const ms = typeof value === "number" ? value : Date.parse(String(value).replace(" ", "T") + "Z");
    return new Date(ms).toISOString().slice(0, 10);
  };
  const worded = (number) =>
    new Date(number * DAY).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

  function measure() {
    const box = document.getElementById("chart-box");
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    return { width: Math.max(240, Math.round(box ? box.clientWidth : window.innerWidth)), dark };
  }

  function applyTheme(search) {
    const wanted = new URLSearchParams(search || "").get("theme");
    const theme = wanted || (measure().dark ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    set("theme", { children: theme === "dark" ? "Light" : "Dark" });
  }

  function go(parameters) {
    const search = parameters.toString();
    const target = search ? "?" + search : "";
    if (target !== window.location.search) set("url", { search: target });
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
    parameters.set("from", dayOf(first));
    parameters.set("to", dayOf(last));
    parameters.delete("window");
  }

  let listening = false;
  let playing = false;

  function stop() {
    playing = false;
    set("play-clock", { disabled: true });
    set("play", { children: "▶", "aria-label": "Play the history" });
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    page: {
      viewport: function () {
        if (!listening) {
          listening = true;
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
        return measure();
      },

      navigate: function (asOf, known, view, span, statuses, fronts, actor, click, moved, drawn, rows, theme,
                          statusOptions, frontOptions, lastDay, given, search) {
        const triggered = new Set(window.dash_clientside.callback_context.triggered.map((one) => one.prop_id));
        const parameters = new URLSearchParams(search || "");
        if (!given) return;
        // What the server set is no choice of the reader's.
        const chosen = (name, value) => JSON.stringify(value) !== JSON.stringify(given[name]);
        if (chosen("asOf", asOf)) put(parameters, "as_of", day(asOf), day(lastDay));
        if (chosen("known", known)) put(parameters, "known_at", known, "then");
        if (chosen("view", view)) put(parameters, "view", view, "gantt");
        if (chosen("window", span) && span) {
          put(parameters, "window", span, "all");
          parameters.delete("from");
          parameters.delete("to");
        }
        if (chosen("statuses", statuses)) putAll(parameters, "status", statuses, statusOptions);
        if (chosen("fronts", fronts)) putAll(parameters, "front", fronts, frontOptions);
        if (chosen("actor", actor)) put(parameters, "actor", actor);
        if (triggered.has("chart.clickData") && click && click.points.length && click.points[0].customdata) {
          parameters.set("id", click.points[0].customdata);
        }
        for (const [id, change] of [["chart", moved], ["overview", drawn]]) {
          if (triggered.has(id + ".relayoutData") && change && change["xaxis.range[0]"] !== undefined) {
            putRange(parameters, change["xaxis.range[0]"], change["xaxis.range[1]"]);
          }
        }
        for (const id of triggered) {
          if (id.startsWith("{") && rows.some((clicks) => clicks)) parameters.set("id", JSON.parse(id.split(".n_clicks")[0]).index);
        }
        if (triggered.has("theme.n_clicks") && theme) {
          parameters.set("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
        }
        go(parameters);
        applyTheme("?" + parameters.toString());
      },

      close: function (clicks) {
        if (!clicks) return;
        const parameters = new URLSearchParams(window.location.search);
        parameters.delete("id");
        go(parameters);
      },

      step: function (back, on, value, least, most) {
        const triggered = window.dash_clientside.callback_context.triggered_id;
        if (triggered === "step-back" && value > least) set("as-of", { value: value - 1 });
        if (triggered === "step-on" && value < most) set("as-of", { value: value + 1 });
      },

      play: function (clicks, disabled, value, least, most) {
        if (!clicks) return;
        if (playing) { stop(); return; }
        playing = true;
        if (value >= most) set("as-of", { value: least });
        set("play-clock", { disabled: false });
        set("play", { children: "❚❚", "aria-label": "Pause" });
      },

      tick: function (ticks, value, least, most) {
        if (!playing) return;
        // The whole history in about eighty steps, but never less than a day.
        const step = Math.max(1, Math.round((most - least) / 80));
        if (value >= most) stop();
        else set("as-of", { value: Math.min(value + step, most) });
      },

      label: function (value) {
        if (value !== undefined && value !== null) set("as-of-label", { children: worded(value) });
      },

      toggleFilters: function (clicks) {
        if (clicks) document.getElementById("filters").classList.toggle("open");
      },

      share: function (clicks, href) {
        if (!clicks) return;
        const address = new URL(href, window.location.origin).toString();
        const done = () => set("share", { children: "Copied" });
        if (navigator.clipboard) navigator.clipboard.writeText(address).then(done, () => {});
      },
    },
  });
})();
