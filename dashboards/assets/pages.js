/* What all pages do in the browser: focus follows the reader from page to page, and links and citations are copied. */
(function () {
  "use strict";

  let shown = null; // the path of the page that was shown before

  /* For addresses without https, where browsers give no clipboard to scripts. */
  function copyOldFashioned(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    document.body.appendChild(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("the browser does not let pages copy"));
  }

  /* The text of a component's children. */
  function plain(parts) {
    if (Array.isArray(parts)) return parts.map(plain).join("");
    return parts && parts.props ? plain(parts.props.children) : String(parts ?? "");
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    pages: {
      arrived: function () {
        const path = window.location.pathname, before = shown;
        shown = path;
        if (before === null || path === "/") return;
        const heading = document.querySelector("#subpage h1");
        if (before !== path) {
          window.scrollTo(0, 0);
          if (heading) heading.focus({ preventScroll: true });
        } else window.timelineFocus.again();
      },

      share: function (clicks, href) {
        if (!clicks) return;
        const address = new URL(href, window.location.origin).toString();
        const id = window.dash_clientside.callback_context.triggered_id;
        const done = () => window.dash_clientside.set_props(id, { children: "Copied" });
        if (navigator.clipboard) navigator.clipboard.writeText(address).then(done, () => {});
      },

      copy: function (clicks, parts) {
        if (!clicks) return window.dash_clientside.no_update;
        const text = plain(parts);
        const copying = navigator.clipboard ? navigator.clipboard.writeText(text) : copyOldFashioned(text);
        return copying.then(() => "Copied", () => "Select the text and copy it by hand");
      },
    },
  });
})();
