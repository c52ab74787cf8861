"""The fold: what a development, a front or a source looked like at a cut of the three clocks.

The state at (K, R) is the fold of the events with `reported_at <= K` and `position <= R` in the order
`(reported_at, position)`, without what a void among them names (`voids`). So a report that arrives late takes
its place at the time it was published, and an old answer never changes. The first event that was recorded need
not be the first reported one: a development comes into view with its earliest complete report; whatever else
was said of it before that time is kept and counts from then on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, structs

from timeline.domain.checks import as_recorded
from timeline.domain.descriptions import Description, set_fields
from timeline.domain.facts import (
    AccountGiven,
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentReported,
    DevelopmentRetracted,
    DevelopmentRevised,
    EntryVoided,
    FrontClosed,
    FrontOpened,
    FrontRevised,
    Recorded,
    SourceRegistered,
    SourceRevised,
)
from timeline.domain.status import GivenAccount, GivenAssessment, IdentityOf, statuses
from timeline.domain.values import Account, comes_with_release
from timeline.domain.vocabulary import Aspect, Status
from timeline.domain.voids import in_force, root_of, voided_in, voids_in


class Cuts(Struct, frozen=True):
    """The three cuts of a question: as of when, as known when (both UTC), and as recorded up to which position."""

    as_of: datetime
    known_at: datetime
    position: int


class DevelopmentState(Struct, frozen=True):
    """A development at a cut. `version` counts the events of its stream, `position` is the last of them.

    Both count what was voided and the voids, so that a writer may name the version that he saw (`If-Match`).

    `described_by` is the position of the last one that set the description: among states at one recorded cut,
    those with the same `described_by` have the same description. `dated_at` is when that of its date was reported.
    `replaced`: a complete report replaced an earlier one. `after_retraction` and `after_merge`: something was told of
    it although it was retracted, or part of another, and no complete report has brought it back since.
    """

    id: UUID
    version: int = 0
    position: int = 0
    description: Description | None = None
    described_by: int = 0
    accounts: tuple[GivenAccount, ...] = ()
    assessments: Mapping[Aspect, GivenAssessment] = {}
    first_reported_at: datetime | None = None
    last_reported_at: datetime | None = None
    retracted: bool = False
    merged_into: UUID | None = None
    dated_at: datetime | None = None
    replaced: bool = False
    after_retraction: bool = False
    after_merge: bool = False

    @property
    def visible(self) -> bool:
        """Whether a complete report of it was known."""
        return self.description is not None

    @property
    def described(self) -> Description:
        """The description of a development in view; raises `LookupError` for one that is not."""
        if self.description is None:
            raise LookupError(f"no complete report of {self.id} was known")
        return self.description

    def statuses(self, identity_of: IdentityOf) -> dict[Aspect, Status]:
        """The status of each aspect; all `retracted` once the entry as a whole is withdrawn."""
        derived = statuses(self.accounts, self.assessments, identity_of)
        return dict.fromkeys(derived, Status.RETRACTED) if self.retracted else derived


class FrontState(Struct, frozen=True):
    """A front at a cut. Without an opening only its slug is known."""

    opened: FrontOpened
    closed: bool = False


def known_by(history: Iterable[Recorded], known_at: datetime, position: int) -> list[Recorded]:
    """The events that exist at a cut, in the order of the fold; among them are those that are voided, and the voids.

    A void was never news of its own: it exists wherever the event exists that it voids, from its own position on.
    """
    recorded = [one for one in history if one.position <= position]
    voids = voids_in(recorded)
    seen = [one for one in recorded if one.event.reported_at <= known_at]
    if voids:
        by_position = {one.position: one for one in recorded}
        roots = ((one, root_of(one, by_position)) for one in voids)
        seen = [one for one in seen if not isinstance(one.event.fact, EntryVoided)]
        seen += [one for one, root in roots if root and root.event.reported_at <= known_at]
    return sorted(seen, key=lambda one: one.reported_order)


def fold_development(id: UUID, ordered: Sequence[Recorded], voided: Collection[int] | None = None) -> DevelopmentState:
    """The development after these events, which must be in fold order.

    `voided` are the positions that are not in the fold, where these are not all events of the cut.
    """
    state = DevelopmentState(id)
    outside = voided_in(ordered) if voided is None else voided
    for one in ordered:
        state = apply(state, one, outside)
    return state


def apply(state: DevelopmentState, one: Recorded, voided: Collection[int] = ()) -> DevelopmentState:
    """The development after one more event in fold order; what is voided, and a void, are only counted."""
    reported_at = one.event.reported_at
    if isinstance(one.event.fact, EntryVoided) or one.position in voided:
        return structs.replace(state, version=state.version + 1, position=max(state.position, one.position))
    state = structs.replace(
        state,
        version=state.version + 1,
        position=max(state.position, one.position),
        first_reported_at=state.first_reported_at or reported_at,
        last_reported_at=reported_at,
        after_retraction=state.after_retraction or state.retracted,
        after_merge=state.after_merge or state.merged_into is not None,
    )
    match one.event.fact:
        case DevelopmentReported(description, account):
            state = structs.replace(
                state,
                description=description,
                described_by=one.position,
                dated_at=reported_at,
                replaced=state.visible,
                retracted=False,
                merged_into=None,
                after_retraction=False,
                after_merge=False,
            )
            return _with_account(state, account, one)
        case AccountGiven(account):
            return _with_account(state, account, one)
        case AccountWithdrawn(source, aspects):
            return structs.replace(state, accounts=_without(state.accounts, source, aspects))
        case DevelopmentRevised(changes) if state.description:
            description = changes.applied_to(state.description)
            dated_at = state.dated_at if changes.occurred is UNSET else reported_at
            return structs.replace(state, description=description, described_by=one.position, dated_at=dated_at)
        case DevelopmentAssessed() as assessment:
            given = GivenAssessment(assessment, reported_at, one.position)
            return structs.replace(state, assessments={**state.assessments, assessment.aspect: given})
        case DevelopmentRetracted():
            return structs.replace(state, retracted=True)
        case DevelopmentMerged(into):
            return structs.replace(state, merged_into=into)
    return state


def combined(states: Mapping[UUID, DevelopmentState]) -> dict[UUID, DevelopmentState]:
    """The developments that stand on their own: each merged one's accounts moved to where it was merged into.

    The target takes over when it was reported, and its last position; its version stays that of its own
    stream. A merged entry whose target is not in view stays as it is, so that nothing disappears; a
    retracted one takes its accounts with it.
    """
    standing = {id: state for id, state in states.items() if merge_target(state, states) is None}
    for state in states.values():
        target = merge_target(state, states)
        if target is None or state.retracted:
            continue
        into = standing[target]
        accounts = sorted((*into.accounts, *state.accounts), key=lambda given: (given.reported_at, given.position))
        reported = [at for one in (into, state) for at in (one.first_reported_at, one.last_reported_at) if at]
        standing[target] = structs.replace(
            into,
            accounts=tuple(accounts),
            position=max(into.position, state.position),
            first_reported_at=min(reported),
            last_reported_at=max(reported),
            after_merge=into.after_merge or state.after_merge,
        )
    return standing


def fold_front(ordered: Sequence[Recorded]) -> FrontState | None:
    """The front after these events in fold order; None where none of them opens it."""
    state: FrontState | None = None
    for one in in_force(ordered):
        match one.event.fact:
            case FrontOpened() as opened:
                state = FrontState(opened)
            case FrontRevised(changes) if state:
                with as_recorded():  # each half was checked when it came, by the rules of then
                    state = structs.replace(state, opened=structs.replace(state.opened, **set_fields(changes)))
            case FrontClosed() if state:
                state = structs.replace(state, closed=True)
    return state


def fold_source(ordered: Sequence[Recorded], voided: Collection[int] | None = None) -> SourceRegistered | None:
    """The source after these events in fold order; None where none of them registers it.

    `voided` as in `fold_development`.
    """
    state: SourceRegistered | None = None
    for one in in_force(ordered, voided):
        match one.event.fact:
            case SourceRegistered() as registered:
                state = registered
            case SourceRevised(changes) if state:
                with as_recorded():
                    state = structs.replace(state, **set_fields(changes))
    return state


def catalogued(history: Iterable[Recorded], known_at: datetime, position: int) -> list[Recorded]:
    """The events of a front or a source that describe it at a cut, in the order in which they are folded.

    Who a source is and what a lane is called are entries of a catalogue, not news. Where no registration
    or opening was reported by `known_at`, the earliest one serves as the start, and what was reported of
    it by then follows: a source registered today is still the same source in last year's replay. The
    recorded cut holds as everywhere.
    """
    recorded = sorted((one for one in history if one.position <= position), key=lambda one: one.reported_order)
    known = known_by(recorded, known_at, position)
    beginnings = [one for one in in_force(recorded) if isinstance(one.event.fact, FrontOpened | SourceRegistered)]
    if not beginnings or beginnings[0] in known:
        return known
    return [beginnings[0], *known]


def _with_account(state: DevelopmentState, account: Account, one: Recorded) -> DevelopmentState:
    from_release = comes_with_release(one.event.message)
    given = GivenAccount(account, one.event.reported_at, one.position, from_release=from_release)
    return structs.replace(state, accounts=(*state.accounts, given))


def _without(accounts: tuple[GivenAccount, ...], source: str, aspects: tuple[Aspect, ...]) -> tuple[GivenAccount, ...]:
    """The accounts after a source took back what it had said so far (of these aspects; none named: of all)."""
    return tuple(
        structs.replace(given, withdrawn=given.withdrawn | frozenset(aspects or given.account.stance))
        if given.account.source == source
        else given
        for given in accounts
    )


def merge_target(state: DevelopmentState, states: Mapping[UUID, DevelopmentState]) -> UUID | None:
    """Where a merged development ended up, through chains of merges; None where it stands on its own.

    Two writers who merge two entries into each other at the same moment make a circle: the least id stands.
    """
    path = [state.id]
    at: DevelopmentState | None = state
    while at and at.merged_into:
        if at.merged_into in path:
            path.append(min(path[path.index(at.merged_into) :]))
            break
        at = states.get(at.merged_into)
        if at is None or not at.visible:
            break
        path.append(at.id)
    return path[-1] if path[-1] != state.id else None
