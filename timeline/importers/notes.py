"""What an import cuts, replaces or guesses, noted while a row is read and counted in the summary: one line a count.

Who changes a text calls `note`; who reads a row calls `taken` before and after it. Each thread has notes of its own.
"""

import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache, update_wrapper
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Note(StrEnum):
    """Something that was done to a row and that its publisher did not say."""

    TEXTS_CUT = "texts-cut"
    LINES_JOINED = "lines-joined"
    CONTROLS_REPLACED = "controls-replaced"
    DECIMAL_COMMAS = "decimal-commas"
    ACCOUNTS_PASSED_ON = "accounts-passed-on"
    PRESS_DATES_UNREAD = "press-dates-unread"
    PRESS_DATES_UNMATCHED = "press-dates-unmatched"


SENTENCES: Mapping[Note, tuple[str, str]] = {
    Note.TEXTS_CUT: ("1 text was longer than is kept and was cut", "{n} texts were longer than is kept and were cut"),
    Note.LINES_JOINED: (
        "1 cell with line breaks was put on one line",
        "{n} cells with line breaks were put on one line",
    ),
    Note.CONTROLS_REPLACED: (
        "1 cell held control characters, which were replaced by spaces",
        "{n} cells held control characters, which were replaced by spaces",
    ),
    Note.DECIMAL_COMMAS: (
        "1 coordinate was read with a decimal comma",
        "{n} coordinates were read with a decimal comma",
    ),
    Note.ACCOUNTS_PASSED_ON: ("1 account passes on another's word", "{n} accounts pass on another's word"),
    Note.PRESS_DATES_UNREAD: (
        "1 date of the press could not be read and is left out",
        "{n} dates of the press could not be read and are left out",
    ),
    Note.PRESS_DATES_UNMATCHED: (
        "1 row has more or fewer dates of the press than offices; its dates are left out",
        "{n} rows have more or fewer dates of the press than offices; their dates are left out",
    ),
}
"""How the summary tells a count: of one, and of `n`."""


class _Ledger(threading.local):
    def __init__(self) -> None:
        self.notes: list[Note] = []


_ledger = _Ledger()


def note(what: Note, times: int = 1) -> None:
    """Note something of the row that is being read."""
    _ledger.notes.extend((what,) * times)


def taken() -> tuple[Note, ...]:
    """What was noted since the last call, which is forgotten with it."""
    notes = _ledger.notes
    if not notes:
        return ()
    _ledger.notes = []
    return tuple(notes)


def sentence(what: Note, times: int) -> str:
    """A count as the summary tells it."""
    single, plural = SENTENCES[what]
    return single if times == 1 else plural.format(n=f"{times:,}")


class Remembered(Generic[P, R]):
    """A pure function whose results are remembered together with what it notes, which is noted again each time."""

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        def noting(*args: P.args, **kwargs: P.kwargs) -> tuple[R, tuple[Note, ...]]:
            before, _ledger.notes = _ledger.notes, []
            try:
                value = function(*args, **kwargs)
                return value, tuple(_ledger.notes)
            finally:
                _ledger.notes = before

        self._noting = lru_cache(maxsize)(noting)
        self.cache_clear = self._noting.cache_clear
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The value for these arguments."""
        value, notes = self._noting(*args, **kwargs)  # type: ignore[arg-type]
        if notes:
            _ledger.notes.extend(notes)
        return value


def remembered(maxsize: int) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """As `lru_cache`, for a function that may note something."""
    return lambda function: Remembered(function, maxsize)
