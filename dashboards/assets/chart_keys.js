/* The chart by keyboard: a cursor goes from mark to mark, and keys zoom and open. */
(function () {
  "use strict";

  const chart = window.timelineChart, view = chart.view;

  let cursor = -1, on = null, lane = null; // the mark under the cursor, its development, which may look otherwise later, and its lane

  /* The mark under the cursor, as its development is shown now; -1 where it is not. */
  function current() {
    if (!view.film || !view.film.id) return -1;
    const same = (n) => view.film.id[n] === on && view.shown[n] === 1, there = (n) => same(n) && view.film.lanes[view.film.lane[n]] === lane;
    if (on === null || there(cursor)) return cursor;
    const marks = [...view.film.id.keys()], found = marks.find(there);
    cursor = found === undefined ? marks.findIndex(same) : found;
    return cursor;
  }

  /* The keyboard's cursor goes along a lane in time, and from lane to lane. */
  function step(key) {
    const visible = [...view.shown.keys()].filter((n) => view.shown[n] === 1);
    if (!visible.length) return;
    visible.sort((a, b) => view.film.lane[a] - view.film.lane[b] || view.film.first[a] - view.film.first[b] || view.film.row[a] - view.film.row[b]);
    const at = visible.indexOf(current());
    if (at < 0) cursor = visible[0];
    else if (key === "ArrowRight" || key === "ArrowLeft") cursor = visible[Math.max(0, Math.min(visible.length - 1, at + (key === "ArrowRight" ? 1 : -1)))];
    else {
      const wanted = view.film.lane[cursor] + (key === "ArrowDown" ? 1 : -1);
      const others = visible.filter((n) => view.film.lane[n] === wanted);
      const nearest = (best, n) => (Math.abs(view.film.first[n] - view.film.first[cursor]) < Math.abs(view.film.first[best] - view.film.first[cursor]) ? n : best);
      if (others.length) cursor = others.reduce(nearest);
    }
    on = view.film.id[cursor];
    lane = view.film.lanes[view.film.lane[cursor]];
    show();
  }

  function mark() {
    for (const one of document.querySelectorAll("#chart .cursor")) one.classList.remove("cursor");
    if (current() < 0) return false;
    for (const { element } of view.parts[cursor] || []) element.classList.add("cursor");
    return true;
  }

  function show() {
    if (!mark()) return;
    const box = view.plot().getBoundingClientRect();
    const x = Math.max(0, Math.min(view.drawnAt(view.film.first[cursor]), box.width)), y = (view.film.row[cursor] + 0.5) * view.film.rowHeight;
    view.point(view.markTold(cursor), box.left + x, box.top + y);
    const top = box.top + y;
    if (top < 80 || top > window.innerHeight - 80) window.scrollBy({ top: top - window.innerHeight / 2 });
  }

  view.when("drawn", () => setTimeout(mark));
  view.when("frame", (frame) => {
    frame.addEventListener("keydown", (event) => {
      if (event.target !== frame || !view.film) return;
      if (event.key === "+" || event.key === "=") chart.scale(0.5);
      else if (event.key === "-") chart.scale(2);
      else if (view.film.level === "counts") return;
      else if (event.key.startsWith("Arrow")) step(event.key);
      else if (event.key === "Enter" && current() >= 0) chart.open(on);
      else if (event.key === "Escape") { view.point(null); cursor = -1; on = null; mark(); }
      else return;
      event.preventDefault();
    });
    frame.addEventListener("blur", () => { view.point(null); });
  });
})();
