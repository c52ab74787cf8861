"""The cells under which developments are counted: front, status, and the day or the days on which each may have begun.

A cell is one number, so that counts of it can be packed and summed. A development whose day of beginning is known has
`further_days` 0; one that began on some day of a stretch has the first day of it, and how many days follow.
"""

import numpy as np
from numpy.typing import NDArray

from timeline.domain.moments import FIRST_MOMENT
from timeline.readmodel.counts import Ints

UNKNOWN = FIRST_MOMENT
"""The start of what nobody says when it began."""
DAY = 86_400_000_000
"""Microseconds of a day."""
EPOCH_DAY = 719_163
"""1 January 1970 as `date` counts days: from 1, the first of the year 1; 0 stands for an unknown day."""
MAX_FURTHER_DAYS = 2**16 - 1
"""What begins on some day of a stretch longer than so many days (179 years) counts as what nobody says when it began.

The share of a day would say nothing, and one such development would fill a thousand times a thousand buckets.
"""

_STATUS_BITS, FRONT_BITS, _FURTHER_BITS = 22, 25, 45
"""How far status, front and further days stand to the left in a cell; below them is the first day."""
_DAY_MASK, _STATUS_MASK, _FRONT_MASK = (1 << _STATUS_BITS) - 1, 7, (1 << _FURTHER_BITS - FRONT_BITS) - 1
MAX_DAY = _DAY_MASK


def cell(front: int, start_at: int, further_days: int, status: int) -> int:
    """The cell of a development: of a front below 2 ** 20, with a status from 1 to 7."""
    first = 0 if start_at == UNKNOWN else day_of(start_at)
    return further_days << _FURTHER_BITS | front << FRONT_BITS | status << _STATUS_BITS | first


def cells(fronts: Ints, starts: Ints, further_days: Ints, statuses: Ints) -> Ints:
    """The cells of many developments at once, as `cell` gives them."""
    days = np.where(starts == UNKNOWN, 0, starts // DAY + EPOCH_DAY)
    return cells_of_days(fronts, days, further_days, statuses)


def cells_of_days(fronts: Ints, days: Ints, further_days: Ints, statuses: Ints) -> Ints:
    """The same of those of which the number of the first day is known already (0: nobody says)."""
    return further_days << _FURTHER_BITS | fronts << FRONT_BITS | statuses << _STATUS_BITS | days


def first_days(codes: Ints) -> Ints:
    """The first days of cells; 0 where nobody says."""
    return codes & _DAY_MASK


def statuses(codes: Ints) -> Ints:
    """The numbers of their statuses."""
    return codes >> _STATUS_BITS & _STATUS_MASK


def fronts(codes: Ints) -> Ints:
    """The numbers of their fronts."""
    return codes >> FRONT_BITS & _FRONT_MASK


def further_days(codes: Ints) -> Ints:
    """On how many days after the first each may have begun as well."""
    return codes >> _FURTHER_BITS


def is_day_known(codes: Ints) -> NDArray[np.bool_]:
    """Whether it is known on which day those of each cell began."""
    is_known: NDArray[np.bool_] = (codes < 1 << _FURTHER_BITS) & (codes & _DAY_MASK != 0)
    return is_known


def with_fronts(codes: Ints, numbers: Ints) -> Ints:
    """The cells with what stands for each front in the place of it."""
    return codes & ~(_FRONT_MASK << FRONT_BITS) | numbers[fronts(codes)] << FRONT_BITS


def day_of(micros: int) -> int:
    """The day of a moment, as `date` counts them."""
    return micros // DAY + EPOCH_DAY


def start_of(day: int) -> int:
    """When a day begins."""
    return (day - EPOCH_DAY) * DAY
