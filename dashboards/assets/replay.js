/* The replay: the as-of day is moved by the slider, in steps, and by itself. The chart follows at once; the address, and
   with it all that the server tells, once the reader rests. The slider is watched, and its label written, without Dash,
   which takes several times as long to call a function as the chart to follow. */
(function () {
  "use strict";

  const REST = 300; // milliseconds after which the reader has stopped
  const LATE = 3000; // milliseconds that a slow browser may take to move the slider after it was touched
  const TICK = 450; // milliseconds between two steps of what plays by itself
  const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };
  const page = window.timelinePage, chart = window.timelineChart;
  const state = document.documentElement.dataset; // what style sheets have to know

  let day = null; // the as-of day that is shown (days since 1970)
  let resting = null; // the timer that ends with the address; null: the address is as the reader wants it
  let clock = null, ticked = false; // the timer of what plays by itself, and whether the address has followed it already
  let held = false, touched = -Infinity; // whether a finger is on the slider, and when it was last touched
  let asked = false; // whether an answer for another day is on its way, which would move the slider, too
  let early = null; // where the slider was moved before the page was there

  /* The day of the slider that is nearest to a day: the as-of day may lie far outside. */
  const onSlider = (number) => Math.max(page.given.days[0], Math.min(page.given.days[1], number));
  const thumb = () => document.querySelector("#as-of [role=slider]");
  const worded = (day) => chart.view.worded(day * page.DAY);

  function tell(next) {
    day = next;
    const said = worded(day);
    chart.view.write(document.getElementById("as-of-label"), said);
    if (thumb()) thumb().setAttribute("aria-valuetext", said);
  }

  /* Stand on a day: the chart at once where the browser has what it needs, the rest of the page when the reader rests. */
  function move(next) {
    const { given } = page;
    if (!given) early = next;
    if (next === day || !given) return;
    tell(next);
    const follows = chart.plays(), there = put(page.here()), counted = !follows && chart.counts(there);
    if (follows) chart.at(day, given.knownAt, true);
    if (counted) chart.countAgain(there, given.span, day, given.knownAt);
    state.behind = "yes"; // all but the chart, until the server has told of this day
    if (clock !== null && (follows || counted)) return;
    if (follows || counted || held) rest();
    else arrive();
  }

  function rest() {
    clearTimeout(resting);
    resting = setTimeout(() => (held ? rest() : arrive()), REST);
  }

  /* Have an address tell the day on which the reader stands. */
  function put(parameters) {
    if (page.given && day !== null) page.put(parameters, "as_of", page.day(day), page.day(page.given.days[1]));
    return parameters;
  }

  function arrive() {
    clearTimeout(resting);
    resting = null;
    if (window.location.pathname !== "/") return; // the reader has gone to another page
    asked = "?" + put(page.here()) !== window.location.search;
    if (!asked && clock === null) delete state.behind; // the reader is back where the server is
    page.change(put, clock !== null && ticked); // what plays leaves one step to go back
    ticked = clock !== null;
  }

  /* The thumb goes to where the day is, behind the frame in which the chart does. */
  let waiting = false;
  function follow() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => setTimeout(() => { waiting = false; page.set("as-of", { value: onSlider(day) }); }));
  }

  function step(by) {
    if (!page.given) {
      if (thumb()) early = (early === null ? Number(thumb().getAttribute("aria-valuenow")) : early) + by;
      return;
    }
    const next = onSlider(day + by);
    if (next === day) return;
    touched = -Infinity; // the slider comes after this, and late
    move(next);
    follow();
  }

  function halt() {
    clearInterval(clock);
    clock = null;
    delete state.playing;
    page.set("play", { children: "▶", "aria-label": "Play the history" });
  }

  function stop() {
    halt();
    arrive();
  }

  function tick() {
    const [least, most] = page.given.days, speed = Number(document.querySelector("#speed input:checked").value);
    if (day >= most) { stop(); return; }
    // At the middle speed the whole history takes about a minute, but a step is never less than a day.
    step(Math.max(1, Math.round(((most - least) / 160) * (speed / 4))));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#step-back, #step-on");
    if (button) step(button.id === "step-on" ? 1 : -1);
  });

  /* The reader has gone to another page, or back in the history: nothing moves the day any more. */
  function leave() {
    clearTimeout(resting);
    resting = null;
    if (clock !== null) halt();
  }

  window.addEventListener("popstate", leave);
  // Its links lead to other days.
  document.addEventListener("click", (event) => { if (event.target.closest("#outside a")) leave(); }, { capture: true });

  window.timelineReplay = {
    put, leave,
    /* Follow the slider, as far as it is the reader who moves it and not the server. */
    watch() {
      const row = document.getElementById("as-of-row"); // the slider itself comes later, and buttons are beside it
      const touch = () => { touched = performance.now(); };
      const isOnSlider = (event) => event.target.closest("#as-of") !== null;
      // Keys are answered here, and the slider follows: what it does by itself could as well be an answer of the server.
      row.addEventListener("keydown", (event) => {
        if (!isOnSlider(event) || !(event.key in KEYS) || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        step(KEYS[event.key] * (event.shiftKey && event.key.startsWith("Arrow") ? 10 : 1));
      }, { capture: true });
      row.addEventListener("pointerdown", (event) => { if (isOnSlider(event)) { held = true; touch(); } }, { capture: true });
      for (const end of ["pointerup", "pointercancel"]) {
        document.addEventListener(end, () => { if (held) { held = false; touch(); } }, { capture: true });
      }
      new MutationObserver(() => {
        const next = Number(thumb().getAttribute("aria-valuenow")), since = performance.now() - touched;
        const late = since < LATE && !asked && page.given && next !== onSlider(page.given.asOf); // and not where the server put it
        if (held || late) move(next);
      }).observe(row, { attributes: true, attributeFilter: ["aria-valuenow"], subtree: true });
    },
    /* An answer has come for a day; the day on which the reader stands by now. */
    answered(told) {
      asked = false;
      if (resting === null && clock === null) tell(told);
      else follow();
      if (day === told) delete state.behind;
      const [least, most] = page.given.days, moved = early === null ? told : Math.max(least, Math.min(most, early));
      early = null;
      if (moved !== told) setTimeout(() => { move(moved); follow(); });
      return day;
    },
    play() {
      if (clock !== null) { stop(); return; }
      clock = setInterval(tick, TICK);
      ticked = false;
      state.playing = "yes";
      page.set("play", { children: "❚❚", "aria-label": "Pause" });
      if (day >= page.given.days[1]) step(page.given.days[0] - day);
    },
  };
})();
