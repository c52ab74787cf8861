/* The chart as of any day, without asking the server: Plotly has drawn every look of each development, and here those
   are shown that were known then, up to the as-of line. What is known of the marks is the film that
   dashboards/figures/gantt.py makes; of counts, what dashboards/figures/counts.py tells. Times are milliseconds, UTC. */
(function () {
  "use strict";

  const chart = (window.timelineChart = window.timelineChart || {});
  const MOST_NAMED = 12; // of the marks that changed with a step
  const DAY = 86400000;
  const ARROW = 6; // pixels from its middle to its tip
  /* A number, and one that has shares in it in about as many digits as say something, as dashboards/words.py does. */
  function about(number) {
    const whole = Math.round(number);
    if (Math.abs(number - whole) < 0.001 && (whole || !number)) return whole.toLocaleString("en-GB"); // shares are rounded
    if (number < 0.05) return "less than 0.1";
    return "about " + (number >= 10 ? Math.round(number) : Math.round(number * 10) / 10).toLocaleString("en-GB");
  }
  const count = (number, noun) => about(number) + " " + noun + (number === 1 ? "" : "s");
  // `22 May 0223`, as the server says it: a year always has four digits.
  const worded = (ms) => {
    const told = new Date(ms);
    return told.toLocaleDateString("en-GB", { day: "numeric", month: "long", timeZone: "UTC" }) + " " + told.toISOString().slice(0, 4);
  };

  let film = null; // what is known of the marks or cells
  let asOf = 0, knownAt = 0; // the cuts that are shown
  let parts = []; // mark -> the elements that draw it
  let signs = []; // at the edges of the window, each with the marks that it stands for
  let arrows = []; // the groups of arrows, which stand at the as-of line
  let settled = null; // the day and the edges for which all of this stands; null: for none
  let shown = new Uint8Array(0); // mark -> whether it is in view
  let changed = new Set(); // marks that came with the last step
  let tally = null; // how many developments there are, as the server counted them, and on which day
  const heard = { film: [], frame: [], drawn: [] }; // who waits for a film, for the frame of the chart, for each drawing

  const plot = () => document.querySelector("#chart .js-plotly-plot");
  const axis = () => { const one = plot(); return one && one._fullLayout && one._fullLayout.xaxis; };
  const drawnAt = (ms) => axis().c2p(ms);
  const has = (n) => film.from[n] <= knownAt && knownAt < film.to[n] && film.first[n] <= asOf;
  const openNow = (n) => film.open[n] > asOf && film.first[n] <= asOf;

  /* Find what Plotly drew of each mark, and let shades fade. */
  function index() {
    const gd = plot();
    parts = [];
    signs = [];
    arrows = [];
    settled = null;
    if (!gd || !film || film.level === "counts") return;
    const put = (n, element, part) => (parts[n] = parts[n] || []).push({ element, part, drawn: element.style.display !== "none" });
    for (const trace of gd.querySelectorAll(".barlayer .trace")) {
      const bars = trace.__data__, told = bars[0].trace;
      for (const bar of trace.querySelectorAll(".point")) {
        const n = told.customdata[bar.__data__.i], path = bar.querySelector("path");
        if (n === undefined || !path) continue;
        put(n, bar, "bar");
        if (told.meta.fade) path.style.fill = "url(#fade-" + told.meta.fade + "-" + chart.shade(told.marker.color) + ")";
        // Plotly may have drawn something else with this element before.
        path.style.strokeDasharray = told.meta.part === "possible" ? "2px,2px" : "";
      }
    }
    for (const trace of gd.querySelectorAll(".scatterlayer .trace")) {
      const told = trace.__data__[0].trace, part = told.meta.part, group = trace.querySelector(".points");
      if (part === "arrow") arrows.push(group);
      else if (group) group.removeAttribute("transform"); // Plotly may have drawn arrows in it before
      for (const point of trace.querySelectorAll(".points > .point, .text > .textpoint")) {
        const n = told.customdata && told.customdata[point.__data__.i];
        if (n === undefined) continue;
        if (part.startsWith("beyond")) signs.push({ element: point, side: part, marks: n, drawn: point.style.display !== "none" });
        else put(n, point, part);
        if (part === "point") point.style.strokeDasharray = told.meta.vague ? "2px,2px" : "";
        if (part === "arrow") move(point, 0);
      }
    }
    shown = new Uint8Array(film.id.length).fill(2);
  }

  function line() {
    if (!axis() || !plot()._fullLayout._plots.xy) return;
    const at = drawnAt(asOf), wide = plot()._fullLayout._size.w, atEdge = at > wide - ARROW && at < wide + 1;
    chart.line(plot(), at);
    chart.lineOfStrip(asOf);
    for (const group of arrows) group.setAttribute("transform", "translate(" + (atEdge ? wide - ARROW : at) + ",0)");
  }

  /* Show what was known, and hide what was not; say how many of each lane are in view. Only what a step changes is
     touched: whatever ends before the line stands as it did. */
  function apply(step) {
    const gd = plot();
    if (!gd || !film || !axis()) return;
    line();
    if (film.level === "counts") {
      const began = film.counts.map((cells, lane) => cells.reduce((sum, _, at) => sum + sumOf(cell(lane, at)), 0));
      head(began);
      tell(began.reduce((sum, n) => sum + n, 0), 0);
      return;
    }
    const lanes = new Array(film.lanes.length).fill(0), before = changed, places = measured();
    const same = settled && settled.left === places.left && settled.right === places.right;
    const since = same ? Math.min(settled.asOf, asOf) : -Infinity;
    settled = places;
    if (step) changed = new Set();
    const ids = new Set(), folded = new Set(), were = new Map(); // were: how what changed stood before
    for (let n = 0; n < film.id.length; n++) {
      const now = has(n) ? 1 : 0, turned = now !== shown[n];
      if (now) { lanes[film.lane[n]]++; ids.add(film.id[n]); }
      if (turned && step && now && shown[n] === 0) changed.add(n);
      if (turned && step && shown[n] === 1) were.set(film.id[n], film.status[n]);
      shown[n] = now;
      if (now ? turned || film.last[n] > since || film.open[n] > since : turned) settle(n, places);
    }
    for (const sign of signs) draw(sign, sign.marks.some((n) => shown[n] && goesOn(n, sign.side, places)));
    for (const n of before) if (!changed.has(n)) ring(n, false);
    for (const n of changed) ring(n, true);
    for (const [lane, first, from, to, id] of film.folded) {
      if (first <= asOf && from <= knownAt && knownAt < to) { lanes[lane]++; if (!ids.has(id)) folded.add(id); }
    }
    head(lanes);
    tell(ids.size, folded.size);
    if (step) {
      const names = [...changed].map((n) => film.title[n] + " — " + (were.get(film.id[n]) === film.status[n] ? "told otherwise" : film.status[n]));
      const more = names.length > MOST_NAMED ? "; and " + (names.length - MOST_NAMED) + " more" : "";
      write(document.getElementById("just-changed"), names.length ? "Changed: " + names.slice(0, MOST_NAMED).join("; ") + more : "");
    }
  }

  const sumOf = (numbers) => numbers.reduce((sum, n) => sum + n, 0);
  const spreadIn = (lane, at) => (film.spread ? film.spread[lane][at] : film.counts[lane][at].map(() => 0));
  /* How many of each status began in a cell, whether or not it is known on which day. */
  function cell(lane, at) {
    const spread = spreadIn(lane, at);
    return film.counts[lane][at].map((n, status) => n + spread[status]);
  }

  /* How many developments of each lane are in view, in the headings. */
  function head(lanes) {
    const headings = document.querySelectorAll("#headings .lane-count");
    lanes.forEach((number, lane) => {
      if (!headings[lane]) return;
      const drawn = film.partial ? " drawn" : "";
      write(headings[lane], number ? count(number, "development") + drawn : "nothing known in this window yet");
      headings[lane].parentElement.classList.toggle("empty", !number);
    });
  }

  /* Where times stand, as numbers: to ask Plotly's axis for each mark takes longer than all else in a step. */
  function measured() {
    const [left, right] = axis().range.map((edge) => axis().r2c(edge));
    const zero = drawnAt(left), each = (drawnAt(right) - zero) / (right - left);
    const at = (ms) => zero + (ms - left) * each;
    return { asOf, left, right, at, line: at(asOf) };
  }

  const goesOn = (n, side, { left, right }) => (side === "beyond-left" ? asOf > left : Math.min(film.last[n], asOf) > right + 1); // the as-of line may stand at the edge

  function draw(one, drawn) {
    if (one.drawn === drawn) return;
    one.drawn = drawn;
    one.element.style.display = drawn ? "" : "none";
  }

  /* Text that no component of Dash sets: to have Dash set it takes as long as a frame. A text is changed and not put
     anew where there is one, so that nobody who waits for new elements is called. */
  function write(element, text) {
    if (!element) return;
    if (!element.firstChild) element.textContent = text;
    else if (element.firstChild.nodeValue !== text) element.firstChild.nodeValue = text;
  }

  /* How many are shown of how many there are, and where the others are. While the history is played only the first
     number is known: the others are the server's. */
  function tell(number, folded, counted) {
    if (!counted && tally && tally.inside !== null) return; // no chart is in view
    const charted = !counted && film;
    const told = about;
    const how = charted && film.level === "counts" ? "began in this window" : "shown";
    if (!tally || (charted && tally.asOf !== asOf)) { write(document.getElementById("shown"), told(number) + " " + how); return; }
    const { all, passing, more, window: inWindow, elsewhere } = tally, there = more ? inWindow : number;
    const said = [more ? "first " + told(number) + (there === null ? "" : " of " + told(there)) + " in this window" : told(number) + " of " + told(all) + " " + how];
    const outside = passing === null || there === null ? 0 : Math.max(0, passing - there - folded);
    if (folded) said.push(told(folded) + " folded");
    let where = elsewhere ? " not on this map" : " outside this window";
    if (charted && film.level === "counts") where = " at other times";
    else if (charted && film.partial) where = " not in this picture";
    if (outside) said.push(told(outside) + where);
    if (passing !== null && all > passing) said.push(told(all - passing) + " filtered out");
    write(document.getElementById("shown"), said.join(" · "));
  }

  /* What of a mark depends on where the as-of line is: bars are cut off by it, points that may yet come wait at it, labels
     stand behind it, and arrows point on beyond it. */
  function settle(n, places) {
    const now = shown[n] === 1, cut = film.last[n] > asOf;
    for (const one of parts[n] || []) {
      const { element, part } = one;
      draw(one, now && (part !== "arrow" || openNow(n)));
      if (!now) continue;
      if (part === "bar") {
        if (cut) element.setAttribute("clip-path", "url(#as-of-clip)");
        else if (element.hasAttribute("clip-path")) element.removeAttribute("clip-path");
      } else if (part === "point") {
        const middle = places.at((film.first[n] + film.last[n]) / 2);
        if (middle > places.line || element.dataset.moved) move(element, Math.min(middle, places.line));
      } else if (part === "label") {
        const edge = Math.min(film.last[n], places.right), end = Math.min(film.last[n], asOf);
        const behind = cut && film.side[n] === 1 && film.label[n] >= edge; // it stands behind the mark
        const ahead = cut && film.side[n] === 1 && !behind && film.label[n] > asOf; // on a part of it that is cut off
        const past = film.side[n] === 2 && places.at(Math.min(film.coreEnd[n], asOf)) < places.at(film.label[n]) + film.title[n].length * 6.1;
        const shift = behind ? places.at(end) - places.at(edge) + (!openNow(n) ? -8 : film.open[n] > film.last[n] ? 0 : 10)
          : ahead ? places.line + 12 - places.at(film.label[n]) : 0;
        if (behind || ahead || element.dataset.moved) {
          element.setAttribute("transform", "translate(" + Math.min(0, shift) + ",0)");
          element.dataset.moved = "yes";
        }
        element.classList.toggle("off-fill", past);
      }
    }
  }

  function move(element, x) {
    const place = /translate\(([^,]+),([^)]+)\)/.exec(element.getAttribute("transform") || "");
    if (place) element.setAttribute("transform", "translate(" + x + "," + place[2] + ")");
    element.dataset.moved = "yes";
  }

  function ring(n, on) {
    for (const { element } of parts[n] || []) element.classList.toggle("just-changed-mark", on);
  }

  /* Whether the chart can be seen; where it stands is not asked, since then the page would have to be laid out first. */
  const inSight = () => Boolean(plot()) && !plot().closest("[hidden]") && document.documentElement.dataset.page !== "beside";

  function listen(gd) {
    if (gd.dataset.listening) return;
    gd.dataset.listening = "yes";
    gd.on("plotly_afterplot", () => {
      for (const wait of heard.drawn) wait();
      index();
      apply(false);
    });
    gd.on("plotly_relayouting", line);
    for (const wait of heard.frame) wait(document.querySelector(".chart-frame"));
  }

  /* What the other scripts of the chart see of it. */
  const view = {
    get film() { return film; }, get asOf() { return asOf; }, get parts() { return parts; }, get shown() { return shown; },
    plot, axis, drawnAt, openNow, inSight, about, count, worded, write, cell, sumOf, spreadIn, DAY,
    when: (what, then) => heard[what].push(then),
  };

  Object.assign(chart, {
    view,
    /* A film has come from the server: wait until Plotly has drawn it. */
    load(next, day, known) {
      film = next;
      for (const wait of heard.film) wait();
      this.at(day, known, false);
      const wait = () => {
        const gd = plot();
        if (!gd || !gd._fullLayout || !gd.on) { window.setTimeout(wait, 30); return; }
        listen(gd);
        index();
        apply(false);
      };
      wait();
    },
    /* Stand at the end of a day (days since 1970), as known then or at another moment. */
    at(day, known, step) {
      const was = asOf;
      asOf = (day + 1) * DAY - 0.001;
      knownAt = known === null || known === undefined ? asOf : known;
      if (film) apply(step && asOf !== was);
    },
    /* The cells as of another day, which somebody else has painted. */
    recount(cells, day, known) {
      film = { ...film, ...cells };
      this.at(day, known, false);
    },
    /* What the server counted for a day; `inside` where the picture is no chart and the server told it, too. */
    tally(next, day) {
      tally = { ...next, asOf: (day + 1) * DAY - 0.001 };
      if (next.inside !== null) tell(next.inside, 0, true);
      else if (film) apply(false);
    },
    plays: () => Boolean(film) && film.level === "film" && inSight(),
    inView: () => [...shown.keys()].filter((n) => shown[n] === 1).map((n) => ({ id: film.id[n], title: film.title[n], status: film.status[n], lane: film.lanes[film.lane[n]] })),
    have: () => (film ? { key: film.key, rows: film.rows || {} } : {}),
  });
})();
