"""Whether a text shows what it says: characters that reorder what stands around them, and those that show nothing.

A text with a right-to-left override reads as something else than it holds ("Attack by side B on side A" becomes
"Attack by A edis no B edis"), and one of zero-width spaces is a mark without a name. Marks that writing needs are no
fault: U+200E, U+200F and U+061C beside a number, joiners (U+200C, U+200D) within a word, an isolate that is closed.

Sources: the Unicode Bidirectional Algorithm (UAX 9, sections 2 and 3.3.1) for the controls and for where a paragraph
ends; `Default_Ignorable_Code_Point` of DerivedCoreProperties.txt (Unicode 16) for what shows nothing.
"""

import re
import unicodedata

EMBEDDINGS = "\u202a-\u202e"
"""Embeddings, overrides and what pops them, as a part of a character class: LRE, RLE, PDF, LRO, RLO."""
ISOLATES = "\u2066-\u2068"
"""What opens an isolate: LRI, RLI, FSI."""
CLOSING = "\u2069"
"""What closes it: PDI."""
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What shows nothing wherever it stands: joiners, fillers, variation selectors, tags and other format characters."""
_BLANK = rf"\s\x00-\x20\x7f-\x9f\u2800\ufff9-\ufffb\U00013430-\U0001343f{IGNORABLE}"
"""The same with spaces of all kinds, controls, the blank of Braille, and the marks of annotations."""
INVISIBLE = re.compile(rf"[{IGNORABLE}]")
_SHOWN = re.compile(f"[^{_BLANK}]")
_DIRECTIONAL = re.compile(f"[{EMBEDDINGS}{ISOLATES}{CLOSING}]")
_PARAGRAPHS = re.compile("[\n\r\x1c-\x1e\x85\u2028\u2029]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_MOST_NAMED = 3


def fault_of(text: str) -> str | None:
    """What a text would have to be instead, where it reads as something else than it holds or shows nothing.

    None for a text without such a fault. Positions are counted in characters, from 1.
    """
    if not _SHOWN.search(text):
        characters = list(dict.fromkeys(text))
        named = ", ".join(map(name_of, characters[:_MOST_NAMED]))
        more = ", ..." if len(characters) > _MOST_NAMED else ""
        return f"a text that shows something; this one holds only {named}{more}"
    misleading = _misleading(text)
    if not misleading:
        return None
    at = min(misleading)
    if text[at] == CLOSING:
        return f"no {name_of(text[at])} without an isolate that it closes; character {at + 1} is one"
    if re.match(f"[{EMBEDDINGS}]", text[at]):
        return f"a text without {name_of(text[at])}, which is its character {at + 1}"
    return (
        f"{name_of(text[at])} only with a {name_of(CLOSING)} after it in the same paragraph; "
        f"character {at + 1} has none"
    )


def legible(text: str) -> str:
    """The text as it can be shown among others: without controls that mislead, and never without anything to see.

    For texts that were recorded before such controls were refused; every other text is given back as it is.
    """
    if not text or (text.isascii() and text.isprintable() and not text.isspace()):
        return text
    if not _SHOWN.search(text):
        return f"[{', '.join(dict.fromkeys(map(_code, text)))}]"
    misleading = _misleading(text)
    return "".join(sign for at, sign in enumerate(text) if at not in misleading) if misleading else text


def isolated(text: str) -> str:
    """The text as it can stand in a plain text beside others, and neither turn them round nor be turned by them.

    What runs from right to left stands between U+2068 (FSI) and U+2069 (PDI), each of its paragraphs for itself.
    """
    shown = legible(text)
    if shown.isascii() or not _RIGHT_TO_LEFT.search(shown):
        return shown
    ends = [*(found.end() for found in _PARAGRAPHS.finditer(shown)), len(shown)]
    starts = [0, *ends[:-1]]
    return "".join(_isolated_paragraph(shown[start:end]) for start, end in zip(starts, ends, strict=True))


def without_controls(text: str) -> str:
    """The text without any control of direction, and empty where it shows nothing."""
    if text.isascii():
        return text
    return _DIRECTIONAL.sub("", text) if _SHOWN.search(text) else ""


def name_of(character: str) -> str:
    """`U+202E (RIGHT-TO-LEFT OVERRIDE)`."""
    name = unicodedata.name(character, "")
    return f"{_code(character)} ({name})" if name else _code(character)


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _isolated_paragraph(text: str) -> str:
    said = text.rstrip("\n\r\x1c\x1d\x1e\x85\u2028\u2029")
    return f"\u2068{said}{CLOSING}{text[len(said) :]}" if said else text


def _misleading(text: str) -> frozenset[int]:
    """The places of controls that may not be: embeddings, and isolates without their other half in the paragraph."""
    if text.isprintable():  # no control of direction is
        return frozenset()
    found: set[int] = set()
    opened: list[int] = []
    for match in re.finditer(f"{_DIRECTIONAL.pattern}|{_PARAGRAPHS.pattern}", text):
        at, sign = match.start(), match[0]
        if sign == CLOSING:
            if opened:
                opened.pop()
            else:
                found.add(at)
        elif "\u2066" <= sign <= "\u2068":
            opened.append(at)
        elif "\u202a" <= sign <= "\u202e":
            found.add(at)
        else:  # the end of a paragraph ends every isolate
            found.update(opened)
            opened.clear()
    return frozenset((*found, *opened))
