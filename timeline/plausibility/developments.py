"""What a development itself shows to be unusual: the warnings that its rows keep, as bits, and told in full.

Of the warnings of a receipt these need nothing but the development, so they are found again where it is read.
"""

from collections.abc import Iterator
from datetime import datetime

from timeline.domain.history import DevelopmentState
from timeline.domain.moments import to_micros
from timeline.plausibility.dates import certain_from
from timeline.plausibility.places import place_doubts, place_warnings
from timeline.plausibility.registry import CHECKS, ReceiptWarning, WarningCode
from timeline.plausibility.submissions import after_sentence

_AFTER_TIME = CHECKS[WarningCode.DATE_AFTER_TIME].bit


def _of_state(state: DevelopmentState) -> Iterator[WarningCode]:
    """The warnings that follow from what was told of it, and not from its description."""
    if state.replaced:
        yield WarningCode.REPLACES_DESCRIPTION
    if state.after_retraction:
        yield WarningCode.SUBJECT_RETRACTED
    if state.after_merge:
        yield WarningCode.SUBJECT_MERGED


def report_doubts(
    edtf: str,
    exact_start: datetime | None,
    exact_end: datetime | None,
    reported_at: int,
    point: tuple[float | None, float | None, str | None] | None,
) -> int:
    """The bits of a report: `reported_at` in microseconds since 1970 (UTC), `point` is lat, lon and country."""
    after = _AFTER_TIME if reported_at < certain_from(edtf, exact_start, exact_end) else 0
    return after | place_doubts(*point) if point else after


def state_doubts(state: DevelopmentState) -> int:
    """The bits of a development in view."""
    occurred, place = state.described.occurred, state.described.place
    point = (place.lat, place.lon, place.country) if place else None
    dated_at = to_micros(state.dated_at) if state.dated_at else 2**62
    doubts = report_doubts(occurred.edtf, occurred.exact_start, occurred.exact_end, dated_at, point)
    for code in _of_state(state):
        doubts |= CHECKS[code].bit
    return doubts


def state_warnings(state: DevelopmentState) -> Iterator[ReceiptWarning]:
    """The same as warnings, of which the field is one of the development."""
    described = state.described
    yield from place_warnings("place", described.place)
    if state.dated_at and state_doubts(state) & _AFTER_TIME:
        edtf = described.occurred.edtf
        yield ReceiptWarning(WarningCode.DATE_AFTER_TIME, "occurred", edtf, after_sentence(edtf, state.dated_at))
    for code in _of_state(state):
        yield ReceiptWarning(code, "id", str(state.id), CHECKS[code].means)
