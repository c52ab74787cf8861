"""Dates in tables and maps: each column is read by one format, and says nothing that was not said."""

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest

from tests.scenarios import Scene, message
from timeline.exporters.date_columns import Precision, precision_of, with_dates

DAYS = ("start_earliest", "start_latest", "end_earliest", "end_latest")
INSTANTS = ("exact_start", "exact_end", "first_reported_at", "last_reported_at")
SAID: list[Any] = [
    "2023-05-22", "2022", "2022-08", "2022-21", "202X", "20XX", "2023-05-XX", "2023-XX", "2023-05-22?", "2022-11~",
    "2022-11~/2023-05-20", "2023-05-22/..", "../2023-05-22", "[2023-01-24..2023-02-06]",
    {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T04:05:06+03:00"}},
    {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T01:15:00+03:00", "end": "2023-05-22T09:00:00.25+03:00"}},
    {"edtf": "2023", "exact": {"start": "2023-01-01T00:30:00+02:00"}},
]  # fmt: skip


@pytest.fixture
def told(scene: Scene) -> Scene:
    """A log with a development for each way to say a date, reported at instants with and without fractions."""
    for number, occurred in enumerate(SAID):
        time = f"2023-05-23T10:00:00{'.5' if number % 2 else ''}Z"
        answer = scene.post(message(id=f"a-{number}", time=time, data={"occurred": occurred, "title": f"n {number}"}))
        assert answer.status_code == 201, answer.get_json()
    return scene


def rows(scene: Scene, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(scene.raw("/exports/csv", **query).decode(), newline="")))


def properties(scene: Scene) -> list[dict[str, Any]]:
    features = json.loads(scene.raw("/exports/geojson"))["features"]
    return [feature["properties"] for feature in features]


@pytest.mark.parametrize("read", [rows, properties])
def test_every_column_is_read_by_one_format(told: Scene, read: Any) -> None:
    items = read(told, as_of="2023-06-01") if read is rows else read(told)

    assert len(items) == len(SAID)
    for form, names in (("%Y-%m-%d", DAYS), ("%Y-%m-%dT%H:%M:%S.%fZ", INSTANTS)):
        for name in names:
            values = [item[name] for item in items if item[name]]
            assert values
            for value in values:
                datetime.strptime(value, form)  # noqa: DTZ007 - only whether it can be read


def test_a_row_says_how_exactly_the_date_was_said_and_what_was_said(told: Scene) -> None:
    said = {row["title"]: (row["occurred"], row["precision"]) for row in rows(told)}

    assert [said[f"n {number}"][1] for number in range(len(SAID))] == [
        "day", "year", "month", "season", "decade", "century", "month", "year", "day", "month",
        "interval", "interval", "interval", "one-of-range", "instant", "interval", "instant",
    ]  # fmt: skip
    assert said["n 9"][0] == "2022-11~"


def test_an_instant_lies_on_the_day_of_its_own_offset(scene: Scene) -> None:
    exact = {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T01:15:00+03:00"}}
    scene.post(message(data={"occurred": exact}))
    (row,) = rows(scene)

    assert (row["start_earliest"], row["start_latest"]) == ("2023-05-22", "2023-05-22")
    assert (row["exact_start"], row["precision"]) == ("2023-05-21T22:15:00.000000Z", "instant")


@pytest.mark.parametrize("published", ["2023-05-21", "2023-05", "2023-05-20/2023-05-22", "2023-05-21T10:00:00Z"])
def test_when_something_was_published_is_told_in_days_as_well(scene: Scene, published: str) -> None:
    data = {"account": {"source": "ru-mod", "stance": {"occurrence": "asserts"}, "published": published}}
    if scene.post(message(data=data)).status_code != 201:
        pytest.skip("the log does not take such a date")
    (row,) = rows(scene, of="accounts")

    assert row["published"] == published
    assert row["published_precision"] == precision_of(published)
    for name in ("published_earliest", "published_latest"):
        datetime.strptime(row[name], "%Y-%m-%d")  # noqa: DTZ007 - only whether it can be read


def test_what_has_no_date_has_none_in_its_columns() -> None:
    assert with_dates({"occurred": None, "published": None}) == {"occurred": None, "published": None}


@pytest.mark.parametrize("precision", Precision)
def test_every_precision_can_be_said(precision: Precision) -> None:
    said = [one if isinstance(one, str) else one["edtf"] for one in [*SAID, "2023-05-22T10:00:00Z"]]

    assert precision in {precision_of(edtf) for edtf in said}
