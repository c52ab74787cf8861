/* What is told of the mark or cell under the pointer, and what a click on it does; the wheel zooms around the pointer. */
(function () {
  "use strict";

  const chart = window.timelineChart, view = chart.view;

  const STATUS = {
    confirmed: "Confirmed by an analyst", corroborated: "Corroborated by independent sources",
    claimed: "Claimed by one side only", disputed: "Disputed: some assert it, others deny it", denied: "Only denials",
    refuted: "Refuted by an analyst", retracted: "Taken back",
  };
  /* The mark or cell under a place of the page (pixels of the window). */
  function under(event) {
    const gd = view.plot();
    if (!gd || !view.film || !view.axis()) return null;
    const box = gd.getBoundingClientRect();
    const x = event.clientX - box.left - gd._fullLayout._size.l, y = event.clientY - box.top - gd._fullLayout._size.t;
    const ms = view.axis().p2c(x);
    if (view.film.level === "counts") return cell(ms, Math.floor(y / (gd._fullLayout._size.h / Math.max(view.film.lanes.length * view.film.rowsEach, 4))));
    const row = Math.floor(y / view.film.rowHeight), near = view.axis().p2c(x + 8) - ms;
    let best = null, least = Infinity;
    for (let n = 0; n < view.film.id.length; n++) {
      if (view.film.row[n] !== row || !view.shown[n]) continue;
      const middle = (view.film.first[n] + view.film.last[n]) / 2;
      const [start, end] = view.film.point[n] ? [middle, middle] : [view.film.first[n], Math.min(view.film.last[n], view.asOf)];
      const wordEnd = view.film.side[n] === 1 ? Math.min(view.film.label[n], Math.max(view.asOf, end)) + (near / 8) * view.film.title[n].length * 6 : end;
      const away = ms < start ? start - ms : ms > end ? (ms <= wordEnd ? 0.5 : ms - end) : 0;
      if (away < least && (away <= near || away === 0.5)) { best = n; least = away; }
    }
    return best === null ? null : { mark: best, x, y };
  }

  function cell(ms, row) {
    const lane = Math.floor(row / view.film.rowsEach);
    const at = view.film.edges.findIndex((edge, n) => n + 1 < view.film.edges.length && edge <= ms && ms < view.film.edges[n + 1]);
    if (at < 0 || lane < 0 || lane >= view.film.lanes.length || row % view.film.rowsEach === 0) return null;
    return view.cell(lane, at).some((n) => n) ? { lane, at } : null;
  }

  function markTold(n) {
    const still = view.openNow(n) && view.film.open[n] < 9e15 ? " (still open then)" : "";
    return [view.film.title[n], window.timelineTimes.told(view.film.when[n]) + still, STATUS[view.film.status[n]], view.film.also[n]].filter(Boolean);
  }

  function cellTold(found) {
    const counts = view.cell(found.lane, found.at), sum = view.sumOf(counts);
    const parted = view.film.statuses.map((name, n) => [name, counts[n]]).filter(([, n]) => n).map(([name, n]) => view.about(n) + " " + name);
    const spread = view.sumOf(view.spreadIn(found.lane, found.at)), placed = view.sumOf(view.film.counts[found.lane][found.at]);
    return [view.film.names[found.lane], view.worded(view.film.edges[found.at]) + " to " + view.worded(view.film.edges[found.at + 1] - view.DAY),
            view.count(sum, "development") + " began: " + parted.join(", "),
            spread && view.about(placed) + " on known days, " + view.about(spread) + " spread over possible days"].filter(Boolean);
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

  /* The wheel zooms around the pointer: what is drawn is stretched at once, and drawn anew when the reader has stopped. */
  let zooming = null; // the window as it is being zoomed, and the timer that ends it

  function wheel(event) {
    event.stopPropagation();
    if ((!event.ctrlKey && !event.shiftKey) || !view.axis()) return;
    event.preventDefault();
    const gd = view.plot(), wide = gd._fullLayout._size.w, group = gd._fullLayout._plots.xy.plot;
    const [left, right] = view.axis().range.map((end) => view.axis().r2c(end));
    if (!zooming) zooming = { left, right, still: group.attr("transform") };
    const pixels = event.clientX - gd.getBoundingClientRect().left;
    const pivot = zooming.left + ((zooming.right - zooming.left) * pixels) / wide;
    const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY || event.deltaX)) * 0.008);
    zooming.left = pivot - (pivot - zooming.left) * factor;
    zooming.right = Math.max(pivot + (zooming.right - pivot) * factor, zooming.left + view.DAY / 4);
    const scale = (right - left) / (zooming.right - zooming.left);
    const shift = ((left - zooming.left) / (zooming.right - zooming.left)) * wide;
    group.attr("transform", "translate(" + shift + "," + gd._fullLayout._size.t + ") scale(" + scale + ",1)");
    clearTimeout(zooming.timer);
    zooming.timer = setTimeout(() => {
      const over = zooming;
      zooming = null;
      group.attr("transform", over.still);
      chart.zoom(over.left, over.right - view.DAY);
    }, 220);
  }

  view.when("frame", (frame) => {
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
      if (found.mark !== undefined) chart.open(view.film.id[found.mark]);
      else chart.zoom(view.film.edges[found.at], view.film.edges[found.at + 1] - view.DAY);
    });
  });

  Object.assign(view, { point, markTold });
})();
