"""An overview from counts that are kept is the same as one from the rows, and both are what one counts by hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines import Engine
from tests.readmodel.opening import in_a_file, opened
from timeline.readmodel.cells import MAX_FURTHER_DAYS, UNKNOWN, cell
from timeline.readmodel.counts import Counts
from timeline.readmodel.databases import Database
from timeline.readmodel.density import Bucket, Density, Row, density, density_of, density_scan
from timeline.readmodel.versions import SPANS

DAY = 86_400_000_000
LAST = 253_370_764_799_999_999
"""The last microsecond of the year 9998."""
LATEST = 9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {"sqlite": ("INTEGER", "INTEGER", "BLOB"), "postgres": ("bigint", "smallint", "bytea")}


class Version(NamedTuple):
    """What these tests need of a version row."""

    front: int
    span: int
    start_at: int
    id: bytes
    reported_from: int
    recorded_from: int
    reported_to: int | None
    recorded_to: int | None
    status: int
    kind: int = 1
    further_days: int = 0

    def holds(self, known_at: int, position: int) -> bool:
        return (
            self.reported_from <= known_at
            and (self.reported_to is None or self.reported_to > known_at)
            and self.recorded_from <= position
            and (self.recorded_to is None or self.recorded_to > position)
        )


class Asked(NamedTuple):
    """The window of an overview."""

    known_at: int
    as_of: int
    bucket: Bucket
    fronts: tuple[int, ...] | None = None
    since: int | None = None
    until: int | None = None


def micros(year: int, month: int, day: int, hour: int = 0) -> int:
    since = datetime(year, month, day, hour, tzinfo=UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000


def version(start_at: int, status: int = 1, front: int = 1, **more: Any) -> Version:
    number = more.pop("number", 0)
    told = {"span": 0, "reported_from": start_at, "recorded_from": 1, "reported_to": None, "recorded_to": None} | more
    return Version(front=front, start_at=start_at, status=status, id=bytes([number]) * 16, **told)


def filled(database: Database, versions: Sequence[Version]) -> Counts:
    """The rows, and the counts that follow from those of the latest log."""
    whole, short, blob = _TYPES[database.engine]
    counts = Counts("density")
    with database.writing() as writing:
        for statement in counts.tables(database.engine):
            writing.execute(statement)
        writing.execute(
            f"CREATE TABLE versions (front INTEGER NOT NULL, span {short} NOT NULL, start_at {whole} NOT NULL, "
            f"id {blob} NOT NULL, reported_from {whole} NOT NULL, recorded_from {whole} NOT NULL, reported_to {whole}, "
            f"recorded_to {whole}, status {short} NOT NULL, kind {short} NOT NULL, further_days INTEGER NOT NULL, "
            "PRIMARY KEY (front, span, start_at, id, reported_from, recorded_from))"
        )
        writing.insert("versions", Version._fields, versions)
        changes = []
        for one in versions:
            if one.recorded_to is None:
                code = code_of(one)
                changes += [(one.reported_from, code, 1)]
                changes += [] if one.reported_to is None else [(one.reported_to, code, -1)]
        counts.add(writing, changes[::2])
        counts.pack(writing)
        counts.add(writing, changes[1::2])
    return counts


def by_hand(versions: Sequence[Version], asked: Asked, position: int = LATEST) -> list[tuple[Any, ...]]:
    """The rows of an answer, by the calendar of the standard library."""
    placed: Counter[tuple[Any, ...]] = Counter()
    units: Counter[tuple[Any, ...]] = Counter()
    for one in versions:
        wanted = one.start_at <= asked.as_of and (asked.fronts is None or one.front in asked.fronts)
        if not wanted or not one.holds(asked.known_at, position):
            continue
        first = day_of(one.start_at)
        if one.start_at == UNKNOWN or one.further_days == MAX_FURTHER_DAYS:
            if in_window(date.min, asked) and (asked.until is None or day_of(asked.until) >= first):
                units[one.front, None, one.status] += 2**32
        elif not one.further_days:
            if in_window(first, asked):
                placed[one.front, first_day(first, asked.bucket), one.status] += 1
        else:
            last = min(first.toordinal() + one.further_days, day_of(asked.as_of).toordinal())
            days = range(first.toordinal(), last + 1)
            for place, number in enumerate(days):
                if in_window(day := date.fromordinal(number), asked):
                    each, left = divmod(2**32, len(days))
                    share = each + (place < left)
                    units[one.front, first_day(day, asked.bucket), one.status] += share
    counted = [(*key, placed[key], units[key] / 2**32) for key in {*placed, *units}]
    return sorted(counted, key=lambda row: (row[0], row[1] is not None, row[1] or date.min, row[2]))


def in_window(day: date, asked: Asked) -> bool:
    since, until = (None if at is None else day_of(at) for at in (asked.since, asked.until))
    return (since is None or since <= day) and (until is None or day <= until)


def code_of(one: Version) -> int:
    return cell(one.front, one.start_at, one.further_days, one.status)


def day_of(at: int) -> date:
    return (_EPOCH + timedelta(microseconds=at)).date()


def first_day(day: date, bucket: Bucket) -> date:
    if bucket is Bucket.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday() if bucket is Bucket.WEEK else 0)


def rows(answer: Density) -> list[tuple[Any, ...]]:
    return [(row.front, row.day, row.status, row.placed, row.spread) for row in answer.rows]


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    with opened(engine) as one:
        yield one


def test_developments_are_counted_by_front_bucket_and_status(database: Database) -> None:
    starts = [UNKNOWN, micros(1961, 8, 13), micros(2023, 5, 21, 12), micros(2023, 5, 22), micros(2023, 5, 28, 23)]
    versions = [version(start, front=front, number=front) for start in starts for front in (2, 1)]
    versions += [version(micros(2023, 5, 28, 23), status=3, number=9)]
    counts = filled(database, versions)

    def days(bucket: Bucket) -> list[Row]:
        answer = density(database, counts, LAST, LAST, bucket, fronts=[1])
        assert answer == density_scan(database, LAST, LAST, LATEST, bucket, fronts=[1])
        return list(answer.rows)

    assert days(Bucket.WEEK) == [
        Row(1, None, 1, 0, 1),
        Row(1, date(1961, 8, 7), 1, 1, 0),
        Row(1, date(2023, 5, 15), 1, 1, 0),
        Row(1, date(2023, 5, 22), 1, 2, 0),
        Row(1, date(2023, 5, 22), 3, 1, 0),
    ]
    assert [(row.day, row.placed) for row in days(Bucket.MONTH)] == [
        (None, 0), (date(1961, 8, 1), 1), (date(2023, 5, 1), 3), (date(2023, 5, 1), 1)
    ]  # fmt: skip
    assert len(days(Bucket.DAY)) == 6


def test_the_day_of_as_of_is_counted_to_the_moment(database: Database) -> None:
    noon = micros(2023, 5, 22, 12)
    versions = [version(noon + shift, reported_from=0, number=place) for place, shift in enumerate((-DAY, -1, 0, 1))]
    counts = filled(database, versions)
    early, late = micros(2023, 5, 22), micros(2023, 5, 23) - 1

    found = [density(database, counts, LAST, at, Bucket.MONTH).rows for at in (early - 1, early, noon - 1, noon, late)]

    assert [found[0].placed for found in found] == [1, 1, 2, 3, 4]


def test_an_unknown_day_is_not_the_first_of_all_days(database: Database) -> None:
    counts = filled(database, [version(UNKNOWN), version(UNKNOWN + 1), version(UNKNOWN + DAY, reported_from=UNKNOWN)])

    for as_of, found in [(UNKNOWN, [None]), (UNKNOWN + 1, [None, date(1, 1, 1)]), (LAST, [None, date(1, 1, 1)])]:
        answer = density(database, counts, LAST, as_of, Bucket.WEEK)
        assert answer == density_scan(database, LAST, as_of, LATEST, Bucket.WEEK)
        assert [row.day for row in answer.rows] == found


def test_a_status_counts_from_when_it_was_reported(database: Database) -> None:
    start, then = micros(2023, 5, 20), micros(2023, 6, 2)
    versions = [version(start, status=1, reported_to=then), version(start, status=3, reported_from=then)]
    counts = filled(database, versions)

    before, after = (density(database, counts, at, LAST, Bucket.DAY).rows for at in (then - 1, then))

    assert [row.status for row in before + after] == [1, 3]


def test_rows_are_counted_on_an_older_log_and_by_conditions_of_their_own(database: Database) -> None:
    start = micros(1969, 12, 31, 23)
    versions = [
        version(start, recorded_to=5, number=1, kind=2),
        version(start, recorded_from=5, number=1, kind=3),
        version(start + DAY, recorded_from=6, number=2, kind=3),
    ]
    filled(database, versions)

    def counted(position: int, condition: str = "", given: Sequence[int] = ()) -> list[tuple[date | None, int]]:
        answer = density_scan(database, LAST, LAST, position, Bucket.DAY, condition, given)
        return [(row.day, row.placed) for row in answer.rows]

    new_year_s_eve, new_year = date(1969, 12, 31), date(1970, 1, 1)
    assert counted(4) == counted(5) == [(new_year_s_eve, 1)]
    assert counted(6) == [(new_year_s_eve, 1), (new_year, 1)]
    assert counted(4, "kind = ? OR kind = ?", (3, 4)) == []
    assert counted(6, "kind = ? OR kind = ?", (3, 4)) == [(new_year_s_eve, 1), (new_year, 1)]


def test_no_fronts_are_none(database: Database) -> None:
    counts = filled(database, [version(0)])

    assert density(database, counts, LAST, LAST, Bucket.DAY, fronts=()).rows == ()
    assert density_scan(database, LAST, LAST, LATEST, Bucket.DAY, fronts=()).rows == ()


def test_the_rows_of_a_day_are_found_by_their_key(make_engine: Any) -> None:
    with make_engine("sqlite") as engine, opened(engine) as database:
        filled(database, [])
        asked: list[str] = []

        class Explained:
            def fetch(self, statement: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                asked.extend(row[3] for row in database.fetch(f"EXPLAIN QUERY PLAN {statement}", given))
                return []

        density_scan(Explained(), LAST, LAST, LATEST, Bucket.DAY, fronts=[1, 2])

        assert any("front=? AND span=? AND start_at>? AND start_at<?" in step for step in asked)


DAYS = st.sampled_from(
    [micros(1, 1, 1), micros(1, 1, 2), micros(1969, 12, 29), micros(2023, 12, 31), micros(9998, 12, 31)]
)
MOMENTS = st.builds(
    lambda day, shift, within: max(UNKNOWN, min(LAST, day + shift * DAY + within)),
    DAYS | st.just(micros(2024, 1, 1)),
    st.integers(-9, 9),
    st.sampled_from([0, 1, DAY // 2, DAY - 1]),
)
POSITIONS = st.integers(0, LATEST)
FURTHER_DAYS = st.just(0) | st.integers(0, 70) | st.sampled_from([364, 1_500, 40_000, MAX_FURTHER_DAYS])


@st.composite
def versions_of_a_log(draw: st.DrawFn) -> list[Version]:
    found = []
    for number in range(draw(st.integers(0, 20))):
        reported, recorded = sorted(draw(st.lists(MOMENTS, min_size=2, max_size=2))), draw(POSITIONS)
        start_at, further_days = draw(MOMENTS | st.just(UNKNOWN)), draw(FURTHER_DAYS)
        shortest = next((span for span, most in enumerate(SPANS) if (further_days + 1) * DAY <= most), 3)
        one = Version(
            front=draw(st.sampled_from([0, 1, 2**20 - 1])),
            span=draw(st.integers(shortest, 3)),
            start_at=start_at if start_at == UNKNOWN or not further_days else start_at // DAY * DAY,
            id=bytes([number]) * 16,
            reported_from=reported[0],
            recorded_from=recorded,
            reported_to=draw(st.sampled_from([None, reported[1]])),
            recorded_to=draw(st.none() | st.integers(recorded, LATEST)),
            status=draw(st.integers(1, 7)),
            kind=draw(st.integers(1, 2)),
            further_days=0 if start_at == UNKNOWN else further_days,
        )
        found.append(one)
    return found


ASKED = st.builds(
    Asked,
    MOMENTS | st.just(LAST),
    MOMENTS | st.just(LAST),
    st.sampled_from(Bucket),
    st.none() | st.lists(st.sampled_from([0, 1, 7, 2**20 - 1]), max_size=3).map(tuple),
    st.none() | MOMENTS,
    st.none() | MOMENTS,
)


def check(database: Database, versions: list[Version], questions: list[Asked], position: int) -> None:
    counts = filled(database, versions)
    for asked in questions:
        kept = density(database, counts, *asked)
        scanned = density_scan(database, asked.known_at, asked.as_of, LATEST, asked.bucket, "", (), *asked[3:])
        older = density_scan(
            database, asked.known_at, asked.as_of, position, asked.bucket, "kind = ?", (1,), *asked[3:]
        )

        assert rows(kept) == by_hand(versions, asked)
        assert scanned == kept
        assert rows(older) == by_hand([one for one in versions if one.kind == 1], asked, position)
        whole = asked._replace(since=None, until=None)
        there = [one for one in versions if one.recorded_to is None and one.reported_from <= asked.known_at]
        begun = [one for one in there if one.start_at <= asked.as_of and one.holds(asked.known_at, LATEST)]
        begun = [one for one in begun if asked.fronts is None or one.front in asked.fronts]
        one_by_one = density_of(list(map(code_of, begun)), asked.bucket, asked.as_of, asked.since, asked.until)
        assert one_by_one == kept
        assert density(database, counts, *whole).developments == len(begun)


@given(versions_of_a_log(), st.lists(ASKED, min_size=1, max_size=6), POSITIONS)
def test_kept_counts_and_rows_tell_the_same(versions: list[Version], questions: list[Asked], position: int) -> None:
    with in_a_file() as database:
        check(database, versions, questions, position)


def test_kept_counts_and_rows_tell_the_same_on_postgres(make_engine: Any) -> None:
    @settings(max_examples=15, database=None)
    @given(versions_of_a_log(), st.lists(ASKED, min_size=1, max_size=6), POSITIONS)
    def tell_the_same(versions: list[Version], questions: list[Asked], position: int) -> None:
        with make_engine("postgres") as engine, opened(engine) as database:
            check(database, versions, questions, position)

    tell_the_same()
