/* What Plotly does not draw of the chart: the as-of line, what lies behind it, and shades that fade. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  function make(parent, name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    parent.appendChild(made);
    return made;
  }

  /* The gradients of a shade, each with how strong it is at its left, in its middle and at its right: never nothing, since
     where the possible ends is known. Returns the end of their names. */
  function shade(colour) {
    const name = colour.replace(/[^0-9]+/g, "-");
    let defs = document.querySelector("#fades defs");
    if (!defs) {
      const svg = make(document.body, "svg", { id: "fades", width: 0, height: 0, "aria-hidden": "true" });
      svg.style.position = "absolute";
      defs = make(svg, "defs");
    }
    for (const [side, ...strengths] of [["left", 0.3, 0.6, 1], ["right", 1, 0.6, 0.3], ["both", 0.3, 1, 0.3]]) {
      const id = "fade-" + side + "-" + name;
      if (document.getElementById(id)) continue;
      const gradient = make(defs, "linearGradient", { id });
      strengths.forEach((strength, n) => make(gradient, "stop", { offset: n / 2, "stop-color": colour, "stop-opacity": strength }));
    }
    return name;
  }

  /* The as-of line, what lies behind it, and the edge at which bars are cut off. */
  function line(gd, at) {
    const under = gd._fullLayout._plots.xy.plot.node(), { w: wide, h: high } = gd._fullLayout._size;
    const here = Math.max(0, Math.min(at, wide));
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
    const seen = at > wide - 1 && at < wide + 1 ? wide - 1 : at; // at the edge of the window its outer half is cut off
    mark.setAttribute("x1", seen);
    mark.setAttribute("x2", seen);
    mark.setAttribute("y2", high);
    const edge = document.querySelector("#as-of-clip rect");
    edge.setAttribute("x", -wide);
    edge.setAttribute("width", Math.max(0, wide + at));
    edge.setAttribute("height", high + 50);
  }

  /* The same line in the strip, which Plotly has drawn where the server was asked for it. */
  function lineOfStrip(ms) {
    const gd = document.querySelector("#overview .js-plotly-plot"), shapes = (gd && gd._fullLayout && gd._fullLayout.shapes) || [];
    const drawn = shapes[shapes.length - 1], path = gd && gd.querySelector('.shapelayer path[data-index="' + (shapes.length - 1) + '"]');
    if (!path || drawn.type !== "line") return;
    const axis = gd._fullLayout.xaxis;
    path.setAttribute("transform", "translate(" + (axis.d2p(ms) - axis.d2p(drawn.x0)) + ",0)");
  }

  Object.assign(window.timelineChart, { line, lineOfStrip, shade });
})();
