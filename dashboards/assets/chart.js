/* The chart as of any day, without asking the server: Plotly has drawn every look of each development, and here those
   are shown that were known then, up to the as-of line. What is known of the marks is the film that
   dashboards/figures/gantt.py makes; of counts, what dashboards/figures/counts.py tells. Times are milliseconds, UTC. */
(function () {
  "use strict";

  const MOST_NAMED = 12; // of the marks that changed with a step
  const DAY = 86400000;
  const SVG = "http://www.w3.org/2000/svg";
  const STATUS = {
    confirmed: "Confirmed by an analyst", corroborated: "Corroborated by independent sources",
    claimed: "Claimed by one side only", disputed: "Disputed: some assert it, others deny it", denied: "Only denials",
    refuted: "Refuted by an analyst", retracted: "Taken back",
  };
  const count = (number, noun) => number.toLocaleString("en-GB") + " " + noun + (number === 1 ? "" : "s");
  const worded = (ms) => new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

  let film = null; // what is known of the marks or cells
  let asOf = 0, knownAt = 0; // the cuts that are shown
  let parts = []; // mark -> the elements that draw it
  let shown = new Uint8Array(0); // mark -> whether it is in view
  let changed = new Set(); // marks that came with the last step
  let cursor = -1; // the mark under the keyboard's cursor

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
    if (film.level === "counts") { told(film.counts.flat(2).reduce((sum, n) => sum + n, 0), "began in this window"); return; }
    const lanes = new Array(film.lanes.length).fill(0), before = changed;
    if (step) changed = new Set();
    let all = 0;
    for (let n = 0; n < film.id.length; n++) {
      const now = has(n) ? 1 : 0;
      if (now) { lanes[film.lane[n]]++; all++; }
      const turned = now !== shown[n];
      if (turned && step && now && shown[n] === 0) changed.add(n);
      if (turned) for (const one of parts[n] || []) one.element.style.display = now ? "" : "none";
      shown[n] = now;
      if (now) settle(n);
    }
    for (const n of before) ring(n, false);
    for (const n of changed) ring(n, true);
    for (const [lane, first, from, to] of film.folded) if (first <= asOf && from <= knownAt && knownAt < to) lanes[lane]++;
    lanes.forEach((number, lane) => {
      const heading = document.querySelectorAll("#headings .lane-count")[lane];
      if (heading) heading.textContent = count(number, "development");
    });
    told(all, "shown");
    if (step) {
      const names = [...changed].map((n) => film.title[n] + " — " + film.status[n]);
      const more = names.length > MOST_NAMED ? "; and " + (names.length - MOST_NAMED) + " more" : "";
      set("just-changed", { children: names.length ? "Changed: " + names.slice(0, MOST_NAMED).join("; ") + more : "" });
    }
  }

  function told(number, how) {
    set("shown", { children: number.toLocaleString("en-GB") + " " + how });
  }

  /* What of a mark moves along with the as-of line: arrows, points that may yet come, and labels behind the line. */
  function settle(n) {
    const at = drawnAt(asOf), end = Math.min(film.last[n], asOf);
    for (const { element, part } of parts[n] || []) {
      if (part === "arrow") {
        element.style.display = openNow(n) ? "" : "none";
        move(element, at);
      } else if (part === "point") {
        const middle = drawnAt((film.first[n] + film.last[n]) / 2);
        if (middle > at || element.dataset.moved) move(element, Math.min(middle, at));
      } else if (part === "label") {
        const cut = film.last[n] > asOf && film.side[n] === 1;
        const inside = film.side[n] === 2 && drawnAt(Math.min(film.coreEnd[n], asOf)) < drawnAt(film.label[n]) + film.title[n].length * 6.1;
        const shift = cut ? drawnAt(end) - drawnAt(Math.min(film.last[n], axis().r2c(axis().range[1]))) + (openNow(n) ? 0 : -8) : 0;
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

  /* The mark or cell under a place of the page (pixels of the window). */
  function under(event) {
    const gd = plot();
    if (!gd || !film || !axis()) return null;
    const box = gd.getBoundingClientRect();
    const x = event.clientX - box.left - gd._fullLayout._size.l, y = event.clientY - box.top - gd._fullLayout._size.t;
    const ms = axis().p2c(x);
    if (film.level === "counts") return cell(ms, Math.floor(y / (gd._fullLayout._size.h / Math.max(film.lanes.length * film.rowsEach, 4))));
    const row = Math.floor(y / film.rowHeight), near = axis().p2c(x + 8) - ms;
    let best = null, least = Infinity;
    for (let n = 0; n < film.id.length; n++) {
      if (film.row[n] !== row || !shown[n]) continue;
      const middle = (film.first[n] + film.last[n]) / 2;
      const [start, end] = film.point[n] ? [middle, middle] : [film.first[n], Math.min(film.last[n], asOf)];
      const wordEnd = film.side[n] === 1 ? Math.min(film.label[n], Math.max(asOf, end)) + (near / 8) * film.title[n].length * 6 : end;
      const away = ms < start ? start - ms : ms > end ? (ms <= wordEnd ? 0.5 : ms - end) : 0;
      if (away < least && (away <= near || away === 0.5)) { best = n; least = away; }
    }
    return best === null ? null : { mark: best, x, y };
  }

  function cell(ms, row) {
    const lane = Math.floor(row / film.rowsEach);
    const at = film.edges.findIndex((edge, n) => n + 1 < film.edges.length && edge <= ms && ms < film.edges[n + 1]);
    if (at < 0 || lane < 0 || lane >= film.lanes.length || row % film.rowsEach === 0) return null;
    return film.counts[lane][at].some((n) => n) ? { lane, at } : null;
  }

  function markTold(n) {
    const still = openNow(n) && film.open[n] < 9e15 ? " (still open then)" : "";
    return [film.title[n], film.when[n] + still, STATUS[film.status[n]], film.also[n]].filter(Boolean);
  }

  function cellTold(found) {
    const counts = film.counts[found.lane][found.at], sum = counts.reduce((a, b) => a + b, 0);
    const parted = film.statuses.map((name, n) => [name, counts[n]]).filter(([, n]) => n).map(([name, n]) => n.toLocaleString("en-GB") + " " + name);
    return [film.names[found.lane], worded(film.edges[found.at]) + " to " + worded(film.edges[found.at + 1] - DAY),
            count(sum, "development") + " began: " + parted.join(", ")];
  }

  function point(lines, left, top) {
    const box = document.getElementById("pointed-at");
    if (!box) return;
    box.hidden = !lines;
    if (!lines) return;
    box.replaceChildren(...lines.map((text, n) => Object.assign(document.createElement(n ? "div" : "strong"), { textContent: text })));
    const frame = box.parentElement.getBoundingClientRect();
    box.style.left = Math.max(0, Math.min(left - frame.left + 12, frame.width - box.offsetWidth - 4)) + "px";
    box.style.top = top - frame.top + 16 + "px";
  }

  /* The keyboard's cursor goes along a lane in time, and from lane to lane. */
  function step(key) {
    const visible = [...shown.keys()].filter((n) => shown[n] === 1);
    if (!visible.length) return;
    visible.sort((a, b) => film.lane[a] - film.lane[b] || film.first[a] - film.first[b] || film.row[a] - film.row[b]);
    const at = visible.indexOf(cursor);
    if (at < 0) cursor = visible[0];
    else if (key === "ArrowRight" || key === "ArrowLeft") cursor = visible[Math.max(0, Math.min(visible.length - 1, at + (key === "ArrowRight" ? 1 : -1)))];
    else {
      const wanted = film.lane[cursor] + (key === "ArrowDown" ? 1 : -1);
      const lane = visible.filter((n) => film.lane[n] === wanted);
      const nearest = (best, n) => (Math.abs(film.first[n] - film.first[cursor]) < Math.abs(film.first[best] - film.first[cursor]) ? n : best);
      if (lane.length) cursor = lane.reduce(nearest);
    }
    show();
  }

  function show() {
    for (const one of document.querySelectorAll("#chart .cursor")) one.classList.remove("cursor");
    if (cursor < 0 || !shown[cursor]) return;
    for (const { element } of parts[cursor] || []) element.classList.add("cursor");
    const box = plot().getBoundingClientRect();
    const x = Math.max(0, Math.min(drawnAt(film.first[cursor]), box.width)), y = (film.row[cursor] + 0.5) * film.rowHeight;
    point(markTold(cursor), box.left + x, box.top + y);
    const top = box.top + y;
    if (top < 80 || top > window.innerHeight - 80) window.scrollBy({ top: top - window.innerHeight / 2 });
  }

  /* The wheel zooms around the pointer: what is drawn is stretched at once, and drawn anew when the reader has stopped. */
  let zooming = null; // the window as it is being zoomed, and the timer that ends it

  function wheel(event) {
    event.stopPropagation();
    if ((!event.ctrlKey && !event.shiftKey) || !axis()) return;
    event.preventDefault();
    const gd = plot(), wide = gd._fullLayout._size.w, group = gd._fullLayout._plots.xy.plot;
    const [left, right] = axis().range.map((end) => axis().r2c(end));
    if (!zooming) zooming = { left, right, still: group.attr("transform") };
    const pixels = event.clientX - gd.getBoundingClientRect().left;
    const pivot = zooming.left + ((zooming.right - zooming.left) * pixels) / wide;
    const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY || event.deltaX)) * 0.008);
    zooming.left = pivot - (pivot - zooming.left) * factor;
    zooming.right = Math.max(pivot + (zooming.right - pivot) * factor, zooming.left + DAY / 4);
    const scale = (right - left) / (zooming.right - zooming.left);
    const shift = ((left - zooming.left) / (zooming.right - zooming.left)) * wide;
    group.attr("transform", "translate(" + shift + "," + gd._fullLayout._size.t + ") scale(" + scale + ",1)");
    clearTimeout(zooming.timer);
    zooming.timer = setTimeout(() => {
      const over = zooming;
      zooming = null;
      group.attr("transform", over.still);
      window.timelineChart.zoom(over.left, over.right - DAY);
    }, 220);
  }

  function listen(gd) {
    if (gd.dataset.listening) return;
    gd.dataset.listening = "yes";
    gd.on("plotly_afterplot", () => { index(); apply(false); });
    gd.on("plotly_relayouting", line);
    const frame = document.querySelector(".chart-frame");
    // The wheel scrolls the page; with Ctrl or Shift, or two fingers, it zooms.
    frame.addEventListener("wheel", wheel, { capture: true, passive: false });
    frame.addEventListener("pointermove", (event) => {
      if (event.target.closest("#headings") || event.buttons) { point(null); return; }
      const found = under(event);
      frame.classList.toggle("pointing", Boolean(found));
      point(found && (found.mark === undefined ? cellTold(found) : markTold(found.mark)), event.clientX, event.clientY);
    });
    frame.addEventListener("pointerleave", () => point(null));
    let pressed = null;
    frame.addEventListener("pointerdown", (event) => { pressed = [event.clientX, event.clientY]; }, { capture: true });
    // Plotly lays a cover over the whole page while the button is down, so that the click ends there.
    document.addEventListener("pointerup", (event) => {
      const still = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 5;
      const on = still && !event.target.closest("#headings");
      pressed = null;
      const found = on && under(event);
      if (!found) return;
      if (found.mark !== undefined) window.timelineChart.open(film.id[found.mark]);
      else window.timelineChart.zoom(film.edges[found.at], film.edges[found.at + 1] - DAY);
    });
    frame.addEventListener("keydown", (event) => {
      if (event.target !== frame || !film) return;
      if (event.key === "+" || event.key === "=") window.timelineChart.scale(0.5);
      else if (event.key === "-") window.timelineChart.scale(2);
      else if (film.level === "counts") return;
      else if (event.key.startsWith("Arrow")) step(event.key);
      else if (event.key === "Enter" && cursor >= 0) window.timelineChart.open(film.id[cursor]);
      else if (event.key === "Escape") { point(null); cursor = -1; show(); }
      else return;
      event.preventDefault();
    });
    frame.addEventListener("blur", () => { point(null); });
  }

  const set = (id, props) => window.dash_clientside.set_props(id, props);

  window.timelineChart = Object.assign(window.timelineChart || {}, {
    /* A film has come from the server: wait until Plotly has drawn it. */
    load(next, day, known) {
      film = next;
      cursor = -1;
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
    plays: () => Boolean(film) && film.level === "film" && Boolean(plot()) && plot().offsetParent !== null,
    inView: () => [...shown.keys()].filter((n) => shown[n] === 1).map((n) => ({ id: film.id[n], title: film.title[n], status: film.status[n], lane: film.lanes[film.lane[n]] })),
    have: () => (film ? { key: film.key, rows: film.rows || {} } : {}),
  });
})();
