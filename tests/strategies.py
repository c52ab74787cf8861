"""Hypothesis strategies: EDTF strings, values, facts of every kind, and submissions of them."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from timeline.domain import facts
from timeline.domain.aggregates import Submission
from timeline.domain.descriptions import Description, DescriptionChanges, FrontChanges, SourceChanges
from timeline.domain.legibility import fault_of
from timeline.domain.moments import Occurred, edtf_bounds
from timeline.domain.values import (
    Account,
    Actor,
    MessageId,
    Place,
    Tally,
    data_set_id,
    development_id_of,
    front_id,
    source_id,
)
from timeline.domain.vocabulary import (
    Aspect,
    Credibility,
    Kind,
    Nature,
    PlacePrecision,
    Reliability,
    SourceKind,
    Stance,
    Verdict,
)
from timeline.errors import InvalidValue

MOST_INSTANT = datetime(2023, 6, 1, tzinfo=UTC)
CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
recorded_texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters=CONTROLS), min_size=1, max_size=20
).filter(str.strip)
"""Texts as a log may hold them."""
texts = recorded_texts.filter(lambda text: fault_of(text) is None)
"""Texts as they may come in."""
slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)
urls = slugs.map(lambda slug: f"https://example.org/{slug}?a=1#b")
instants = st.datetimes(datetime(1990, 1, 1), MOST_INSTANT.replace(tzinfo=None), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def strict_dates(draw: st.DrawFn) -> str:
    """A date without `?`, `~`, `%`, of the forms that the `edtf` package reads as well."""
    day = draw(days)
    form = draw(st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d", "%Y-XX", "%Y-%m-XX", "decade", "season"]))
    if form == "decade":
        return f"{day.year}"[:3] + "X"
    if form == "season":
        return f"{day.year}-{draw(st.integers(21, 23))}"
    return day.strftime(form)


@st.composite
def strict_intervals(draw: st.DrawFn) -> str:
    """An interval of two calendar dates, or one with an open end."""
    first, last = sorted([draw(days), draw(days)])
    form = draw(st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
    return draw(
        st.sampled_from(
            [f"{first:{form}}/{last:{form}}", f"{first:%Y}/{last}", f"{first:{form}}/..", f"../{last:{form}}"]
        )
    )


strict_edtf = strict_dates() | strict_intervals()
qualified_dates = st.builds(str.__add__, strict_dates(), st.sampled_from(["?", "~", "%"]))


@st.composite
def one_of_ranges(draw: st.DrawFn) -> str:
    """Some day of a range of days, months or years."""
    first, last = sorted([draw(days), draw(days)])
    form = draw(st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
    return f"[{first:{form}}..{last:{form}}]"


edtf = st.one_of(
    one_of_ranges(),
    strict_edtf,
    qualified_dates,
    days.map(lambda day: f"{day.year}-24"),
    days.map(lambda day: f"{day.year - 1:04}-11~/{day}"),
    days.map(lambda day: f"{day}/"),
    days.map(lambda day: f"/{day}"),
)


offsets = st.just(UTC) | st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
"""Every offset that a place on earth has, and those between."""
published = edtf.filter(lambda text: not text.startswith(("/", "..")) and not text.endswith(("/", "..")))
"""When a source published something: both of its ends are told."""


def _at_offsets(drawn: tuple[datetime | None, datetime | None, timezone, timezone]) -> tuple[datetime | None, ...]:
    """Instants whose clocks show what was drawn, at these offsets."""
    start, end, first, last = drawn
    return start and start.replace(tzinfo=first), end and end.replace(tzinfo=last)


@st.composite
def exact_moments(draw: st.DrawFn) -> Occurred:
    """A day with exact instants within it, by the clocks of their own offsets."""
    day = draw(days)
    midnight = datetime(day.year, day.month, day.day, tzinfo=draw(offsets))
    seconds = sorted(draw(st.lists(st.integers(0, 86_399), min_size=2, max_size=2)))
    start, end = (midnight + timedelta(seconds=second, microseconds=7) for second in seconds)
    return Occurred(str(day), draw(st.sampled_from([start, None])), draw(st.sampled_from([end, None])))


@st.composite
def pinned_moments(draw: st.DrawFn) -> Occurred:
    """Any date with an exact start, an exact end, both or neither, wherever the date allows them."""
    text = draw(edtf)
    start, end = edtf_bounds(text)
    earliest, latest = start.earliest or end.earliest, end.latest or start.latest
    within = st.datetimes(
        (earliest or datetime(1900, 1, 1)).replace(tzinfo=None),  # noqa: DTZ001 - hypothesis adds the zone
        (latest or datetime(2100, 1, 1)).replace(tzinfo=None),  # noqa: DTZ001
        timezones=st.just(UTC),
    )
    pair = draw(st.tuples(st.none() | within, st.none() | within, offsets, offsets).map(_at_offsets))
    try:
        return Occurred(text, *pair)
    except InvalidValue:
        reject()


moments = edtf.map(Occurred) | exact_moments() | pinned_moments()


@st.composite
def accounts(draw: st.DrawFn, sources: st.SearchStrategy[str] = slugs) -> Account:
    """An account; one that repeats names whom."""
    source = draw(sources)
    stance = draw(st.dictionaries(st.sampled_from(Aspect), st.sampled_from(Stance), min_size=1))
    others = sources.filter(lambda other: other != source)
    origin = draw(others if Stance.REPEATS in stance.values() else st.none() | others)
    optional = {
        "quote": texts,
        "gist": texts,
        "url": urls,
        "archive_sha256": st.just("0f" * 32),
        "published": published,
    }
    return Account(source, stance, origin=origin, **draw(st.fixed_dictionaries({}, optional=optional)))


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """Figures in order, or as somebody published them."""
    values = draw(st.lists(st.integers(0, 2**53 - 1), min_size=3, max_size=3))
    if draw(st.booleans()):
        return Tally(*values, as_published=True)
    low, best, high = sorted(values)
    return Tally(*draw(st.sampled_from([(low, best, high), (None, best, None), (low, None, high), (low, None, None)])))


@st.composite
def places(draw: st.DrawFn) -> Place:
    """A place, with or without a point."""
    point: Any = draw(st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
    lat, lon = point or (None, None)
    precision = draw(st.none() | st.sampled_from(PlacePrecision))
    country = draw(st.sampled_from([None, "UA", "RU"]))
    return Place(draw(texts), lat, lon, precision, draw(st.none() | texts), country, draw(st.none() | texts))


_described: dict[str, st.SearchStrategy[Any]] = {
    "summary": st.none() | texts,
    "place": st.none() | places(),
    "actors": st.lists(st.builds(Actor, texts, texts), max_size=3).map(tuple),
    "tallies": st.dictionaries(slugs, tallies(), max_size=2),
    "tags": st.lists(texts, max_size=3).map(tuple),
    "language": st.sampled_from([None, "uk", "ru-Latn"]),
}
_required: dict[str, st.SearchStrategy[Any]] = {
    "front": slugs,
    "kind": st.sampled_from(Kind),
    "title": texts,
    "occurred": moments,
}
descriptions = st.fixed_dictionaries(
    _required, optional={**_described, "external_id": slugs.map(lambda slug: f"set:{slug}")}
).map(lambda told: Description(**told))
_optional_area = st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 0), st.floats(-180, 180), st.floats(0, 90))


def _changes(struct: type, **strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=strategies).filter(bool).map(lambda told: struct(**told))


reasons = st.none() | texts
FACTS: dict[type[facts.Fact], st.SearchStrategy[Any]] = {
    facts.DevelopmentReported: st.builds(facts.DevelopmentReported, descriptions, accounts()),
    facts.AccountGiven: st.builds(facts.AccountGiven, accounts()),
    facts.AccountWithdrawn: st.builds(
        facts.AccountWithdrawn, slugs, st.lists(st.sampled_from(Aspect), unique=True).map(tuple), reasons
    ),
    facts.DevelopmentRevised: st.builds(
        facts.DevelopmentRevised,
        _changes(DescriptionChanges, **_required, **_described),
        st.sampled_from(Nature),
        reasons,
    ),
    facts.DevelopmentAssessed: st.builds(
        facts.DevelopmentAssessed,
        st.sampled_from(Aspect),
        st.sampled_from(Verdict),
        st.sampled_from(Credibility),
        texts,
        reasons,
    ),
    facts.DevelopmentRetracted: st.builds(facts.DevelopmentRetracted, texts),
    facts.DevelopmentMerged: st.builds(facts.DevelopmentMerged, st.uuids(), reasons),
    facts.FrontOpened: st.builds(facts.FrontOpened, slugs, texts, _optional_area, st.none() | moments),
    facts.FrontRevised: st.builds(
        facts.FrontRevised,
        _changes(FrontChanges, name=texts, area=_optional_area, occurred=st.none() | moments),
        reasons,
    ),
    facts.FrontClosed: st.builds(facts.FrontClosed, reasons),
    facts.SourceRegistered: st.builds(
        facts.SourceRegistered,
        slugs,
        texts,
        st.sampled_from(SourceKind),
        st.none() | slugs,
        st.sampled_from(Reliability),
        st.none() | urls,
        st.none() | slugs.map(lambda slug: f"{slug}-other"),
    ),
    facts.SourceRevised: st.builds(
        facts.SourceRevised,
        _changes(
            SourceChanges,
            name=texts,
            kind=st.sampled_from(SourceKind),
            affiliation=st.none() | slugs,
            reliability=st.sampled_from(Reliability),
            url=st.none() | urls,
            same_as=st.none() | slugs,
        ),
        reasons,
    ),
    facts.DataSetImported: st.builds(
        facts.DataSetImported, slugs, st.integers(0, 10**6), st.just("0a" * 32), st.booleans()
    ),
    facts.EntryVoided: st.one_of(
        st.builds(facts.EntryVoided, texts, position=st.integers(1, 2**40)),
        st.builds(facts.EntryVoided, texts, message=st.builds(MessageId, texts, texts)),
    ),
}
"""A strategy for every fact that the log can hold."""

any_fact = st.one_of(*FACTS.values())
message_ids = st.builds(MessageId, texts, texts)


@st.composite
def submissions(draw: st.DrawFn, fact: st.SearchStrategy[Any] = any_fact) -> Submission:
    """A fact about the subject that its own words imply, or any."""
    told = draw(fact)
    match told:
        case facts.FrontOpened(slug):
            subject = front_id(slug)
        case facts.SourceRegistered(slug):
            subject = source_id(slug)
        case facts.DataSetImported(slug):
            subject = data_set_id(slug)
        case facts.DevelopmentReported(description) if description.external_id:
            subject = development_id_of(description.external_id)
        case _:
            subject = draw(st.uuids())
    return Submission(subject, draw(instants), draw(message_ids), told)
