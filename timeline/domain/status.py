"""Status rules: how each aspect of a development stands, given the accounts and the assessments.

DESIGN section 3, rules 1 to 6, tried in that order. A status is always derived and never stored,
so a rule that changes here changes every answer, and nothing in the log.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from msgspec import Struct

from timeline.domain.facts import DevelopmentAssessed
from timeline.domain.values import Account
from timeline.domain.vocabulary import Aspect, Stance, Status, Verdict


class Identity(Struct, frozen=True):
    """Who a source is at a cut.

    `name` is the slug that stands for it and for all sources that are the same. `sides` are those that any of them
    stands on: none where they stand only for themselves, or where nobody registered one.
    """

    name: str
    registered: bool = False
    sides: frozenset[str] = frozenset()


IdentityOf = Callable[[str], Identity]
"""Who a source (by slug) is."""


class GivenAccount(Struct, frozen=True):
    """An account with the time it was given, its position, and the aspects that it no longer speaks to.

    `from_release`: it came with a release of a data set, so that `reported_at` is the date of that release and says
    nothing of when the source spoke.
    """

    account: Account
    reported_at: datetime
    position: int
    withdrawn: frozenset[Aspect] = frozenset()
    from_release: bool = False

    def stance_on(self, aspect: Aspect) -> Stance | None:
        """What the account says of the aspect as long as it is in force; None where it does not."""
        return None if aspect in self.withdrawn else self.account.stance.get(aspect)

    @property
    def in_force(self) -> bool:
        """False once the source has taken all of it back."""
        return not self.withdrawn.issuperset(self.account.stance)


class GivenAssessment(Struct, frozen=True):
    """An assessment with the time it was given and its position."""

    assessment: DevelopmentAssessed
    reported_at: datetime
    position: int


def statuses(
    accounts: Sequence[GivenAccount],
    assessments: Mapping[Aspect, GivenAssessment],
    identity_of: IdentityOf,
) -> dict[Aspect, Status]:
    """The status of every aspect that somebody spoke to, and of `occurrence` always."""
    spoken = {aspect for given in accounts for aspect in given.account.stance} | set(assessments) | {Aspect.OCCURRENCE}
    return {
        aspect: status_of(aspect, accounts, assessments.get(aspect), identity_of)
        for aspect in Aspect
        if aspect in spoken
    }


def status_of(
    aspect: Aspect,
    accounts: Sequence[GivenAccount],
    assessment: GivenAssessment | None,
    identity_of: IdentityOf,
) -> Status:
    """The status of one aspect."""
    if assessment and assessment.assessment.verdict is not Verdict.WITHDRAWN:
        return Status(assessment.assessment.verdict.value)
    once = {given.account.stance.get(aspect) for given in accounts}
    now = {given.stance_on(aspect) for given in accounts}
    if Stance.ASSERTS in once and Stance.ASSERTS not in now:
        return Status.RETRACTED
    if Stance.DENIES in now and not now & {Stance.ASSERTS, Stance.CONCEDES}:
        return Status.DENIED
    if Stance.DENIES in now and Stance.ASSERTS in now:
        return Status.DISPUTED
    if Stance.DENIES not in now and _independently_supported(aspect, accounts, identity_of):
        return Status.CORROBORATED
    return Status.CLAIMED


def _independently_supported(aspect: Aspect, accounts: Sequence[GivenAccount], identity_of: IdentityOf) -> bool:
    """Whether two independent sources assert or concede the aspect.

    Independent: both are registered, nobody's word stands behind both, and they stand on different sides, unless one of
    them concedes, which is to speak against its own side's interest. Sources that are the same are one.
    """
    if len(accounts) < 2:
        return False
    cited = _cited_by(accounts, identity_of)
    voices = {
        (_lineage(given.account, cited, identity_of), identity.sides, stance)
        for given in accounts
        if (stance := given.stance_on(aspect)) in (Stance.ASSERTS, Stance.CONCEDES)
        and (identity := identity_of(given.account.source)).registered
    }
    return any(
        one_line.isdisjoint(other_line)
        and (one_sides.isdisjoint(other_sides) or Stance.CONCEDES in (one_stance, other_stance))
        for (one_line, one_sides, one_stance), (other_line, other_sides, other_stance) in combinations(voices, 2)
    )


def _cited_by(accounts: Iterable[GivenAccount], identity_of: IdentityOf) -> dict[str, set[str]]:
    """Whom each source ever named as its origin, all by the names that stand for them."""
    cited: dict[str, set[str]] = {}
    for given in accounts:
        if given.account.origin:
            source, origin = identity_of(given.account.source).name, identity_of(given.account.origin).name
            cited.setdefault(source, set()).add(origin)
    return cited


def _lineage(account: Account, cited: Mapping[str, set[str]], identity_of: IdentityOf) -> frozenset[str]:
    """Whose word may stand behind an account: the source, and with an origin all whom that one goes back to."""
    seen = {identity_of(account.source).name}
    ahead = [identity_of(account.origin).name] if account.origin else []
    while ahead:
        voice = ahead.pop()
        if voice not in seen:
            seen.add(voice)
            ahead += cited.get(voice, ())
    return frozenset(seen)
