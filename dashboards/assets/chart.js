/* The chart as of any day, without asking the server: Plotly has drawn every look of each development, and here those
   are shown that were known then, up to the as-of line. What is known of the marks is the film that
   dashboards/figures/gantt.py makes; of counts, what dashboards/figures/counts.py tells. Times are milliseconds, UTC. */
(function () {
  "use strict";

  const MOST_NAMED = 12; // of the marks that changed with a step
  const DAY = 86400000;
  const SVG = "http://www.w3.org/2000/svg";
  const count = (number, noun) => number.toLocaleString("en-GB") + " " + noun + (number === 1 ? "" : "s");
  const worded = (ms) => new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

  let film = null; // what is known of the marks or cells
  let asOf = 0, knownAt = 0; // the cuts that are shown
  let parts = []; // mark -> the elements that draw it
  let shown = new Uint8Array(0); // mark -> whether it is in view
  let changed = new Set(); // marks that came with the last step
  let tally = null; // how many developments there are, as the server counted them, and on which day
  const heard = { film: [], frame: [] }; // who waits for a film, and for the frame in which it is drawn

  const plot = () => document.querySelector("#chart .js-plotly-plot");
  const axis = () => { const one = plot(); return one && one._fullLayout && one._fullLayout.xaxis; };
  const drawnAt = (ms) => axis().c2p(ms);
  const has = (n) => film.from[n] <= knownAt && knownAt < film.to[n] && film.first[n] <= asOf;
  const openNow = (n) => film.open[n] > asOf && film.first[n] <= asOf;

  function make(parent, name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    parent.appendChild(made);
    return made;
  }

  /* Find what Plotly drew of each mark, and let shades fade. */
  function index() {
    const gd = plot();
    parts = [];
    if (!gd || !film || film.level === "counts") return;
    const put = (n, element, part) => (parts[n] = parts[n] || []).push({ element, part });
    for (const trace of gd.querySelectorAll(".barlayer .trace")) {
      const bars = trace.__data__, told = bars[0].trace;
      for (const bar of trace.querySelectorAll(".point")) {
        const n = told.customdata[bar.__data__.i], path = bar.querySelector("path");
        if (n === undefined || !path) continue;
        put(n, bar, told.meta.part);
        if (told.meta.part.startsWith("fade")) path.style.fill = "url(#" + told.meta.part + "-" + shade(told) + ")";
        // Plotly may have drawn something else with this element before.
        path.style.strokeDasharray = told.meta.part === "possible" ? "2px,2px" : "";
      }
    }
    for (const trace of gd.querySelectorAll(".scatterlayer .trace")) {
      const told = trace.__data__[0].trace;
      for (const point of trace.querySelectorAll(".points > .point, .text > .textpoint")) {
        const n = told.customdata && told.customdata[point.__data__.i];
        if (n !== undefined) put(n, point, told.meta.part);
      }
    }
    shown = new Uint8Array(film.id.length).fill(2);
  }

  /* A gradient for the shade of a trace; returns the end of its name. */
  function shade(told) {
    const colour = told.marker.color, name = colour.replace(/[^0-9]+/g, "-");
    let defs = document.querySelector("#fades defs");
    if (!defs) {
      const svg = make(document.body, "svg", { id: "fades", width: 0, height: 0, "aria-hidden": "true" });
      svg.style.position = "absolute";
      defs = make(svg, "defs");
    }
    for (const [part, from, to] of [["fade-left", 0, 1], ["fade-right", 1, 0]]) {
      const id = part + "-" + name;
      if (document.getElementById(id)) continue;
      const gradient = make(defs, "linearGradient", { id });
      make(gradient, "stop", { offset: 0, "stop-color": colour, "stop-opacity": from });
      make(gradient, "stop", { offset: 1, "stop-color": colour, "stop-opacity": to });
    }
    return name;
  }

  /* The as-of line, what lies behind it, and the edge at which bars are cut off. */
  function line() {
    const gd = plot();
    const under = gd && axis() && gd._fullLayout._plots.xy.plot.node();
    if (!under) return;
    const wide = gd._fullLayout._size.w, high = gd._fullLayout._size.h;
    const at = drawnAt(asOf), here = Math.max(0, Math.min(at, wide));
    let group = gd.querySelector(".as-of-layer");
    if (!group) {
      group = make(under, "g", { class: "as-of-layer" });
      make(group, "rect", { class: "veil", y: 0 });
      make(group, "line", { class: "as-of-line", y1: 0 });
      const clip = make(gd.querySelector("svg.main-svg defs"), "clipPath", { id: "as-of-clip" });
      make(clip, "rect", { x: -10 * wide, y: 0 });
    }
    const [veil, mark] = group.children;
    veil.setAttribute("x", here);
    veil.setAttribute("width", Math.max(0, wide - here));
    veil.setAttribute("height", high);
    mark.setAttribute("x1", at);
    mark.setAttribute("x2", at);
    mark.setAttribute("y2", high);
    const edge = document.querySelector("#as-of-clip rect");
    edge.setAttribute("x", -wide);
    edge.setAttribute("width", Math.max(0, wide + at));
    edge.setAttribute("height", high + 50);
    const bars = gd.querySelector(".barlayer");
    if (bars) bars.setAttribute("clip-path", "url(#as-of-clip)");
  }

  /* Show what was known, and hide what was not; say how many of each lane are in view. */
  function apply(step) {
    const gd = plot();
    if (!gd || !film || !axis()) return;
    line();
    if (film.level === "counts") { tell(film.counts.flat(2).reduce((sum, n) => sum + n, 0), 0); return; }
    const lanes = new Array(film.lanes.length).fill(0), before = changed;
    if (step) changed = new Set();
    const ids = new Set(), folded = new Set();
    for (let n = 0; n < film.id.length; n++) {
      const now = has(n) ? 1 : 0;
      if (now) { lanes[film.lane[n]]++; ids.add(film.id[n]); }
      const turned = now !== shown[n];
      if (turned && step && now && shown[n] === 0) changed.add(n);
      if (turned) for (const one of parts[n] || []) one.element.style.display = now ? "" : "none";
      shown[n] = now;
      if (now) settle(n);
    }
    for (const n of before) ring(n, false);
    for (const n of changed) ring(n, true);
    for (const [lane, first, from, to, id] of film.folded) {
      if (first <= asOf && from <= knownAt && knownAt < to) { lanes[lane]++; if (!ids.has(id)) folded.add(id); }
    }
    lanes.forEach((number, lane) => {
      const heading = document.querySelectorAll("#headings .lane-count")[lane];
      if (!heading) return;
      heading.textContent = number ? count(number, "development") : "nothing known in this window yet";
      heading.parentElement.classList.toggle("empty", !number);
    });
    tell(ids.size, folded.size);
    if (step) {
      const names = [...changed].map((n) => film.title[n] + " — " + film.status[n]);
      const more = names.length > MOST_NAMED ? "; and " + (names.length - MOST_NAMED) + " more" : "";
      set("just-changed", { children: names.length ? "Changed: " + names.slice(0, MOST_NAMED).join("; ") + more : "" });
    }
  }

  /* How many are shown of how many there are, and where the others are. While the history is played only the first
     number is known: the others are the server's. */
  function tell(number, folded, counted) {
    if (!counted && tally && tally.inside !== null) return; // no chart is in view
    const charted = !counted && film;
    const told = (n) => n.toLocaleString("en-GB");
    const how = charted && film.level === "counts" ? "began in this window" : "shown";
    if (!tally || (charted && tally.asOf !== asOf)) { set("shown", { children: told(number) + " " + how }); return; }
    const { all, passing, more } = tally, said = [told(number) + " of " + told(all) + " " + how];
    const outside = passing === null ? 0 : Math.max(0, passing - number - folded);
    if (folded) said.push(told(folded) + " folded");
    if (outside) said.push(told(outside) + (more ? " more" : charted && film.partial ? " not in this picture" : " outside this window"));
    if (passing !== null && all > passing) said.push(told(all - passing) + " filtered out");
    set("shown", { children: said.join(" · ") });
  }

  /* What of a mark moves along with the as-of line: arrows, points that may yet come, and labels behind the line. */
  function settle(n) {
    const at = drawnAt(asOf), end = Math.min(film.last[n], asOf);
    for (const { element, part } of parts[n] || []) {
      if (part === "arrow") {
        element.style.display = openNow(n) ? "" : "none";
        move(element, at);
      } else if (part.startsWith("beyond")) {
        const [left, right] = axis().range.map((edge) => axis().r2c(edge));
        element.style.display = part === "beyond-left" ? (asOf > left ? "" : "none") : end > right ? "" : "none";
      } else if (part === "point") {
        const middle = drawnAt((film.first[n] + film.last[n]) / 2);
        if (middle > at || element.dataset.moved) move(element, Math.min(middle, at));
      } else if (part === "label") {
        const edge = Math.min(film.last[n], axis().r2c(axis().range[1]));
        const cut = film.last[n] > asOf && film.side[n] === 1 && film.label[n] >= edge; // it stands behind the mark
        const inside = film.side[n] === 2 && drawnAt(Math.min(film.coreEnd[n], asOf)) < drawnAt(film.label[n]) + film.title[n].length * 6.1;
        const shift = cut ? drawnAt(end) - drawnAt(edge) + (!openNow(n) ? -8 : film.open[n] > film.last[n] ? 0 : 10) : 0;
        if (cut || element.dataset.moved) {
          element.setAttribute("transform", "translate(" + Math.min(0, shift) + ",0)");
          element.dataset.moved = "yes";
        }
        element.classList.toggle("off-fill", inside);
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

  function listen(gd) {
    if (gd.dataset.listening) return;
    gd.dataset.listening = "yes";
    gd.on("plotly_afterplot", () => { index(); apply(false); });
    gd.on("plotly_relayouting", line);
    for (const wait of heard.frame) wait(document.querySelector(".chart-frame"));
  }

  const set = (id, props) => window.dash_clientside.set_props(id, props);

  /* What the other scripts of the chart see of it. */
  const view = {
    get film() { return film; }, get asOf() { return asOf; }, get parts() { return parts; }, get shown() { return shown; },
    plot, axis, drawnAt, openNow, count, worded, DAY,
    when: (what, then) => heard[what].push(then),
  };

  window.timelineChart = Object.assign(window.timelineChart || {}, {
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
    /* What the server counted for a day; `inside` where the picture is no chart and the server told it, too. */
    tally(next, day) {
      tally = { ...next, asOf: (day + 1) * DAY - 0.001 };
      if (next.inside !== null) tell(next.inside, 0, true);
      else if (film) apply(false);
    },
    plays: () => Boolean(film) && film.level === "film" && Boolean(plot()) && plot().offsetParent !== null,
    inView: () => [...shown.keys()].filter((n) => shown[n] === 1).map((n) => ({ id: film.id[n], title: film.title[n], status: film.status[n], lane: film.lanes[film.lane[n]] })),
    have: () => (film ? { key: film.key, rows: film.rows || {} } : {}),
  });
})();
