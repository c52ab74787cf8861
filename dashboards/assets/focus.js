/* What had the focus may be made anew by an answer, or be gone with the panel: then it goes to the same again, or to where
   the reader was before. A press on nothing lets go of it. */
(function () {
  "use strict";

  let focused = "", outside = ""; // the ids of what had the focus last, and of what had it last outside of the panel

  document.addEventListener("focusin", ({ target }) => {
    if (target.closest("#lost")) return;
    focused = target.id;
    if (!target.closest("#panel")) outside = target.id;
  });
  document.addEventListener("pointerdown", () => { focused = outside = ""; }, { capture: true });

  window.timelineFocus = {
    again() {
      if (document.activeElement !== document.body) return;
      const there = [focused, outside].map((id) => id && document.getElementById(id)).find((one) => one && one.offsetParent);
      if (there) there.focus({ preventScroll: true });
    },
  };
})();
