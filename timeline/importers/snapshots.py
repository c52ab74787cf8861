"""From a release of a data set to submissions: what it adds, changes and no longer holds.

A release says what the data set held at the moment T at which it was published. Its submissions bring what is
known at T to that, and leave every other moment alone, in whatever order releases arrive: where a later
release T'' is in the log already, what is known at T'' is brought back to what that one said. So a value that
went 5, 6, 5 reads so although the 6 arrived last, and an entry that T'' had dropped stays dropped.

What a later release said is read from the log itself: it is the state at (T'', the position at which that
release was sealed by a `dataset.imported`). An import that was broken off has no seal, finds what it has done
already when it is run again, and goes on.

What a release no longer lists of the press is left as it is: an outlet that a data set stopped citing for an
entry has not taken back what it said, and only the source itself can do that. So accounts accumulate over
releases, while the description is always that of the release in force.

Who passes on whose word is the data set's own reading, and that of the release in force, too: where a release reads
it otherwise, the accounts that an earlier one had brought of those concerned are no longer in force, and are given
anew (`recoded`). Since accounts accumulate, this is brought back at the time of every later release, not only of the
next one. What such a source said elsewhere than in a release is never touched.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct

from timeline.domain.aggregates import Submission
from timeline.domain.descriptions import Description, DescriptionChanges
from timeline.domain.facts import (
    AccountGiven,
    AccountWithdrawn,
    DataSetImported,
    DevelopmentReported,
    DevelopmentRetracted,
    DevelopmentRevised,
    Event,
    Fact,
    Recorded,
)
from timeline.domain.history import DevelopmentState, fold_development, known_by
from timeline.domain.moments import format_day, format_instant
from timeline.domain.values import RELEASE_MESSAGES, Account, MessageId, data_set_id, development_id_of
from timeline.domain.vocabulary import Aspect, Nature, Stance
from timeline.domain.voids import in_force, voided_in

_EVER = 2**62
"""A position after all."""
ASKED_TOGETHER = 1_000
"""Of how many developments the history is asked for at once."""
_ENCODER = msgspec.json.Encoder()


class Held(Struct, frozen=True, gc=False):
    """What a release holds of one development."""

    description: Description
    accounts: tuple[Account, ...]


class Past(Protocol):
    """What a log holds already, asked for as far as it is needed."""

    def recorded_of(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        """Everything readable that was recorded of these subjects, each in the order of recording."""

    def reported_in(self, data_set: str) -> Sequence[UUID]:
        """The developments of which a complete report, perhaps not the first, names an id of this data set."""


class Release(Struct, frozen=True):
    """A release of a data set, as it was published at `reported_at` (UTC); `whole`: what it leaves out is gone."""

    data_set: str
    reported_at: datetime
    whole: bool


class Bringing:
    """What has to be appended so that a log knows a release, some of its rows at a time, and in the end what it lacks.

    The submissions of one development are in order. The seal is not among them (`seal`).
    """

    def __init__(self, release: Release, past: Past, known: Collection[str] | None = None) -> None:
        """`known` are the ids of the data set that the log knows, where that was asked already (`known_of`)."""
        self._release = release
        self._past = past
        self._later = _later_seals(release, past)
        if known is None:
            known = known_of(release, past) if release.whole else ()
        self._known = frozenset(known)

    def rows(self, rows: Mapping[str, Held]) -> Iterator[tuple[str, Submission]]:
        """What these rows bring, each with its external id, by which `rows` are."""
        yield from self._brought_to(list(rows), rows)

    def missing(self, listed: Collection[str]) -> Iterator[tuple[str, Submission]]:
        """What a whole release withdraws: all that the log knew of its data set and that is not `listed` there."""
        yield from self._brought_to(sorted(self._known.difference(listed)), {})

    def _brought_to(self, wanted: Sequence[str], rows: Mapping[str, Held]) -> Iterator[tuple[str, Submission]]:
        for start in range(0, len(wanted), ASKED_TOGETHER):
            some = wanted[start : start + ASKED_TOGETHER]
            ids = [development_id_of(external_id) for external_id in some]
            histories = self._past.recorded_of(ids)
            for external_id, id in zip(some, ids, strict=True):
                history = histories.get(id, ())
                for one in _brought_to(self._release, external_id, id, rows.get(external_id), history, self._later):
                    yield external_id, one


def known_of(release: Release, past: Past) -> dict[str, bool]:
    """The ids of the data set that the log knows, past and present, and whether each is in force when this came out."""
    ids, known = past.reported_in(release.data_set), dict[str, bool]()
    for start in range(0, len(ids), ASKED_TOGETHER):
        for id, history in past.recorded_of(ids[start : start + ASKED_TOGETHER]).items():
            external_id = _external_id(history)
            if external_id and external_id.startswith(f"{release.data_set}:"):
                known[external_id] = _in_force(_state(id, history, release.reported_at, _EVER))
    return known


def seal(release: Release, rows: int, file_sha256: str, past: Past) -> Submission:
    """That the release is in the log; to be appended once all of it is. Where that was voided, it is said anew."""
    fact = DataSetImported(release.data_set, rows, file_sha256, release.whole)
    id = data_set_id(release.data_set)
    history = past.recorded_of([id]).get(id, ())
    at, voided = release.reported_at, voided_in(history)
    same = [one for one in history if (one.event.fact, one.event.reported_at) == (fact, at)]
    standing = [one for one in same if one.position not in voided]
    if standing:
        return Submission(id, at, standing[0].event.message, fact)
    return submission_of(release, id, at, fact, f"sealed after {_last(history)}" if same else "sealed")


def _brought_to(
    release: Release,
    external_id: str,
    id: UUID,
    row: Held | None,
    history: Sequence[Recorded],
    later: Sequence[Recorded],
) -> Iterator[Submission]:
    """What brings one development to what the release says at its time, and back at that of later releases."""
    now = _state(id, history, release.reported_at, _EVER)
    steps = [(release.reported_at, fact) for fact in _steps(now, row, release, release.reported_at)]
    for at, fact in steps:
        yield submission_of(release, id, at, fact, f"{external_id} {_last(history)}")
    following = next((one for one in later if _is_whole(one)), None)
    if not _any_passed_on(history, row):
        later = [following] if following else []
    for one in later:
        at = one.event.reported_at
        said = _state(id, history, at, one.position)
        wanted = Held(said.description, _brought(said)) if said.description and not said.retracted else None
        # What is submitted here is not in the history yet; whatever was reported after it up to then is folded over it.
        after = _folded_over(release, id, history, at, steps)
        if one is following:
            facts = list(_steps(after, wanted, release, at))
        else:
            facts = list(_account_steps(after, wanted.accounts, _as_published(release, at))) if wanted else []
        for fact in facts:
            yield submission_of(release, id, at, fact, f"{external_id} {_last(history)} again")
        steps += [(at, fact) for fact in facts]


@lru_cache(maxsize=100)
def _as_published(release: Release, at: datetime) -> str:
    return f"{release.data_set} as published on {format_day(at)}"


def _steps(now: DevelopmentState, row: Held | None, release: Release, at: datetime) -> Iterator[Fact]:
    """The facts that lead from what is known to what the release published at `at` says."""
    reason = _as_published(release, at)
    there = _in_force(now)
    if row is None:
        if there:
            yield DevelopmentRetracted(f"No longer in {reason}")
        return
    accounts = row.accounts
    if not there:
        first = accounts[0] if accounts else _account_of(now, release.data_set)
        yield from _account_steps(now, accounts, reason, DevelopmentReported(row.description, first))
        return
    if changes := _changes(now.described, row.description):
        yield DevelopmentRevised(changes, Nature.CORRECTION, f"As in {reason}")
    yield from _account_steps(now, accounts, reason)


def _account_steps(
    now: DevelopmentState, accounts: Sequence[Account], reason: str, report: DevelopmentReported | None = None
) -> Iterator[Fact]:
    """The facts that lead from the accounts that are known to those of a release; a report gives the first of these."""
    differing = recoded(now, accounts)
    for source in differing:
        yield AccountWithdrawn(source, reason=f"Who passes on whose word is told otherwise in {reason}")
    spoken = {_said(one.account) for one in now.accounts if one.in_force and one.account.source not in differing}
    if report:
        yield report
        spoken.add(_said(report.account))
    for account in accounts:
        if _said(account) not in spoken:
            yield AccountGiven(account)


def _in_force(state: DevelopmentState) -> bool:
    return state.visible and not state.retracted


def recoded(now: DevelopmentState, accounts: Collection[Account]) -> list[str]:
    """The sources of which releases told otherwise so far on whose word they speak; a release has these accounts now.

    They are those that it lists with another stance or origin, as far as whom others repeat is concerned, and those
    whom others were said to repeat and who are not named any more. A source that also spoke elsewhere is left alone.
    """
    repeated_then = _repeated(one.account for one in now.accounts if one.from_release)
    repeated_now = _repeated(accounts)
    if not repeated_then and not repeated_now:
        return []
    repeated = repeated_then | repeated_now
    codings: dict[str, list[tuple[Any, ...]]] = {}
    for account in accounts:
        codings.setdefault(account.source, []).append(_coding(account))
    differing = dict.fromkeys(
        account.source
        for account in _brought(now)
        if (account.source in repeated_then and account.source not in codings)
        or (
            account.source in codings
            and _coding(account) not in codings[account.source]
            and not repeated.isdisjoint((account.origin, *(origin for _, origin in codings[account.source])))
        )
    )
    elsewhere = {one.account.source for one in now.accounts if one.in_force and not one.from_release}
    return [source for source in differing if source not in elsewhere]


def _brought(state: DevelopmentState) -> tuple[Account, ...]:
    """The accounts in force that releases brought."""
    return tuple(given.account for given in state.accounts if given.in_force and given.from_release)


def _repeated(accounts: Iterable[Account]) -> set[str]:
    """Whose word is passed on."""
    return {account.origin for account in accounts if account.origin and Stance.REPEATS in account.stance.values()}


def _coding(account: Account) -> tuple[Any, ...]:
    return tuple(sorted(account.stance.items())), account.origin


def _account_of(state: DevelopmentState, source: str) -> Account:
    """What the data set itself said before, to be said again with a complete report."""
    said = [given.account for given in state.accounts if given.account.source == source]
    return said[-1] if said else Account(source, {Aspect.OCCURRENCE: Stance.ASSERTS})


def _changes(old: Description, new: Description) -> DescriptionChanges | None:
    names = DescriptionChanges.__struct_fields__
    differing = {name: getattr(new, name) for name in names if getattr(old, name) != getattr(new, name)}
    return DescriptionChanges(**{name: differing.get(name, UNSET) for name in names}) if differing else None


def _said(account: Account) -> tuple[Any, ...]:
    words = account.quote, account.gist, account.url, account.published
    origin = account.origin if Stance.REPEATS in account.stance.values() else None
    return account.source, tuple(sorted(account.stance.items())), origin, words


def _state(id: UUID, history: Sequence[Recorded], known_at: datetime, position: int) -> DevelopmentState:
    return fold_development(id, known_by(history, known_at, position)) if history else DevelopmentState(id)


def _folded_over(
    release: Release, id: UUID, history: Sequence[Recorded], until: datetime, steps: Iterable[tuple[datetime, Fact]]
) -> DevelopmentState:
    """The state at `until` once these steps of a release, each at its time, are in the log after all that is there."""
    message = MessageId(_speaker(release), "-")
    added = [
        Recorded(_last(history) + number, until, Event(id, number, at, message, fact))
        for number, (at, fact) in enumerate(steps, 1)
    ]
    return fold_development(id, known_by([*history, *added], until, _EVER))


def _last(history: Sequence[Recorded]) -> int:
    return max((one.position for one in history), default=0)


def _later_seals(release: Release, past: Past) -> list[Recorded]:
    """The seals of later releases by time, of each the last one, whole ones before others of the same time."""
    id = data_set_id(release.data_set)
    latest: dict[datetime, Recorded] = {}
    for one in in_force(past.recorded_of([id]).get(id, ())):
        at = one.event.reported_at
        if isinstance(one.event.fact, DataSetImported) and at > release.reported_at:
            before = latest.get(at)
            if before is None or (_is_whole(one), one.position) > (_is_whole(before), before.position):
                latest[at] = one
    return [latest[at] for at in sorted(latest)]


def _is_whole(seal: Recorded) -> bool:
    return isinstance(seal.event.fact, DataSetImported) and seal.event.fact.whole


def _any_passed_on(history: Iterable[Recorded], row: Held | None) -> bool:
    """Whether anybody ever passes on another's word here."""
    facts = (one.event.fact for one in history)
    accounts = [fact.account for fact in facts if isinstance(fact, AccountGiven | DevelopmentReported)]
    return bool(_repeated((*accounts, *(row.accounts if row else ()))))


def _external_id(history: Sequence[Recorded]) -> str | None:
    for one in history:
        if isinstance(one.event.fact, DevelopmentReported):
            return one.event.fact.description.external_id
    return None


def submission_of(release: Release, subject: UUID, at: datetime, fact: Fact, what: str) -> Submission:
    """A submission whose message is named by what it says and on what ground: the same said twice is one event."""
    told = _ENCODER.encode((fact.TOPIC, fact, _told_instant(at)))
    digest = sha256(told).hexdigest()[:16]
    return Submission(subject, at, MessageId(_speaker(release), f"{what} {digest}"), fact)


@lru_cache(maxsize=100)
def _speaker(release: Release) -> str:
    """The source of its messages."""
    return f"{RELEASE_MESSAGES}{release.data_set}/{format_instant(release.reported_at)}"


_told_instant = lru_cache(maxsize=100)(format_instant)
"""Few instants are told again and again."""
