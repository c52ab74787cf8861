/* Dash draws lists of choices as list boxes whose options hold inputs of their own, which no screen reader can make sense
   of. Here they become what they are: groups of radio buttons or check boxes with a name, a slider with a name. */
(function () {
  "use strict";

  function mend() {
    for (const list of document.querySelectorAll("[role=listbox]:has(input[type=radio], input[type=checkbox])")) {
      const named = list.closest("[data-name]");
      if (!named) continue; // the list that a dropdown folds out
      list.setAttribute("role", list.querySelector("input[type=radio]") ? "radiogroup" : "group");
      list.setAttribute("aria-label", named.dataset.name);
    }
    for (const option of document.querySelectorAll("[data-name] :is([role=option], [aria-selected]):has(input)")) {
      option.removeAttribute("role");
      option.removeAttribute("aria-selected");
    }
    for (const thumb of document.querySelectorAll("[role=slider]:not([aria-label])")) {
      thumb.setAttribute("aria-label", "As it stood on");
    }
    for (const hidden of document.querySelectorAll(".dash-dropdown-focus-target:not([tabindex='-1'])")) hidden.tabIndex = -1;
    const day = document.getElementById("as-of-label");
    for (const thumb of day ? document.querySelectorAll("#as-of [role=slider]") : []) {
      if (thumb.getAttribute("aria-valuetext") !== day.textContent) thumb.setAttribute("aria-valuetext", day.textContent);
    }
  }

  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mend(); });
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-selected"] });
})();
