"""iCalendar (RFC 5545): an all-day entry for each development over the days on which it may have been going on.

- The days are the outer bounds of the uncertain date; what was said to the letter is in `X-TIMELINE-OCCURRED` (EDTF)
  and, in words, in the description. Only where both ends are exact instants are there times.
- A span that is open is drawn to `as_of` and marked `X-TIMELINE-OPEN:TRUE`.
- Of what began nobody knows when, the days of its end are shown, and it says so.
- `UID` is the id of the development, `DTSTAMP` when it was last reported on: nothing depends on when the file was made.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from icalendar import Calendar, Event
from icalendar.prop import vText

from timeline.domain.legibility import legible
from timeline.domain.moments import format_instant
from timeline.domain.vocabulary import Status
from timeline.exporters.dates import in_words
from timeline.exporters.export import Export, together
from timeline.readmodel.entries import Entry
from timeline.wire.wording import tally_lines, withdrawn_in_words

_STATUS = {Status.CONFIRMED: "CONFIRMED", Status.RETRACTED: "CANCELLED", Status.REFUTED: "CANCELLED"}
"""What iCalendar can say of how a development stands; all others are tentative."""
_END = b"END:VCALENDAR\r\n"
_A_DAY = timedelta(days=1)


class _Text(vText):
    """A text, escaped as RFC 5545 3.3.11 says; the library takes a backslash and an N for a line break."""

    def to_ical(self) -> bytes:
        escaped = str(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return escaped.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n").encode()


def write(export: Export, items: Iterable[Entry]) -> Iterator[bytes]:
    """The calendar, entry by entry."""
    return together(_parts(export, items))


def _parts(export: Export, items: Iterable[Entry]) -> Iterator[bytes]:
    yield _calendar(export).removesuffix(_END)
    for entry in items:
        yield _event(export, entry).to_ical()
    yield _END


def _calendar(export: Export) -> bytes:
    about = export.about()
    calendar = Calendar()
    calendar.add("PRODID", "-//conflict-timeline//export//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar["NAME"] = calendar["X-WR-CALNAME"] = _Text(export.title)
    for name, text in {
        "X-TIMELINE-AS-OF": about["as_of"],
        "X-TIMELINE-KNOWN-AT": about["known_at"],
        "X-TIMELINE-RECORDED-POSITION": str(about["recorded_at"]["position"]),
        "X-TIMELINE-RECORDED-AT": about["recorded_at"]["instant"],
        "X-TIMELINE-FILTERS": msgspec.json.encode(about["filters"]).decode(),
        "X-TIMELINE-CHECKPOINT": export.checkpoint,
    }.items():
        _tell(calendar, name, text)
    return bytes(calendar.to_ical())


def _event(export: Export, entry: Entry) -> Event:
    state, description = entry.state, entry.state.described
    event = Event()
    event.add("UID", str(state.id))
    if state.first_reported_at and state.last_reported_at:
        event.add("CREATED", _second(state.first_reported_at))
        event.add("DTSTAMP", _second(state.last_reported_at))
        event.add("LAST-MODIFIED", _second(state.last_reported_at))
    for name, when in zip(("DTSTART", "DTEND"), _days(entry, export.held.cuts.as_of), strict=True):
        if when:
            event.add(name, when)
    event["SUMMARY"] = _Text(legible(description.title))
    event["DESCRIPTION"] = _Text(_told(entry, export.held.cuts.as_of))
    event.add("CATEGORIES", [description.kind.value, entry.status.value])
    event.add("STATUS", _STATUS.get(entry.status, "TENTATIVE"))
    event.add("SEQUENCE", state.version - 1)
    event.add("TRANSP", "TRANSPARENT")
    if place := description.place:
        event["LOCATION"] = _Text(legible(place.name))
        if place.lat is not None and place.lon is not None:
            event.add("GEO", (place.lat, place.lon))
    _tell(event, "X-TIMELINE-OCCURRED", description.occurred.edtf)
    _tell(event, "X-TIMELINE-FRONT", description.front)
    _tell(event, "X-TIMELINE-STATUS", entry.status.value)
    _tell(event, "X-TIMELINE-OPEN", "TRUE" if entry.open else None)
    return event


def _days(entry: Entry, as_of: datetime) -> tuple[date | datetime, date | datetime | None]:
    """Start and end as iCalendar has them: both days, or both times; an end is the first day or second after."""
    occurred = entry.state.described.occurred
    start, end = occurred.start, occurred.end
    first, last = start.earliest or end.earliest, end.latest or start.latest
    if first is None or last is None:
        raise ValueError(f"{occurred.edtf} tells neither start nor end")  # no such date can be recorded
    if entry.open:
        last = max(first, as_of)
    elif start.exact and (end.exact or not occurred.is_span):
        lasts = occurred.exact_end is not None and _second(last) > _second(first)
        return _second(first), _second(last) if lasts else None
    return first.date(), None if last.date() == date.max else max(first.date(), last.date()) + _A_DAY


def _told(entry: Entry, as_of: datetime) -> str:
    description = entry.state.described
    lines = [legible(description.summary or ""), f"When: {in_words(entry, as_of)} (EDTF {description.occurred.edtf})"]
    if description.occurred.start.earliest is None:
        lines.append("Nobody says when it began; these are the days on which it may have ended.")
    if description.place and description.place.description:
        lines.append(f"Where: {legible(description.place.description)}")
    lines += [f"{name}: {figures}" for name, figures in tally_lines(description)]
    lines += [f"{aspect}: {status}" for aspect, status in entry.statuses.items()]
    for given in entry.state.accounts:
        stances = ", ".join(f"{stance} {aspect}" for aspect, stance in given.account.stance.items())
        back = "" if given.in_force else f", {withdrawn_in_words(given)}"
        quote = f": {legible(given.account.quote)}" if given.account.quote else ""
        published = f", published {given.account.published}" if given.account.published else ""
        when = f"{format_instant(given.reported_at)}{published}"
        lines.append(f"{given.account.source} ({when}) {stances}{back}{quote}")
    return "\n".join(line for line in lines if line)


def _tell(component: Any, name: str, text: str | None) -> None:
    if text is not None:
        component[name] = _Text(text, params={"VALUE": "TEXT"})


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
