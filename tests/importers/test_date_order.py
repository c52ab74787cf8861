"""Dates with slashes are judged by the whole file, and days that contradict others of their row are refused."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.making import SHARED, release_of
from tests.importers.test_files import Bring, bring  # noqa: F401
from timeline.errors import InvalidValue
from timeline.importers.date_order import DateEvidence, DateJudgement, DateOrder
from timeline.importers.ucdp import RejectedRow, UcdpRow, read_rows, surveyed
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_plan import Wishes

RULES = FrontRules.load()


def same_day(text: str, **more: str) -> dict[str, str]:
    return {"date_start": text, "date_end": text, **more}


def read(path: Path, order: DateOrder | None = None, published: date | None = None) -> list[UcdpRow | RejectedRow]:
    return list(read_rows(path, RULES, surveyed(path, Wishes(date_order=order), published).plan))


def days(rows: list[UcdpRow | RejectedRow]) -> list[str | None]:
    return [row.description.occurred.edtf if isinstance(row, UcdpRow) else None for row in rows]


def test_one_date_that_can_not_be_month_first_refuses_every_date_with_slashes(tmp_path: Path) -> None:
    file = release_of(
        tmp_path / "a.csv",
        {"id": "1", **same_day("11/12/2014")},
        {"id": "2", **same_day("2014-12-11")},
        {"id": "3", **same_day("27/10/2014 00:00")},
        {"id": "4", "date_start": "2014-11-01", "date_end": "11/12/2014"},
    )
    rows = read(file)

    assert days(rows) == [None, "2014-12-11", None, None]
    for row, field in ((rows[0], "date_start"), (rows[2], "date_end"), (rows[3], "date_end")):
        assert isinstance(row, RejectedRow)
        assert field in {error["field"] for error in row.errors}
        assert "line 4 (27/10/2014 00:00) can not be month first; say --date-order" in row.reason


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (DateOrder.DAY_FIRST, ["2014-12-11", "2014-10-27", None, "2014-05-04"]),
        (DateOrder.MONTH_FIRST, ["2014-11-12", None, "2014-10-27", "2014-05-04"]),
        (None, [None, None, None, "2014-05-04"]),
    ],
)
def test_the_order_may_be_said_and_then_each_date_is_read_by_it_or_refused(
    tmp_path: Path, order: DateOrder | None, expected: list[str | None]
) -> None:
    texts = ("11/12/2014", "27/10/2014", "10/27/2014", "2014-05-04")
    file = release_of(tmp_path / "a.csv", *({"id": str(id), **same_day(text)} for id, text in enumerate(texts)))

    assert days(read(file, order)) == expected


@pytest.mark.parametrize("text", ["13/25/2014", "0/5/2014", "2/30/2014", "5/4/14", "4/5/2014 13:00"])
def test_a_date_that_can_be_in_no_order_puts_no_other_in_doubt(tmp_path: Path, text: str) -> None:
    rows = read(release_of(tmp_path / "a.csv", {"id": "1", **same_day(text)}, {"id": "2", **same_day("11/12/2014")}))

    assert days(rows) == [None, "2014-11-12"]


@pytest.mark.parametrize(
    ("text", "edtf"), [("27.10.2014", "2014-10-27"), ("4.5.2014", "2014-05-04"), ("27-10-2014", "2014-10-27")]
)
def test_dates_with_dots_are_read_only_where_their_order_is_said(tmp_path: Path, text: str, edtf: str) -> None:
    file = release_of(tmp_path / "a.csv", {"id": "1", **same_day(text)})
    (refused,), read_day_first = read(file), read(file, DateOrder.DAY_FIRST)

    assert isinstance(refused, RejectedRow)
    assert "say --date-order day-first" in refused.reason
    assert days(read_day_first) == [edtf]


@given(st.lists(st.dates(date(2000, 1, 1), date(2022, 12, 31)), min_size=1, max_size=6))
def test_a_file_of_days_first_is_never_taken_for_one_of_months_first_once_a_day_shows_it(told: list[date]) -> None:
    texts = [f"{day.day}/{day.month}/{day.year}" for day in told]
    evidence = DateEvidence()
    for line, text in enumerate(texts, 2):
        evidence.see(line, text)
    judged = evidence.judged()
    said = evidence.judged(DateOrder.DAY_FIRST)

    assert [date.fromisoformat(said.settled(text, "date_start")) for text in texts] == told
    shows = any(day.day > 12 for day in told)
    assert (judged.order is None) == shows
    if shows:
        for text in texts:
            with pytest.raises(InvalidValue):
                judged.settled(text, "date_start")


def test_iso_dates_are_left_alone_in_any_order() -> None:
    for order in (None, *DateOrder):
        judgement = DateJudgement(order, requested=order is not None)

        assert judgement.settled("2014-05-04 00:00:00.000", "date_end") == "2014-05-04 00:00:00.000"


def test_where_no_date_shows_its_order_the_summary_says_that_it_was_guessed(bring: Bring, tmp_path: Path) -> None:  # noqa: F811
    ambiguous = release_of(tmp_path / "a.csv", {"id": "1", **same_day("11/12/2014")})
    shown = release_of(tmp_path / "b.csv", {"id": "1", **same_day("11/12/2014")}, {"id": "2", **same_day("5/13/2014")})

    assert (
        "a.csv: 2 dates with slashes, none of which shows its order; taken month first, as UCDP writes them"
        in bring(ambiguous).stdout
    )
    assert "slashes" not in bring(shown).stdout
    said = bring(ambiguous, "--date-order", "day-first")
    assert "a.csv: 2 dates with slashes, taken day-first as --date-order says" in said.stdout
    assert "1 revised" in said.stdout


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2014-07-27", "2014-07-27", None), ("2014-07-27", "2014-07-28", "date_end"),
        ("2014-07-28", "2014-07-28", "date_start"), ("2015-01-01", "2015-12-31", "date_start"),
    ],
)  # fmt: skip
def test_a_row_that_happened_after_its_release_came_out_is_refused(
    tmp_path: Path, start: str, end: str, refused: str | None
) -> None:
    file = release_of(tmp_path / "a.csv", {"id": "1", "date_start": start, "date_end": end}, {"id": "2"})
    first, second = read(file, published=date(2014, 7, 27))

    assert isinstance(second, UcdpRow)
    assert (first.errors[0]["field"] if isinstance(first, RejectedRow) else None) == refused


@pytest.mark.parametrize(
    ("year", "start", "end", "accepted"),
    [
        ("2014", "2014-07-27", "2014-07-27", True), ("2014", "2014-12-31", "2015-01-02", True),
        ("2015", "2014-12-31", "2015-01-02", True), ("2013", "2014-12-31", "2015-01-02", False),
        ("2015", "2014-07-27", "2014-07-27", False), ("", "2014-07-27", "2014-07-27", True),
        ("MMXIV", "2014-07-27", "2014-07-27", False), ("2014.0", "2014-07-27", "2014-07-27", True),
    ],
)  # fmt: skip
def test_a_row_whose_year_disagrees_with_its_dates_is_refused(
    tmp_path: Path, year: str, start: str, end: str, accepted: bool
) -> None:
    (row,) = read(release_of(tmp_path / "a.csv", {"year": year, "date_start": start, "date_end": end}))

    assert isinstance(row, UcdpRow) is accepted
    if isinstance(row, RejectedRow):
        assert row.errors[0]["field"] == "year"


def test_the_trial_of_days_first_and_that_of_a_release_before_its_events(bring: Bring) -> None:  # noqa: F811
    trials = SHARED.parent / "trials"
    if not trials.is_dir():
        pytest.skip(f"the trials are absent: {trials}")
    refused = bring(trials / "02-ucdp-day-first.csv")
    done = bring(trials / "02-ucdp-day-first.csv", "--date-order", "day-first")
    early = bring(trials / "ucdp-06-after-publication.csv", "--reported-at", "2019-06-01")

    assert (refused.exit_code, done.exit_code, early.exit_code) == (1, 0, 1)
    assert refused.stdout.startswith("0 events added, 0 were there before, 6 refused\n")
    assert "02-ucdp-day-first.csv:5: date_start: '12/11/2021' is not allowed" in refused.stderr
    assert "developments: 6 new" in done.stdout
    assert "ucdp-06-after-publication.csv:2: date_start: '2023-02-01' is not allowed" in early.stderr
    assert early.stdout.startswith("0 events added, ")
