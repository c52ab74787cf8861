/* Counts as of another day: they are asked for with nothing else of the page, and painted over what Plotly drew of the
   day before, until the whole page follows. Plotly would take several times as long to draw as the server to count. */
(function () {
  "use strict";

  const chart = window.timelineChart, view = chart.view;
  const SVG = "http://www.w3.org/2000/svg";
  const CONTESTED = ["disputed", "denied", "refuted", "retracted"]; // as in dashboards/figures/counts.py
  const PARTS = 4; // as in dashboards/figures/tones.py

  let wanted = null; // what is to be asked for next
  let asking = false;

  /* The colour of a share (0 to 1) on a scale of Plotly's, in steps as fine as a screen shows. */
  function shades(scale) {
    const rgb = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
    const stops = scale.map(([at, colour]) => [at, rgb(colour)]);
    return (share) => {
      const n = Math.max(1, stops.findIndex(([at]) => at >= share)), [from, low] = stops[n - 1], [to, high] = stops[n];
      return "rgb(" + low.map((one, part) => Math.round(one + ((high[part] - one) * (share - from)) / (to - from))).join() + ")";
    };
  }

  /* How many parts of a cell are paler, from below: as in dashboards/figures/tones.py. */
  function palerParts(spread, sum) {
    if (!spread) return 0;
    return spread >= sum ? PARTS : Math.max(1, Math.min(PARTS - 1, Math.round((spread / sum) * PARTS)));
  }

  /* The cells by their colours, each of these as the outline of all of its cells. */
  function outlines(gd, film) {
    const counts = film.counts;
    const edges = film.edges.map((edge) => Math.round(view.drawnAt(edge)));
    const contested = CONTESTED.map((name) => film.statuses.indexOf(name));
    const sums = counts.map((lane, n) => lane.map((_, at) => view.sumOf(view.cell(n, at))));
    const most = Math.max(1, ...sums.map((lane) => Math.max(...lane)));
    const high = gd._fullLayout._size.h / Math.max(counts.length * film.rowsEach, 4);
    const kinds = gd.data.slice(0, 2).map((trace) => ({ shade: shades(trace.colorscale), gap: trace.ygap / 2 }));
    const paler = shades(film.paler);
    const found = new Map();
    const cell = (row, at, { shade, gap }, share, from = 0, to = 1) => { // from which part of its height to which
      const above = Math.round(row * high) + gap, below = Math.round((row + 1) * high) - gap;
      const colour = shade(share), top = above + (below - above) * from, low = above + (below - above) * to;
      const outline = "M" + (edges[at] + 0.2) + " " + top + "H" + (edges[at + 1] - 0.2) + "V" + low + "H" + (edges[at] + 0.2) + "Z";
      found.set(colour, (found.get(colour) || "") + outline);
    };
    sums.forEach((lane, n) => lane.forEach((sum, at) => {
      if (!sum) return;
      const known = 1 - palerParts(view.sumOf(view.spreadIn(n, at)), sum) / PARTS, row = n * film.rowsEach + 1;
      if (known) cell(row, at, kinds[0], sum / most, 0, known);
      if (known < 1) cell(row, at, { shade: paler, gap: kinds[0].gap }, sum / most, known, 1);
      cell(n * film.rowsEach + 2, at, kinds[1], contested.reduce((some, status) => some + view.cell(n, at)[status], 0) / sum);
    }));
    return found;
  }

  /* Put the cells where Plotly's are: as paths, since a browser takes longer to pack a picture than to fill these. */
  function paint(film) {
    const gd = view.plot(), layer = gd.querySelector(".heatmaplayer"), group = document.createElementNS(SVG, "g");
    group.setAttribute("class", "recounted");
    for (const [colour, outline] of outlines(gd, film)) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("fill", colour);
      path.setAttribute("d", outline);
      group.appendChild(path);
    }
    restore();
    layer.appendChild(group);
    for (const one of layer.querySelectorAll(".hm")) one.style.display = "none";
  }

  /* What Plotly draws anew is the whole of it again. */
  function restore() {
    for (const one of document.querySelectorAll("#chart .recounted")) one.remove();
    for (const one of document.querySelectorAll("#chart .heatmaplayer .hm")) one.style.display = "";
  }

  async function ask() {
    asking = true;
    while (wanted) {
      const { address, day, knownAt } = wanted, film = view.film;
      wanted = null;
      try {
        const answer = await fetch(address);
        if (!answer.ok) throw new Error(answer.status + " " + answer.statusText);
        const cells = await answer.json();
        if (film !== view.film) continue; // the page has come meanwhile
        chart.recount(cells, day, knownAt);
        paint(view.film);
      } catch (error) {
        console.warn("no counts of a step, the page will tell them:", error.message);
      }
    }
    asking = false;
  }

  Object.assign(chart, {
    /* Whether the browser can tell another day by asking for the counts alone: the window must not move with the day. */
    counts: (parameters) => Boolean(view.film) && view.film.level === "counts" && view.inSight() && view.film.lanes.length > 0 &&
      (parameters.has("from") || parameters.has("to") || !parameters.has("window")),
    /* Ask for the counts of a day, once those that were asked for before have come. */
    countAgain(parameters, [left, right], day, knownAt) {
      parameters.set("left", left);
      parameters.set("right", right);
      for (const lane of view.film.lanes) parameters.append("lane", lane);
      wanted = { address: "/_counts?" + parameters, day, knownAt };
      if (!asking) ask();
    },
  });
  view.when("drawn", restore);
})();
