/* Times of day in UTC or in the reader's own zone; days and cuts are those of UTC in either case. The choice is a
   reader's and no part of a picture, so it is kept in the browser and not in the address. The server tells every time
   in UTC (dashboards/elements.py marks it as <time>), and here it is told anew. */
(function () {
  "use strict";

  const KEPT = "times-of-day";
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const TOLD = /(\d{1,2} [A-Z][a-z]+ \d{1,4}), (\d\d:\d\d) UTC/g;
  const HOURS = /^\d\d:\d\d/;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "local time";
  let own = false;
  let stale = false; // whether anything may stand in the zone that is not the chosen one
  try { own = window.localStorage.getItem(KEPT) === "own"; } catch (error) { console.info("times of day are not kept:", error.message); }

  /* To make a format takes long, and there are but a few. */
  const formats = new Map();
  function format(moment, options) {
    const name = JSON.stringify(options) + own;
    if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: own ? undefined : "UTC" }));
    return formats.get(name).format(moment);
  }

  /* `UTC+3`, as it is in the zone at that moment. */
  function offset(moment) {
    const minutes = -moment.getTimezoneOffset(), whole = Math.floor(Math.abs(minutes) / 60), rest = Math.abs(minutes) % 60;
    return minutes ? "UTC" + (minutes < 0 ? "-" : "+") + whole + (rest ? ":" + String(rest).padStart(2, "0") : "") : "UTC";
  }

  const clock = (moment) => format(moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayOf = (moment, month) => format(moment, { day: "numeric", month, year: "numeric" });
  const named = (moment) => dayOf(moment, "long") + ", " + clock(moment) + " " + (own ? offset(moment) : "UTC");

  /* A text of the server's with its times as the reader wants them. */
  const told = (text) => (own ? text.replace(TOLD, (_, day, time) => named(moment(day, time))) : text);

  /* A browser takes the year 0023 of a worded day for 2023, that of an ISO date for what it is. */
  function moment(day, time) {
    const [number, month, year] = day.split(" "), two = (n) => String(n).padStart(2, "0");
    return new Date(year.padStart(4, "0") + "-" + two(MONTHS.indexOf(month) + 1) + "-" + two(number) + "T" + time + "Z");
  }

  function mend() {
    const now = new Date(), mine = zone + ", " + offset(now);
    for (const one of document.querySelectorAll(".zone")) {
      write(one, own ? mine : "UTC");
      one.setAttribute("aria-pressed", String(own));
      one.title = "Times of day are told in " + (own ? mine : "UTC") + ". Press for " + (own ? "UTC" : "my time (" + mine + ")") + "; days and cuts stay those of UTC.";
    }
    for (const one of document.querySelectorAll(".zone-told")) {
      write(one, own ? "Days and cuts are those of UTC; times of day are those of " + mine + "." : "Days and times are UTC.");
    }
    if (!own && !stale) return; // the server tells every time in UTC
    stale = false;
    for (const one of document.querySelectorAll("time[datetime]")) write(one, named(new Date(one.dateTime)));
    document.querySelectorAll(".js-plotly-plot").forEach(axes);
  }

  function write(element, text) {
    if (!element.firstChild) element.textContent = text;
    else if (element.firstChild.nodeValue !== text) element.firstChild.nodeValue = text;
  }

  /* The hours of time axes, and what tells of which day they are. */
  function axes(gd) {
    if (!gd.layout || !gd.on) return;
    if (!gd.dataset.times) {
      gd.dataset.times = "yes";
      gd.on("plotly_afterplot", () => axes(gd));
    }
    const changed = {};
    for (const name of ["xaxis", "xaxis2"]) {
      const axis = gd.layout[name];
      if (!axis || !axis.tickvals || !axis.ticktext) continue;
      const values = Array.from(axis.tickvals), before = Array.from(axis.ticktext);
      const texts = before.map((text, n) => hour(text, new Date(values[n])));
      if (texts.join() !== before.join()) changed[name + ".ticktext"] = texts;
    }
    const day = (gd.layout.annotations || []).findIndex((one) => / UTC/.test(one.text));
    if (day >= 0) {
      const plain = gd.layout.annotations[day].text.split(" UTC")[0] + " UTC";
      const text = own ? plain + " (hours: " + zone + ", " + offset(new Date(Array.from(gd.layout.xaxis2.tickvals)[0])) + ")" : plain;
      if (text !== gd.layout.annotations[day].text) changed["annotations[" + day + "].text"] = text;
    }
    if (Object.keys(changed).length) window.Plotly.relayout(gd, changed);
  }

  function hour(text, moment) {
    if (!HOURS.test(text) || text.startsWith(clock(moment))) return text;
    const [, below] = text.split("<br>");
    return clock(moment) + "<br>" + (below && below.trim() ? dayOf(moment, "short") : " ");
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest(".zone")) return;
    own = !own;
    stale = true;
    try { window.localStorage.setItem(KEPT, own ? "own" : "utc"); } catch (error) { console.info("times of day are not kept:", error.message); }
    mend();
  });

  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mend(); });
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.timelineTimes = { told };
})();
