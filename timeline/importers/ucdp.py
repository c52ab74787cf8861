"""UCDP GED, the Georeferenced Event Dataset of the Uppsala Conflict Data Program: the rows of a release.

A release is a CSV file whose columns are found by name, since no two layouts agree on their order. Each row
becomes a description and its accounts, or a refusal that names every field that is wrong; what becomes of them
in the log is not decided here. What a cell means stands in `ucdp_fields`, who speaks in `ucdp_accounts`, our own
words in `ucdp_words`, the fronts in `ucdp_fronts`, the file itself in `ucdp_cells`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from timeline.domain.checks import trusting
from timeline.domain.descriptions import MOST_ACTORS, Description
from timeline.domain.moments import Occurred
from timeline.domain.values import Account, Actor, Place, Tally
from timeline.domain.vocabulary import PlacePrecision
from timeline.errors import InvalidValue
from timeline.importers.date_order import DateEvidence
from timeline.importers.notes import Note, note, taken
from timeline.importers.ucdp_accounts import accounts_of
from timeline.importers.ucdp_cells import Cells, read_cells, release_form
from timeline.importers.ucdp_countries import COUNTRY_CODES
from timeline.importers.ucdp_fields import actors_of, best_of, count_of, deaths_of, occurred_of, place_of
from timeline.importers.ucdp_fronts import FrontRules, Whereabouts
from timeline.importers.ucdp_plan import ReadingPlan, Wishes
from timeline.importers.ucdp_press import DATA_SET
from timeline.importers.ucdp_press_dates import SlashEvidence, SlashOrder
from timeline.importers.ucdp_words import summary_of, tags_of, title_of, violence_of

_POINT_IS_PLACE = (PlacePrecision.EXACT, PlacePrecision.NEAR, PlacePrecision.DISTRICT)


class UcdpRow(Struct, frozen=True, gc=False):
    """A row that can be imported. `number` is the line of the file on which it starts, from 1.

    `accounts` begins with that of the data set; `sources` are the slugs and names of all that speak. `originator` is
    the slug of the one whose word the outlets pass on, where that is none of them.
    """

    number: int
    external_id: str
    description: Description
    accounts: tuple[Account, ...]
    sources: tuple[tuple[str, str], ...]
    front_name: str
    originator: str | None = None
    notes: tuple[Note, ...] = ()
    """What was cut, replaced or noted of it."""


class RejectedRow(Struct, frozen=True):
    """A row that can not be, with what is wrong, field by field (as in `TimelineError.errors`)."""

    number: int
    reason: str
    errors: tuple[dict[str, Any], ...] = ()


def read_rows(path: Path, fronts: FrontRules, plan: ReadingPlan | None = None) -> Iterator[UcdpRow | RejectedRow]:
    """The rows of a release, in their order; raises `UnreadableFile` where it is none.

    `plan` is how the file is to be read; where none is given it is found out first.
    """
    plan = plan or surveyed(path).plan
    settled, seen = plan.settler(), dict[str, int]()
    for number, published in read_cells(path, plan.form):
        if isinstance(published, str):
            yield RejectedRow(number, published)
            continue
        taken()  # what was noted of a row that was refused
        try:
            cells = settled(published)
            row = _row(number, cells, fronts, plan.press_order)
        except InvalidValue as error:
            yield _rejected(number, published, error, plan)
            continue
        if (first := seen.setdefault(row.external_id, number)) != number:
            twice = InvalidValue("id", cells.id, f"an id that no other row has; line {first} has it")
            yield RejectedRow(number, twice.detail, twice.errors)
            continue
        yield row


class Survey(Struct, frozen=True):
    """What a first look at all rows of a release shows: how they are to be read, how many there are, and their ids.

    `nameless` are the rows of which not even the id can be read.
    """

    plan: ReadingPlan
    rows: int
    ids: frozenset[str]
    nameless: tuple[RejectedRow, ...]


def surveyed(path: Path, wishes: Wishes | None = None, published: date | None = None) -> Survey:
    """The survey of a release that came out on a day (UTC). Raises `UnreadableFile` where the file is none."""
    wishes = wishes or Wishes()
    form = wishes.form or release_form(path, wishes.columns)
    evidence, press_evidence = DateEvidence(), SlashEvidence()
    ids, nameless, rows = set[str](), list[RejectedRow](), 0
    for number, cells in read_cells(path, form):
        rows += 1
        try:
            if isinstance(cells, str):
                nameless.append(RejectedRow(number, cells))
                continue
            evidence.see(number, cells.date_start)
            evidence.see(number, cells.date_end)
            press_evidence.see(cells.source_date)
            ids.add(_external_id(cells))
        except InvalidValue as error:
            nameless.append(RejectedRow(number, error.detail, error.errors))
    plan = ReadingPlan(form, evidence.judged(wishes.date_order), published, press_evidence.judged())
    return Survey(plan, rows, frozenset(ids), tuple(nameless))


def _row(number: int, cells: Cells, fronts: FrontRules, press_order: SlashOrder | None) -> UcdpRow:
    place = _place(cells)
    front = fronts.front_of(_whereabouts(cells, place))
    external_id = _external_id(cells)
    kind = violence_of(cells.type_of_violence).kind
    title = title_of(cells.type_of_violence, cells.side_a, cells.side_b, place.name, cells.where_prec)
    occurred = _occurred(cells)
    summary = summary_of(
        cells.type_of_violence, cells.conflict_name, cells.dyad_name, cells.adm_2, cells.where_prec, cells.date_prec
    )  # fmt: skip
    actors, tallies, tags = _actors(cells), _tallies(cells), _tags(cells)
    told = accounts_of(cells, press_order)
    note(Note.ACCOUNTS_PASSED_ON, told.passed_on)
    note(Note.PRESS_DATES_UNREAD, told.unread_dates)
    note(Note.PRESS_DATES_UNMATCHED, told.unmatched_dates)
    # Parts were made to fit, and mostly made before, so they are not looked at again; only their number is open.
    with trusting() if len(actors) <= MOST_ACTORS else nullcontext():
        description = Description(
            front.slug, kind, title, occurred, summary, place, actors, tallies, tags, external_id, "en"
        )  # fmt: skip
    return UcdpRow(number, external_id, description, told.accounts, told.sources, front.name, told.originator, taken())


def _external_id(cells: Cells) -> str:
    number = count_of(cells.id, "id")
    if number is None:
        raise InvalidValue("id", cells.id, "the number of the event")
    return f"{DATA_SET}:{number}"


def _place(cells: Cells) -> Place:
    return place_of(
        cells.where_coordinates,
        cells.adm_1,
        cells.country,
        COUNTRY_CODES.get(cells.country_id.strip()),
        cells.latitude,
        cells.longitude,
        cells.where_prec,
        cells.where_description,
    )


def _whereabouts(cells: Cells, place: Place) -> Whereabouts:
    precise = place.precision in _POINT_IS_PLACE
    return Whereabouts(cells.country, cells.adm_1, cells.adm_2, cells.dyad_name, place.lat, place.lon, precise)


def _occurred(cells: Cells) -> Occurred:
    return occurred_of(cells.date_start, cells.date_end, cells.date_prec, cells.event_clarity)


def _actors(cells: Cells) -> tuple[Actor, ...]:
    return actors_of(cells.side_a, cells.side_b)


def _tallies(cells: Cells) -> Mapping[str, Tally]:
    dead = (cells.deaths_a, cells.deaths_b, cells.deaths_civilians, cells.deaths_unknown)
    return _tallies_of(cells.low, cells.best, cells.high, *dead)


@lru_cache(maxsize=50_000)
def _tallies_of(
    low: str, best: str, high: str, side_a: str, side_b: str, civilians: str, unknown: str
) -> Mapping[str, Tally]:
    tallies = {
        "deaths": deaths_of(low, best, high),
        "deaths-side-a": best_of(side_a, "deaths_a"),
        "deaths-side-b": best_of(side_b, "deaths_b"),
        "deaths-civilians": best_of(civilians, "deaths_civilians"),
        "deaths-unknown": best_of(unknown, "deaths_unknown"),
    }
    return {name: tally for name, tally in tallies.items() if tally}


def _tags(cells: Cells) -> tuple[str, ...]:
    return tags_of(
        cells.type_of_violence,
        cells.conflict_new_id,
        cells.dyad_new_id,
        cells.date_prec,
        cells.event_clarity,
        cells.code_status,
    )


_PARTS: tuple[Callable[[Cells], object], ...] = (_external_id, _place, _occurred, _actors, _tags, _tallies)
"""All that can be wrong with a row, asked one by one once something was."""


def _rejected(number: int, published: Cells, first: InvalidValue, plan: ReadingPlan) -> RejectedRow:
    cells, wrong = plan.settled_where_possible(published)
    found = {error.field: error for error in (*wrong, first)}
    for part in _PARTS:
        try:
            part(cells)
        except InvalidValue as error:
            found.setdefault(error.field, error)
    return RejectedRow(
        number,
        "; ".join(error.detail for error in found.values()),
        tuple(entry for error in found.values() for entry in error.errors),
    )
