"""What docs/dates.md says of dates is what the code does with them."""

import re
from itertools import takewhile
from pathlib import Path

import pytest

from timeline.domain.edtf_grammar import SEASONS, UNIT_MONTHS, WIDENING_STEPS
from timeline.domain.edtf_refusals import GROUPINGS, reason_against
from timeline.domain.moments import Bound, Occurred
from timeline.errors import InvalidValue

PAGE = Path(__file__).parents[2] / "docs" / "dates.md"


def table(first_column: str) -> list[list[str]]:
    """The rows of the table with this first column, code without its marks."""
    lines = PAGE.read_text("utf-8").splitlines()
    headings = (number for number, line in enumerate(lines) if line.startswith("| --- |"))
    start = next(number for number in headings if lines[number - 1].startswith(f"| {first_column} |"))
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 1 :])
    return [[cell.strip().strip("`") for cell in row.strip("|").split(" | ")] for row in rows]


def shown(bound: Bound) -> list[str]:
    return [value or "-" for value in bound.shown().values()]


@pytest.mark.parametrize(("form", "example", "sort", "bounds"), [(*row[:3], row[3:]) for row in table("Form")])
def test_every_form_has_the_bounds_that_the_page_says(form: str, example: str, sort: str, bounds: list[str]) -> None:
    moment = Occurred(example)

    assert [*shown(moment.start), *shown(moment.end)] == bounds, form
    assert moment.is_span is (sort == "span")


@pytest.mark.parametrize(("example", "first", "last"), [row[-3:] for row in table("Season")])
def test_seasons_are_those_of_the_page(example: str, first: str, last: str) -> None:
    assert shown(Occurred(example).start) == [first, last]


def test_every_season_stands_on_the_page() -> None:
    assert [int(row[1][-2:]) for row in table("Season")] == list(SEASONS)


@pytest.mark.parametrize(("example", "width", "first", "last"), [row[1:] for row in table("Precision")])
def test_qualifiers_are_as_wide_as_the_page_says(example: str, width: str, first: str, last: str) -> None:
    assert shown(Occurred(example).start) == [first, last]
    assert width.split()[0] == str(WIDENING_STEPS[example[-1]])


def test_every_unit_and_qualifier_stands_on_the_page() -> None:
    rows = table("Precision")

    assert {row[1][-1] for row in rows} == {qualifier for qualifier in WIDENING_STEPS if qualifier}
    assert {f"{row[0].lower()}s" for row in rows} >= {*UNIT_MONTHS, "days"}


@pytest.mark.parametrize(("what", "example", "level", "expected"), table("What"))
def test_what_the_page_says_is_refused_is_refused_for_that_reason(
    what: str, example: str, level: str, expected: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        Occurred(example)

    assert refused.value.field == "occurred", what
    assert refused.value.value == example
    assert refused.value.allowed.startswith(expected)
    if level == "2":
        assert "level 2" in refused.value.allowed or "a range" in refused.value.allowed


@pytest.mark.parametrize("number", range(25, 42))
def test_a_grouping_of_level_2_is_named_with_what_to_write_instead(number: int) -> None:
    reason = reason_against(f"2001-{number}") or ""
    (instead,) = re.findall(r"write '(.+)' instead", reason)
    _, first_month, months = GROUPINGS[number]
    moment = Occurred(instead)

    assert moment.start.earliest
    assert moment.start.latest
    assert (moment.start.latest - moment.start.earliest).days in range(28 * months, 31 * months)
    assert first_month in (None, moment.start.earliest.month)
    assert not moment.is_span
