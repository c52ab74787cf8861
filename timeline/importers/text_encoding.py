"""In which encoding a text file is: told by its mark, by its bytes, and in the end guessed.

UTF-8 and UTF-16 with a byte order mark say so. UTF-16 without one shows, since every other byte of a table or of JSON
is zero. UTF-8 is hardly ever valid by chance. What is none of these is taken for Windows-1252, the usual one of a
spreadsheet in the west of Europe, unless its bytes speak against that.
"""

import codecs
import re
from collections.abc import Callable, Iterable

from msgspec import Struct

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_LOOKED_AT_BYTES = 4_096
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_MULTIBYTE_UTF_8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_CUT_OFF = "it ends in the middle of a character of {}: it was cut off; fetch it again"
_MIN_RUN = 4
"""So many accented letters in a row no language of Windows-1252 has."""


class TextEncoding(Struct, frozen=True):
    """An encoding as Python's codecs name it, as people name it, and whether it is only guessed."""

    codec: str
    name: str
    guessed: bool = False


class UndecodableText(ValueError):
    """Raised when bytes are text in no encoding that is read; says which byte shows it, and what to do."""


def encoding_by_head(head: bytes) -> TextEncoding | None:
    """The encoding that the first bytes show: by a mark, or as UTF-16 without one; None where they do not."""
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return TextEncoding(codec, name)
    looked_at = head[:_LOOKED_AT_BYTES]
    halves = looked_at[0::2], looked_at[1::2]
    pairs = len(looked_at) // 2
    if pairs < 2:
        return None
    zeros = [half[:pairs].count(0) for half in halves]
    if zeros[1] > 0.7 * pairs and zeros[0] < 0.1 * pairs:
        return TextEncoding("utf-16-le", "UTF-16 (little-endian, without a mark)")
    if zeros[0] > 0.7 * pairs and zeros[1] < 0.1 * pairs:
        return TextEncoding("utf-16-be", "UTF-16 (big-endian, without a mark)")
    return None


def encoding_of(head: bytes, chunks: Callable[[], Iterable[bytes]]) -> tuple[TextEncoding, int]:
    """The encoding of a text, of which the head was looked at and all can be read again, and how many lines it has.

    Raises `UndecodableText`.
    """
    marked = encoding_by_head(head)
    decoder = codecs.getincrementaldecoder(marked.codec if marked else "utf-8")()
    lines = read = 0
    try:
        for chunk in chunks():
            lines += decoder.decode(chunk).count("\n")
            read += len(chunk)
    except UnicodeDecodeError as error:
        place = read + len(chunk) - len(error.object) + error.start
        why = f"byte {place:,} (0x{error.object[error.start]:02x}) is not"
        if marked:
            raise UndecodableText(f"it begins as {marked.name}, and {why}; save it anew as UTF-8") from None
        return _legacy_encoding(chunks(), why)
    pending = decoder.getstate()[0]
    if not pending:
        return marked or TextEncoding("utf-8", "UTF-8"), lines
    if marked:
        raise UndecodableText(_CUT_OFF.format(marked.name))
    return _legacy_encoding(chunks(), "the last bytes are not", pending)


def _legacy_encoding(chunks: Iterable[bytes], why_not_utf_8: str, pending: bytes = b"") -> tuple[TextEncoding, int]:
    """Windows-1252, unless something speaks against it. `pending` is what would begin a last character of UTF-8."""
    lines = read = high = in_runs = in_utf_8 = 0
    undefined: tuple[int, int] | None = None
    for chunk in chunks:
        lines += chunk.count(b"\n")
        if not chunk.isascii():
            runs = [len(run) for run in _HIGH.findall(chunk)]
            high += sum(runs)
            in_runs += sum(run for run in runs if run >= _MIN_RUN)
            in_utf_8 += sum(map(len, _MULTIBYTE_UTF_8.findall(chunk)))
            if undefined is None and (match := _UNDEFINED_IN_1252.search(chunk)):
                undefined = read + match.start(), match[0][0]
        read += len(chunk)
    if in_utf_8 * 2 > high or len(pending) > 1:
        if pending:
            raise UndecodableText(_CUT_OFF.format("UTF-8"))
        raise UndecodableText(
            f"most of it is UTF-8 and {why_not_utf_8}: it is damaged, or two files were put together; mend that byte"
        )
    if undefined:
        place, byte = undefined
        raise UndecodableText(
            f"it is neither UTF-8 nor Windows-1252 (byte {place:,}, 0x{byte:02x}, is no character of either); "
            "save it as UTF-8"
        )
    if in_runs * 2 > high:
        raise UndecodableText(
            "it is neither UTF-8 nor Windows-1252 by the look of its letters (Windows-1251, perhaps, or another "
            "encoding of a script of its own); save it as UTF-8"
        )
    return TextEncoding("cp1252", "Windows-1252", guessed=True), lines
