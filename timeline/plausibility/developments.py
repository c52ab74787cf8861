"""What a development itself shows to be unusual: the warnings that its rows keep, as bits, and told in full.

Of the warnings of a receipt these need nothing but the development, so they are found again where it is read.
"""

from collections.abc import Iterator
from datetime import datetime

from timeline.domain.history import DevelopmentState
from timeline.domain.moments import to_micros
from timeline.domain.status import GivenAccount
from timeline.plausibility.dates import certain_from, is_published_after
from timeline.plausibility.places import place_doubts, place_warnings
from timeline.plausibility.registry import CHECKS, ReceiptWarning, WarningCode
from timeline.plausibility.submissions import after_sentence, published_late

_AFTER_TIME = CHECKS[WarningCode.DATE_AFTER_TIME].bit
_PUBLISHED_AFTER = CHECKS[WarningCode.PUBLISHED_AFTER_TIME].bit


def _of_state(state: DevelopmentState) -> Iterator[WarningCode]:
    """The warnings that follow from what was told of it, and not from its description."""
    if state.replaced:
        yield WarningCode.REPLACES_DESCRIPTION
    if state.after_retraction:
        yield WarningCode.SUBJECT_RETRACTED
    if state.after_merge:
        yield WarningCode.SUBJECT_MERGED


def _late_accounts(state: DevelopmentState) -> Iterator[GivenAccount]:
    """The accounts in force that are said to have been published after the report of them."""
    for given in state.accounts:
        if given.in_force and is_published_after(given.account.published, to_micros(given.reported_at)):
            yield given


def report_doubts(
    edtf: str,
    exact_start: datetime | None,
    exact_end: datetime | None,
    reported_at: int,
    point: tuple[float | None, float | None, str | None] | None,
    published: str | None = None,
) -> int:
    """The bits of a report: `reported_at` in microseconds since 1970 (UTC), `point` is lat, lon and country."""
    doubts = _AFTER_TIME if reported_at < certain_from(edtf, exact_start, exact_end) else 0
    if is_published_after(published, reported_at):
        doubts |= _PUBLISHED_AFTER
    return doubts | place_doubts(*point) if point else doubts


def state_doubts(state: DevelopmentState) -> int:
    """The bits of a development in view."""
    occurred, place = state.described.occurred, state.described.place
    point = (place.lat, place.lon, place.country) if place else None
    dated_at = to_micros(state.dated_at) if state.dated_at else 2**62
    doubts = report_doubts(occurred.edtf, occurred.exact_start, occurred.exact_end, dated_at, point)
    if any(_late_accounts(state)):
        doubts |= _PUBLISHED_AFTER
    for code in _of_state(state):
        doubts |= CHECKS[code].bit
    return doubts


def state_warnings(state: DevelopmentState) -> Iterator[ReceiptWarning]:
    """The same as warnings, of which the field is one of the development."""
    described = state.described
    yield from place_warnings("place", described.place)
    if state.dated_at and state_doubts(state) & _AFTER_TIME:
        occurred = described.occurred
        detail = after_sentence(occurred, state.dated_at)
        yield ReceiptWarning(WarningCode.DATE_AFTER_TIME, "occurred", occurred.edtf, detail)
    for given in _late_accounts(state):
        yield published_late("accounts.published", given.account, given.reported_at)
    for code in _of_state(state):
        yield ReceiptWarning(code, "id", str(state.id), CHECKS[code].means)
