"""CSV and NDJSON: what is read back is what was told, and no spreadsheet takes a text for a formula."""

import csv
import io
import json
import re
from typing import Any

import pytest
from hypothesis import given

from tests.exporters.making import CHECKPOINT, any_text, disputed, entry, tricky_text, written
from timeline.domain.values import Actor, Place, Tally
from timeline.exporters.columns import ABOUT, COLUMNS
from timeline.exporters.export import WIRE, Of
from timeline.wire import answers

_MARKED = re.compile("'+[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")


def rows(content: bytes) -> list[dict[str, str]]:
    """The rows as any CSV reader has them."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def meant(cell: str) -> str:
    """A text without the mark against formulas, as the documentation says that it is taken off."""
    return cell[1:] if _MARKED.match(cell) else cell


def test_a_table_has_a_header_and_ends_each_row_with_crlf() -> None:
    content = written("csv", disputed(title="Capture"), disputed(title="Entry"))

    assert content.startswith(b"id,front,kind,title,")
    assert content.endswith(b"\r\n")
    assert [row["title"] for row in rows(content)] == ["Capture", "Entry"]
    assert not content.startswith(b"\xef\xbb\xbf")


def test_a_row_tells_the_bounds_the_place_and_the_statuses() -> None:
    place = Place("Somewhere", -12.5, -0.25, country="UA")
    (row,) = rows(
        written(
            "csv",
            disputed(
                occurred="2022-11~/2023-05-20", place=place, actors=(Actor("Wagner, Group", "attacker"),),
                tallies={"deaths": Tally(1, 2, 3)}, tags=("a; b", "c"),
            ),
        )
    )  # fmt: skip

    assert (row["occurred"], row["start_earliest"], row["end_latest"]) == (
        "2022-11~/2023-05-20",
        "2022-10-01",
        "2023-05-20",
    )
    assert (row["lat"], row["lon"], row["country"]) == ("-12.5", "-0.25", "UA")
    assert (row["status"], row["status_extent"], row["status_place"]) == ("disputed", "claimed", "")
    assert json.loads(row["actors"]) == [{"name": "Wagner, Group", "role": "attacker"}]
    assert json.loads(row["tallies"]) == {"deaths": {"low": 1, "best": 2, "high": 3}}
    assert json.loads(row["tags"]) == ["a; b", "c"]
    assert (row["open"], row["retracted"], row["summary"]) == ("false", "false", "")


def test_every_row_carries_the_cuts_the_filters_and_the_checkpoint_behind_all_else() -> None:
    (row,) = rows(written("csv", disputed(), front=["bakhmut"]))

    assert list(row)[-len(ABOUT) :] == [f"export_{name}" for name in ABOUT]
    assert row["export_as_of"] == "2023-06-01T12:00:00Z"
    assert row["export_known_at"] == "2023-05-31T00:00:00Z"
    assert (row["export_recorded_position"], row["export_recorded_at"]) == ("7", "2023-06-01T12:00:00Z")
    assert json.loads(row["export_filters"]) == {"front": ["bakhmut"]}
    assert row["export_checkpoint"] == CHECKPOINT


@pytest.mark.parametrize("of", COLUMNS, ids=str)
def test_a_table_of_nothing_is_its_header_row(of: Of) -> None:
    (names,) = csv.reader(written("csv", of=of, front=["bakhmut"]).decode().splitlines())

    assert names == [*COLUMNS[of], *(f"export_{name}" for name in ABOUT)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "\uff1d1"])
def test_no_text_begins_as_a_formula_does(text: str) -> None:
    (row,) = rows(written("csv", disputed(title=text, summary=text)))

    assert row["title"] == row["summary"] == f"'{text}"


@pytest.mark.parametrize("text", ["'tis so", "Wagner - Group", "5 = 5", "a@b"])
def test_other_texts_are_as_they_are(text: str) -> None:
    (row,) = rows(written("csv", disputed(title=text)))

    assert row["title"] == text


@given(tricky_text, tricky_text)
def test_any_text_survives_a_table(title: str, summary: str) -> None:
    (row,) = rows(written("csv", entry(title=title, summary=summary)))

    assert (meant(row["title"]), meant(row["summary"])) == (title, summary)
    assert row["title"][0] not in "=+-@\t\r\n"


@given(tricky_text, any_text)
def test_any_text_survives_json_in_lines(title: str, summary: str) -> None:
    first, line = written("ndjson", entry(title=title, summary=summary)).decode().rstrip("\n").split("\n")

    assert json.loads(first)["export"]["checkpoint"] == CHECKPOINT
    assert (json.loads(line)["title"], json.loads(line)["summary"]) == (title, summary)


def test_the_first_line_says_what_the_others_are_of_and_they_are_as_the_api_gives_them() -> None:
    told = disputed()
    first, line = written("ndjson", told, kind=["capture"]).splitlines()

    assert json.loads(first)["export"] == {
        "title": "A war",
        "of": "developments",
        "as_of": "2023-06-01T12:00:00Z",
        "known_at": "2023-05-31T00:00:00Z",
        "recorded_at": {"position": 7, "instant": "2023-06-01T12:00:00Z"},
        "filters": {"kind": ["capture"]},
        "checkpoint": CHECKPOINT,
    }
    assert json.loads(line) == answers.item(told)


@pytest.mark.parametrize("of", COLUMNS, ids=str)
def test_every_column_leads_to_something_that_the_api_gives(of: Of) -> None:
    assert set(COLUMNS) == set(WIRE) - {Of.EVENTS}
    assert len(set(COLUMNS[of].values())) == len(COLUMNS[of])
    assert not {f"export_{name}" for name in ABOUT} & set(COLUMNS[of])


def test_accounts_are_rows_of_their_own() -> None:
    told = disputed(title="Capture")
    accounts: list[Any] = [(told, given) for given in told.state.accounts]
    first, second = rows(written("csv", *accounts, of=Of.ACCOUNTS))

    assert (first["source"], first["stance_occurrence"], first["status"]) == ("ru-mod", "asserts", "disputed")
    assert (second["stance_occurrence"], second["stance_extent"], second["quote"]) == ("denies", "concedes", "Not so.")
    assert second["development"] == str(told.state.id)
