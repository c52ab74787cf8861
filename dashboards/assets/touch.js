/* Fingers: Plotly takes every touch for itself, so that nobody could scroll past a chart. Here a finger that goes up or down
   scrolls the page, and one that goes sideways is a mouse to Plotly: it moves the chart or the map, or drags over the strip. */
(function () {
  "use strict";

  const BOXES = "#chart, #overview, #map-chart";
  const FAR = 8; // pixels after which it is clear where a finger goes

  let start = null; // where a finger was put down, and on what
  let dragging = false;

  function mouse(type, { clientX, clientY }, target) {
    const told = { bubbles: true, cancelable: true, view: window, button: 0, buttons: type === "mouseup" ? 0 : 1, clientX, clientY };
    target.dispatchEvent(new MouseEvent(type, told));
  }

  // Plotly lays a cover over the page while something is dragged.
  const cover = () => document.querySelector(".dragcover") || document.body;

  document.addEventListener("touchstart", (event) => {
    start = null;
    if (!event.target.closest(BOXES)) return;
    event.stopPropagation();
    const { clientX, clientY } = event.touches[0];
    if (event.touches.length === 1) start = { clientX, clientY, target: event.target };
  }, { capture: true, passive: true });

  document.addEventListener("touchmove", (event) => {
    if (!start) return;
    const finger = event.touches[0], across = Math.abs(finger.clientX - start.clientX), along = Math.abs(finger.clientY - start.clientY);
    if (!dragging && Math.max(across, along) < FAR) return;
    if (!dragging && along > across) { start = null; return; }
    if (!dragging) mouse("mousedown", start, start.target);
    dragging = true;
    event.preventDefault();
    mouse("mousemove", finger, cover());
  }, { capture: true, passive: false });

  for (const end of ["touchend", "touchcancel"]) {
    document.addEventListener(end, (event) => {
      if (dragging) mouse("mouseup", event.changedTouches[0], cover());
      dragging = false;
      start = null;
    }, { capture: true });
  }
})();
