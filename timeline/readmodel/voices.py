"""How many accounts each source gave, and how many of them it still stands by, as of any moment."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from msgspec import structs

from timeline.domain.history import Cuts
from timeline.readmodel.databases import Asked
from timeline.readmodel.documents import Documents
from timeline.readmodel.past import Past
from timeline.readmodel.rows import Window, all_rows
from timeline.readmodel.standing import Standing
from timeline.readmodel.tables import VOICES

_FOR_EVER = datetime(9999, 12, 31, tzinfo=UTC)


def voice_code(number: int, *, in_force: bool) -> int:
    """The code under which `VOICES` counts the accounts of a source, or those of them that are in force."""
    return number * 2 + in_force


def accounts_by_source(asked: Asked, known_at: int) -> Mapping[int, tuple[int, int]]:
    """By the number of the source: accounts given of developments in view, and those in force, on the latest log."""
    found: dict[int, list[int]] = {}
    codes, counts = VOICES.as_of(asked, known_at)
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        found.setdefault(code // 2, [0, 0])[code % 2] = count
    return {number: (given, in_force) for number, (given, in_force) in found.items()}


def accounts_added_up(past: Past, standing: Standing, cuts: Cuts) -> dict[str, tuple[int, int]]:
    """The same by slug, for what an older log held: every development is read, so it takes as long as that takes."""
    given: Counter[str] = Counter()
    in_force: Counter[str] = Counter()
    whole = structs.replace(cuts, as_of=_FOR_EVER)
    documents = Documents(past, standing, whole)
    seen: set[UUID] = set()
    for rows in all_rows(standing.database, standing.front_slugs, Window(whole, standing.front_numbers())):
        ids = standing.merged.together(row.id for row in rows) - seen
        seen |= {id for id in ids if not standing.merged.stands_alone(id)}
        for state in documents.states(ids).values():
            for one in state.accounts:
                given[one.account.source] += 1
                in_force[one.account.source] += one.in_force
    return {slug: (given[slug], in_force[slug]) for slug in given}
