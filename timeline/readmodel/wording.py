"""Words of a text as a reader means them: in one case and without what does not count, alike for text and question.

Words are split here and not by the database, so that both engines find the same (`search`).

- Accents do not count, nor the points of Hebrew and Arabic; what a letter of another script is written with (the vowel
  signs of Devanagari, Thai or Khmer, the voicing of kana) is a part of it.
- An apostrophe within a word does not count, whichever character stands for it. It is kept until words are compared,
  so that what stands after it is found as well: `d'Ivoire` by `divoire` and by `ivoire`.
- In scripts without spaces (Han, kana, Thai, Lao, Khmer, Burmese ...) each sign is a word, a letter with its marks.
- What can not be seen (joiners, soft hyphens, variation selectors ...) does not count.

Sources: compatibility decomposition (UAX 15) folds full-width letters, ligatures and presentation forms. Letters that
have none follow the transliteration Latin-ASCII of CLDR; Arabic ones that are typed for one another follow the
normalisation of Lucene's ArabicNormalizer and PersianNormalizer. Digits of all scripts are the same digits.
"""

import re
import unicodedata

from timeline.domain.legibility import INVISIBLE

MOST_LETTERS = 500
"""Of a word that are looked at: PostgreSQL refuses words that are much longer."""
_MOST_LETTERS_OF_SIGN = 40
"""A letter of a script without spaces with its marks; two of them make a word of the index."""
_MOST_PARTS = 4
"""Beginnings of a word with apostrophes by which it is found: the word itself, and after so many less one of them."""

_APOSTROPHES = (
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u0374\u0384\u055a\u055b\u055c\u055e\u05f3\u05f4\u07f4\u07f5"
    "\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07\uff40"
)
"""Apostrophes, single quotation marks and primes, and the letters and accents that are typed for one."""
_ACCENTS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x08D3, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF), (0x2DE0, 0x2DFF), (0xA66F, 0xA67D), (0xFB1E, 0xFB1E), (0xFE20, 0xFE2F),
)  # fmt: skip
"""Marks that do not count: accents (those of no script of their own, Cyrillic ones), Hebrew, Arabic, Syriac points."""
_SAME = {
    "\u0131": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t",
    "\u06cc": "\u064a", "\u0649": "\u064a", "\u06a9": "\u0643", "\u06c1": "\u0647", "\u0629": "\u0647", "\u0640": "",
}  # fmt: skip
"""Letters without a decomposition that readers type for one another: Latin ones, and forms of yeh, kaf and heh. The
tatweel (U+0640) only stretches a word."""
_WITHOUT_SPACES = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0x2E80, 0x2FDF),
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B), (0x3041, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA9E0, 0xA9FF), (0xAA60, 0xAADF), (0xF900, 0xFAFF),
    (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x20000, 0x3FFFF),
)  # fmt: skip
"""Blocks of Thai, Lao, Burmese, Khmer, Tai scripts, Han, kana, bopomofo, Yi, Tangut: no spaces between words."""


def _class_of(blocks: tuple[tuple[int, int], ...], *, marks: bool) -> str:
    """The characters of these blocks that are letters or digits, or (`marks`) marks, for a character class.

    Large blocks are of ideographs alone, and taken whole.
    """
    if not marks:
        return "".join(f"{chr(first)}-{chr(last)}" for first, last in blocks)
    codes = (code for first, last in blocks if last - first < 1_000 for code in range(first, last + 1))
    return "".join(chr(code) for code in codes if unicodedata.category(chr(code))[0] == "M")


_MARKS = _class_of(_WITHOUT_SPACES, marks=True)
_SIGNS = _class_of(_WITHOUT_SPACES, marks=False)
_SIGN = re.compile(f"(?![{_MARKS}])[{_SIGNS}]")
_PARTS = re.compile(f"({_SIGN.pattern}[{_MARKS}]*)|([^{_SIGNS}]+)")
_INSIDE = re.compile("(?<=[^ '])'+(?=[^ '])")
_HEBREW_ABBREVIATION = re.compile('(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])')
_ASCII = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
"""Capital letters to small ones, and whatever is no letter and no digit to a space."""
_TYPED = re.compile(f"[{_APOSTROPHES}]")


class _Folding(dict[int, str]):
    """Each character of a decomposed text as it counts: a letter, a mark, an apostrophe, a space, or nothing."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._folded(chr(code), code)
        return folded

    @staticmethod
    def _folded(sign: str, code: int) -> str:
        if sign in _SAME:
            return _SAME[sign]
        if INVISIBLE.match(sign) or any(first <= code <= last for first, last in _ACCENTS):
            return ""
        if sign in _APOSTROPHES:
            return "'"
        if (digit := unicodedata.decimal(sign, None)) is not None:
            return str(digit)
        if unicodedata.category(sign)[0] == "M":
            return sign
        return sign.casefold() if sign.isalnum() else " "


_FOLDING = _Folding()


def words(text: str) -> list[str]:
    """The words of a text in their order: letters and digits, in one case, without accents and apostrophes."""
    return [spellings(word)[0] for word in read(text)]


def read(text: str) -> list[str]:
    """The same with the apostrophes within words, each as `'`."""
    if not text.isascii():
        folded = _folded(text)
    elif "'" in text or "`" in text:
        parts = text.replace("`", "'").split("'")
        folded = "'".join(part.encode().translate(_ASCII).decode() for part in parts)
    else:
        found = text.encode().translate(_ASCII).decode().split()  # a third of the time that a pattern takes
        return found if len(text) <= MOST_LETTERS else [word[:MOST_LETTERS] for word in found]
    if folded.isascii() or not _SIGN.search(folded):
        return [word for chunk in folded.split() for word in _trimmed(chunk)]
    return [word for chunk in folded.split() for word in _parts(chunk)]


def runs(text: str) -> list[list[str]]:
    """The words of a text one by one, and signs of a script without spaces together where nothing parts them."""
    if text.isascii():
        return [[word] for word in words(text)]
    found: list[list[str]] = []
    for chunk in _folded(text).split():
        after = ""
        for word in _parts(chunk):
            if is_sign(word) and is_sign(after):
                found[-1].append(word)
            else:
                found.append([spellings(word)[0]])
            after = word
    return found


def is_sign(word: str) -> bool:
    """Whether a word is a sign of a script without spaces."""
    return not word.isascii() and _SIGN.match(word) is not None


def spellings(word: str) -> list[str]:
    """What a word with apostrophes is found by: itself without them, and what stands after each of the first ones."""
    if "'" not in word:
        return [word]
    parts = word.split("'", _MOST_PARTS - 1)
    return ["".join(parts[first:]).replace("'", "")[:MOST_LETTERS] for first in range(len(parts))]


def looked_up(in_order: list[str]) -> set[str]:
    """Under what words that follow one another stand in an index.

    A word stands there as each of its spellings, and a sign of a script without spaces with the one that follows it,
    so that any two of a run are found, and one alone as a beginning.
    """
    found: set[str] = set()
    signs = [is_sign(word) for word in in_order]
    for number, word in enumerate(in_order):
        if signs[number]:
            found.add(word + in_order[number + 1] if any(signs[number + 1 : number + 2]) else word)
        elif "'" in word:
            found.update(spellings(word))
        else:
            found.add(word)
    return found


def found_by(text: str) -> set[str]:
    """Under what the words of a text stand in an index."""
    in_order = read(text)
    return set(in_order) if text.isascii() and "'" not in text and "`" not in text else looked_up(in_order)


def joined_abbreviations(text: str) -> str:
    """The text with the quotation mark within a Hebrew abbreviation as the gershayim for which it stands."""
    return _HEBREW_ABBREVIATION.sub("\u05f4", text) if '"' in text else text


def _folded(text: str) -> str:
    """A text with its letters as they count, and spaces for what is none."""
    typed = _TYPED.sub("'", joined_abbreviations(text))  # before some of them are taken apart into a space and a mark
    decomposed = unicodedata.normalize("NFKD", typed.casefold())
    return unicodedata.normalize("NFC", decomposed.translate(_FOLDING))


def _parts(chunk: str) -> list[str]:
    """The words of what stands between two spaces, where it may hold signs of a script without spaces."""
    parts: list[str] = []
    for sign, other in _PARTS.findall(chunk):
        parts += [sign[:_MOST_LETTERS_OF_SIGN]] if sign else _trimmed(other)
    return parts


def _trimmed(word: str) -> list[str]:
    """A word without apostrophes around it and marks before it, if anything is left."""
    if "'" not in word and word[0].isalnum():
        return [word[:MOST_LETTERS]]
    word = word.strip("'")
    while word and not word[0].isalnum():
        word = word[1:].strip("'")
    return [_INSIDE.sub("'", word)[: MOST_LETTERS * 2] if "'" in word else word[:MOST_LETTERS]] if word else []
