"""Actors: who takes part in developments, in which roles, and what becomes known of one of them.

How many developments an actor takes part in is read off counts (`cubes`), whatever there are. What those do not tell
(status, kind, and who else takes part) is counted on the developments themselves where the search index names few, and
otherwise on the rows of the latest, up to a limit: an answer says how far back it goes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

import numpy as np
from msgspec import Struct

from timeline.domain.history import Cuts
from timeline.domain.moments import from_micros, to_micros
from timeline.domain.vocabulary import Kind, Status
from timeline.errors import NothingKnown, shown
from timeline.readmodel.casts import Actors, labels_of, named_by
from timeline.readmodel.counts import Ints, sums
from timeline.readmodel.cubes import FRONT_MASK, LABEL_BITS, MONTH_BITS, MONTHS, month_at, start_of
from timeline.readmodel.documents import Documents
from timeline.readmodel.filters import Filters
from timeline.readmodel.looking import NOTHING, Casts, Looked, around_months, looked_at, whole
from timeline.readmodel.past import Past
from timeline.readmodel.rows import Window, latest
from timeline.readmodel.selection import FEW, named
from timeline.readmodel.standing import Standing
from timeline.readmodel.tables import LABELS
from timeline.readmodel.versions import ALWAYS, KINDS, SPANS, STATUSES

MOST_LOOKED_AT = 20_000
"""Developments that are looked at for the record of an actor, if not more are asked for."""

_Word = TypeVar("_Word", bound=str)

Told = Counter[tuple[str, str | None, int]]
"""Name, role and number of the front -> how many developments; without a role stands what is counted too often."""


class ActorEntry(Struct, frozen=True):
    """An actor with how many developments it takes part in, and in which roles: the most frequent first."""

    name: str
    developments: int
    roles: dict[str, int]


class ActorRecord(Struct, frozen=True):
    """What becomes known of an actor: `actor` and `fronts` count all its developments that had begun by `as_of`.

    `statuses`, `kinds` and `together` (who else takes part) count `covered` of them: all where it is `complete`, else
    those that may have begun at `since` (UTC) or later. Each has the most frequent first.
    """

    actor: ActorEntry
    fronts: dict[str, int]
    statuses: dict[Status, int]
    kinds: dict[Kind, int]
    together: dict[str, int]
    covered: int
    complete: bool
    since: datetime | None = None


class _Part(Struct, frozen=True):
    """What is known of some of its developments, each told as often as it is there."""

    statuses: Counter[Status]
    kinds: Counter[Kind]
    together: Counter[str]
    since: datetime | None = None


def actors_by_developments(standing: Standing, cuts: Cuts, casts: Casts) -> tuple[ActorEntry, ...]:
    """All actors of developments that had begun by `as_of`, the most frequent first."""
    names: dict[str, Counter[str | None]] = {}
    for (name, role, _), count in _told(standing, cuts, casts, None).items():
        names.setdefault(name, Counter())[role] += count
    entries = (_entry(name, roles) for name, roles in names.items())
    return tuple(sorted((one for one in entries if one.developments), key=lambda one: (-one.developments, one.name)))


def actor_record(past: Past, standing: Standing, cuts: Cuts, casts: Casts, name: str, enough: int) -> ActorRecord:
    """What is known of an actor. Raises `NothingKnown` where it took part in nothing that had begun by `as_of`."""
    roles: Counter[str | None] = Counter()
    fronts: Counter[str] = Counter()
    for (_, role, front), count in _told(standing, cuts, casts, name).items():
        roles[role] += count
        fronts[standing.front_slugs[front]] += count
    actor = _entry(name, roles)
    if not actor.developments:
        raise NothingKnown(
            f"name: no actor {name!r} is known at these cuts",
            ({"field": "name", "value": shown(name), "allowed": "the name of an actor known at these cuts"},),
        )
    part = _folded(past, standing, cuts, name) or _newest(standing, cuts, casts, name, enough)
    covered = part.kinds.total()
    return ActorRecord(
        actor,
        _frequent(fronts),
        _frequent(part.statuses),
        _frequent(part.kinds),
        _frequent(part.together),
        covered,
        covered == actor.developments,
        None if covered == actor.developments else part.since,
    )


def _told(standing: Standing, cuts: Cuts, casts: Casts, name: str | None) -> Told:
    """How many developments all actors, or the one of a name, take part in."""
    window = Window(cuts, standing.front_numbers())
    if cuts.position == standing.position:
        months, stretches = around_months(window)
        found = _in_cells(standing, cuts, months, name)
        found.update(_in_rows(standing, casts, looked_at(standing.database, window, stretches) or NOTHING, name))
        if standing.still_holds():  # otherwise something that was recorded meanwhile may be among them
            return found
    return _in_rows(standing, casts, looked_at(standing.database, window, whole(window)) or NOTHING, name)


def _in_cells(standing: Standing, cuts: Cuts, months: range, name: str | None) -> Told:
    codes, counts = LABELS.as_of(standing.database, to_micros(cuts.known_at))
    labels, month = codes >> LABEL_BITS, codes & MONTHS
    kept = (labels & 1 == 0) & (month < months.stop)
    if name is not None:
        numbers = [number for number, label in standing.actor_labels.items() if named_by(label)[0] == name]
        kept &= np.isin(labels >> 1, np.array(numbers, dtype=np.int64))
    width = LABEL_BITS - MONTH_BITS
    pairs = (labels[kept] >> 1) << width | codes[kept] >> MONTH_BITS & FRONT_MASK
    found: Told = Counter()
    for pair, count in sums(pairs, counts[kept]):
        found[(*named_by(standing.actor_labels[pair >> width]), pair & FRONT_MASK)] += count
    return found


def _in_rows(standing: Standing, casts: Casts, looked: Looked, name: str | None) -> Told:
    members = casts.members(standing.database, np.unique(looked.parties).tolist())
    found: Told = Counter()
    for front in np.unique(looked.fronts).tolist():
        parties = looked.parties[looked.fronts == front]
        for digest, count in sums(parties, np.ones_like(parties)):
            for label, times in labels_of(members[digest]):
                who, role = named_by(label)
                if name is None or who == name:
                    found[who, role, front] += count * times
    return found


def _folded(past: Past, standing: Standing, cuts: Cuts, name: str) -> _Part | None:
    """By its developments, where the index names few."""
    ids = named(standing, past, Window(cuts, standing.front_numbers(), Filters(actors=frozenset([name]))))
    if ids is None or len(ids) > FEW:
        return None
    part = _Part(Counter(), Counter(), Counter())
    for entry in Documents(past, standing, cuts).entries(sorted(ids)).values():
        described = entry.state.described
        names = {actor.name for actor in described.actors}
        if name in names and described.occurred.begun_by(cuts.as_of):
            part.statuses[entry.status] += 1
            part.kinds[described.kind] += 1
            part.together.update(names - {name})
    return part


def _newest(standing: Standing, cuts: Cuts, casts: Casts, name: str, enough: int) -> _Part:
    """By the rows of the developments that began last, whole months of them, up to so many of all.

    Each look goes twice as far back as the one before, and half as far once there was too much to see.
    """
    window = Window(cuts, standing.front_numbers())
    end, parts, since = latest(window), [NOTHING], None
    months, growing = 1, True
    while months and end >= ALWAYS:
        start = max(ALWAYS, start_of(month_at(end) - months + 1))
        stretches = [(span, start, end) for span in range(len(SPANS) + 1)]
        looked = looked_at(standing.database, window, stretches, enough)
        if looked is None:
            months, growing = months // 2, False
            continue
        parts.append(looked)
        enough -= len(looked.fronts)
        since, end = start, start - 1
        months = months * 2 if growing else months
    columns = [np.concatenate([getattr(one, field) for one in parts]) for field in Looked.__struct_fields__]
    return _counted(standing, casts, Looked(*columns), name, since)


def _counted(standing: Standing, casts: Casts, looked: Looked, name: str, since: int | None) -> _Part:
    members = casts.members(standing.database, np.unique(looked.parties).tolist())
    own = {digest: names for digest, told in members.items() if name in (names := _names(told))}
    looked = looked.kept(np.isin(looked.parties, np.array(list(own), dtype=np.int64)))
    together: Counter[str] = Counter()
    for digest, count in _each(looked.parties):
        together.update(dict.fromkeys(own[digest] - {name}, count))
    return _Part(
        Counter({STATUSES[number - 1]: count for number, count in _each(looked.statuses)}),
        Counter({KINDS[number - 1]: count for number, count in _each(looked.kinds)}),
        together,
        None if since is None else from_micros(since),
    )


def _each(numbers: Ints) -> list[tuple[int, int]]:
    return sums(numbers, np.ones_like(numbers))


def _names(members: Actors) -> set[str]:
    return {name for name, _ in members}


def _entry(name: str, roles: Mapping[str | None, int]) -> ActorEntry:
    in_roles = {role: count for role, count in roles.items() if role is not None}
    return ActorEntry(name, sum(roles.values()), _frequent(in_roles))


def _frequent(counts: Mapping[_Word, int]) -> dict[_Word, int]:
    """The most frequent first, without those that are not there."""
    there: Iterable[tuple[_Word, int]] = ((word, count) for word, count in counts.items() if count)
    return dict(sorted(there, key=lambda one: (-one[1], one[0])))
