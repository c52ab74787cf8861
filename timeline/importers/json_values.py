"""JSON values out of a text that may be any number of them: one a line, in one array, or each over several lines.

The text is read as a stream: no more of it is held than one value and one block.
"""

import json
from collections.abc import Iterator
from typing import TextIO

BLOCK_CHARACTERS = 65_536
MAX_VALUE_CHARACTERS = 16 * 2**20
"""A value that is longer than this is none that anybody means."""

_UNCLOSED = "Unterminated string"
_LONGEST_TOKEN = len(r"\ud83d\ude00")
"""An error further than this from the end is none of a word, a number or an escape that goes on behind it."""
_SPACE = " \t\r\n"
_SCAN = json.JSONDecoder()


class MalformedText(ValueError):
    """Raised where a text is not the JSON that it began as; `line` is where, from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line


def values_of_array(text: TextIO) -> Iterator[tuple[int, str]]:
    """The elements of the one array that a text holds, each with the line on which it starts."""
    window = _Window(text)
    window.skip_space()
    window.take("[")
    window.skip_space()
    if window.next() != "]":
        while True:
            window.skip_space()
            yield window.value()
            window.skip_space()
            if window.next() != ",":
                break
            window.take(",")
    window.take("]")
    window.skip_space()
    if window.next():
        raise MalformedText(window.line, "something stands behind the array")


def values_one_by_one(text: TextIO) -> Iterator[tuple[int, str]]:
    """The values that follow one another in a text, each with the line on which it starts."""
    window = _Window(text)
    window.skip_space()
    while window.next():
        yield window.value()
        window.skip_space()


class _Window:
    """What is in sight of a text."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._seen = ""
        self._at = 0
        self._ended = False
        self.line = 1

    def next(self) -> str:
        """The next character; nothing at the end."""
        if self._at == len(self._seen):
            self._read_on()
        return self._seen[self._at : self._at + 1]

    def skip_space(self) -> None:
        while (character := self.next()) and character in _SPACE:
            self.line += character == "\n"
            self._at += 1

    def take(self, expected: str) -> None:
        character = self.next()
        if character != expected:
            got = repr(character) if character else "the end of the file (was it cut off?)"
            raise MalformedText(self.line, f"expected {expected!r} and came to {got}")
        self._at += 1

    def value(self) -> tuple[int, str]:
        """The value that starts here."""
        line = self.line
        while True:
            try:
                _, end = _SCAN.raw_decode(self._seen, self._at)
            except RecursionError:
                raise MalformedText(line, "it is nested too deeply") from None
            except ValueError as error:
                if self._is_final(error) or not self._read_on():
                    raise MalformedText(line, _why(error)) from None
            else:
                if end < len(self._seen) or not self._read_on():  # a number may go on in the next block
                    value = self._seen[self._at : end]
                    self._at = end
                    self.line += value.count("\n")
                    return line, value
            if len(self._seen) - self._at > MAX_VALUE_CHARACTERS:
                raise MalformedText(line, f"a value ends within {MAX_VALUE_CHARACTERS:,} characters, and this does not")

    def _is_final(self, error: ValueError) -> bool:
        """Whether an error lies so far before the end of what is in sight that nothing that follows can mend it.

        A string that is not closed is told of where it begins, so that one may always be closed later. What is no
        error of the syntax is a number that is too long.
        """
        if not isinstance(error, json.JSONDecodeError):
            return True
        return not error.msg.startswith(_UNCLOSED) and error.pos < len(self._seen) - _LONGEST_TOKEN

    def _read_on(self) -> bool:
        """Bring more into sight; whether there was more."""
        if self._ended:
            return False
        ahead = len(self._seen) - self._at
        block = self._text.read(max(BLOCK_CHARACTERS, ahead))
        self._ended = not block
        self._seen, self._at = self._seen[self._at :] + block, 0
        return not self._ended


def _why(error: ValueError) -> str:
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"not JSON, or cut off: {reason}"
