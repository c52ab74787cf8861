"""The state of the page, and its address: what is in the URL is what is shown, and nothing else.

A pasted link shows the same picture. What a link can not mean is named in `View.problems` and left
at its default, so that a half-broken link still shows something.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from msgspec import Struct, structs

from dashboards import words
from timeline.domain.checks import any_text, external_id, language, slug
from timeline.domain.history import Cuts
from timeline.domain.moments import format_day, format_instant, parse_cut
from timeline.domain.vocabulary import Kind, Status
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import WantedCuts, parse_moment

_LONGEST = 200
"""Characters of a search, or of the name of an actor."""

Chart = Literal["gantt", "points", "map", "table"]
Window = Literal["1m", "6m", "all"]
Lanes = Literal["front", "actor", "place"]
Order = Literal["opened", "name", "most"]
Theme = Literal["light", "dark"]


class View(Struct, frozen=True):
    """What the page shows. None and empty leave a choice at its default.

    `as_of` is a day (its end, UTC). `known` says whether the reporting is cut at that day too ("then"), everything
    known today counts ("now"), or everything known by the end of a day or at an instant (RFC 3339, UTC). `since` and
    `until` are a window drawn by hand; without them `window` says how far back from `as_of` the chart looks.
    `position` pins the log: a position of it, or a moment at which it was written to.
    `folded` are the lanes of which only the heading is shown, `order` is theirs. `text` is what is searched for.
    `frame` is what the map shows: west, south, east, north in degrees, west greater than east across the antimeridian.
    """

    as_of: date | None = None
    known: str = "then"
    chart: Chart = "gantt"
    window: Window = "all"
    since: date | None = None
    until: date | None = None
    lanes: Lanes = "front"
    order: Order = "opened"
    folded: tuple[str, ...] = ()
    text: str | None = None
    fronts: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    kinds: tuple[Kind, ...] = ()
    actor: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    frame: tuple[float, float, float, float] | None = None
    development: UUID | None = None
    position: int | datetime | None = None
    theme: Theme | None = None
    problems: tuple[str, ...] = ()

    def cuts(self, last_day: date, now: datetime) -> WantedCuts:
        """The cuts of the questions that this view asks; `last_day` is where the slider ends."""
        end = parse_cut((self.as_of or last_day).isoformat(), "as_of")
        if self.known == "then":
            return WantedCuts(end, None, self.position)
        known_at = max(now, end) if self.known == "now" else parse_cut(self.known, "known_at")
        return WantedCuts(end, known_at, self.position)


def read(search: str | None) -> View:
    """The view that a query string asks for."""
    given = {name: values for name, values in parse_qs((search or "").lstrip("?")).items() if name in _READERS}
    fields: dict[str, Any] = {}
    problems = []
    for name, values in given.items():
        field, reader = _READERS[name]
        try:
            fields[field] = reader(name, values)
        except InvalidValue as error:
            problems.append(error.detail)
            if field == "as_of" and (day := _day_of(values[-1])):
                fields[field] = day
    view = View(**fields, problems=tuple(problems))
    if view.since and view.until and view.since > view.until:
        return structs.replace(
            view, since=None, until=None, problems=(*problems, "from: expected a day not after `to`")
        )
    return view


def write(view: View) -> str:
    """The query string that shows this view again; only what differs from the defaults."""
    pairs: list[tuple[str, str]] = []
    for name, (field, _) in _READERS.items():
        value = getattr(view, field)
        if value is None or value == getattr(View(), field):
            continue
        if field == "frame":
            value = ",".join(f"{degrees:g}" for degrees in value)
        values = value if isinstance(value, tuple) else (value,)
        pairs += [(name, _told(one)) for one in values]
    return f"?{urlencode(pairs, safe=':,')}" if pairs else ""


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return format_instant(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def pinned(view: View, cuts: Cuts) -> str:
    """The query string that shows this very picture for ever: all three cuts are fixed in it."""
    known = "then" if view.known == "then" else words.cut(cuts.known_at)
    as_of = date.fromisoformat(format_day(cuts.as_of))
    return write(structs.replace(view, as_of=as_of, known=known, position=cuts.position, theme=None))


def same_cuts(view: View) -> View:
    """A view of other things at the same cuts, and in the same colours."""
    return View(as_of=view.as_of, known=view.known, position=view.position, theme=view.theme)


def _one(read_one: Callable[[str, str], Any]) -> Callable[[str, list[str]], Any]:
    return lambda name, values: read_one(name, values[-1])


def _day(name: str, value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise InvalidValue(name, value, "a day such as 2023-05-22") from None
    if day.year > 9998:
        raise InvalidValue(name, value, "a day of the years 0001 to 9998")
    return day


def _day_of(value: str) -> date | None:
    """The day of an instant: the page shows whole days, and this one is nearer to what was asked for than today."""
    try:
        return parse_cut(value, "as_of").date()
    except InvalidValue:
        return None


def _known(name: str, value: str) -> str:
    if value in ("then", "now"):
        return value
    try:
        return words.cut(parse_cut(value, name))
    except InvalidValue as error:
        raise InvalidValue(name, value, f"then, now, or {error.allowed}") from None


def _choice(*allowed: str) -> Callable[[str, str], str]:
    def choose(name: str, value: str) -> str:
        if value not in allowed:
            raise InvalidValue(name, value, f"one of {', '.join(allowed)}")
        return value

    return choose


def _statuses(name: str, values: list[str]) -> tuple[Status, ...]:
    chosen = [_choice(*Status)(name, value) for value in values]
    return tuple(status for status in Status if status in chosen)


def _kinds(name: str, values: list[str]) -> tuple[Kind, ...]:
    chosen = [_choice(*Kind)(name, value) for value in values]
    return tuple(kind for kind in Kind if kind in chosen)


def _several(_: str, values: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _each(read_one: Callable[[str, str], str]) -> Callable[[str, list[str]], tuple[str, ...]]:
    return lambda name, values: tuple(sorted({read_one(name, value) for value in values}))


def _text(name: str, value: str) -> str | None:
    if len(value) > _LONGEST:
        raise InvalidValue(name, value, f"at most {_LONGEST} characters")
    return value.strip() or None


def _actor(name: str, value: str) -> str:
    """A name as a development may give it; the rules for what comes in are not those for what is asked for."""
    return value if value.isspace() else any_text(name, value, _LONGEST)


def _frame(name: str, value: str) -> tuple[float, float, float, float]:
    allowed = "west,south,east,north in degrees such as 30,46,40,52"
    try:
        west, south, east, north = (round(float(part), 6) for part in value.split(","))
    except ValueError:
        raise InvalidValue(name, value, allowed) from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90 and west != east):
        raise InvalidValue(name, value, allowed)
    return west, south, east, north


def _development(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise InvalidValue(name, value, "the id of a development") from None


_names = _each(_actor)

_READERS: Mapping[str, tuple[str, Callable[[str, list[str]], Any]]] = {
    "as_of": ("as_of", _one(_day)),
    "known_at": ("known", _one(_known)),
    "recorded_at": ("position", _one(lambda name, value: parse_moment(value, name))),
    "view": ("chart", _one(_choice("gantt", "points", "map", "table"))),
    "window": ("window", _one(_choice("1m", "6m", "all"))),
    "from": ("since", _one(_day)),
    "to": ("until", _one(_day)),
    "lanes": ("lanes", _one(_choice("front", "actor", "place"))),
    "order": ("order", _one(_choice("opened", "name", "most"))),
    "fold": ("folded", _several),
    "q": ("text", _one(_text)),
    "front": ("fronts", _several),
    "status": ("statuses", _statuses),
    "kind": ("kinds", _kinds),
    "actor": ("actor", _one(_actor)),
    "source": ("source", _one(slug)),
    "tag": ("tags", _names),
    "place": ("places", _names),
    "language": ("languages", _each(language)),
    "external_id": ("external_ids", _each(external_id)),
    "map": ("frame", _one(_frame)),
    "id": ("development", _one(_development)),
    "theme": ("theme", _one(_choice("light", "dark"))),
}
"""Parameter of the address -> field of the view, and how it is read."""
