"""Who really spoke: the one name that `source_original` of UCDP GED holds, where it plainly holds one.

The column is free text. Of every ten cells in the Ukrainian releases nine name one body or person (`JFO`, `Ukrainian
military spokesman Andriy Lysenko`), the others several, joined by `;`, `,`, line breaks, `and` or `/`, or nobody in
particular. What may be more than one name is taken for none: then nothing is said of who passes on whom, and the text
stands in the gist as the release has it.
"""

import re
from functools import lru_cache

from timeline.importers.ucdp_press import shorten, tidy

_SEVERAL = re.compile(
    r"[,;/\n\r|&+]|\b(?:and|or|et|quot(?:ing|es|ed)|cit(?:ing|es|ed)|according to|via|denied by|confirmed by)\b",
    re.IGNORECASE,
)
"""What joins names, or says that one passes on another."""
_UNNAMED = re.compile(r"an?\s", re.IGNORECASE)
"""How somebody is told of who is not named: `a doctor`."""
_CROWDS = re.compile(
    r"\b(?:(?:eye)?[- ]?witness(?:es)?|residents?|locals|villagers|civilians|survivors?|relatives|neighbou?rs|refugees|"
    r"journalists?|reporters?|correspondents?|cameram[ae]n|photographers?|sources|media|news agencies|newspapers|"
    r"footage|videos?|photos?|osint|various|several|multiple|many|different|others|unknown|unnamed|unidentified|"
    r"anonymous)\b",
    re.IGNORECASE,
)
"""Those who saw for themselves, and those whom nobody can tell apart: two outlets may well have asked two of them."""
_PLACEHOLDERS = frozenset(
    ("n a", "na", "nd", "none", "nil", "null", "no", "nan", "not available", "not applicable", "not known",
     "not stated", "not given", "not specified", "not mentioned", "unclear", "unspecified", "unreported", "missing",
     "tbd", "see article", "see above", "same", "same as above", "ibid", "other", "source", "article", "no source",
     "no information", "no data")
)  # fmt: skip
_TIMES = re.compile(r"\s*\(?\bx\s?\d+\)?$", re.IGNORECASE)
"""How often a register of the dead is drawn on: `Memorybook x3`."""
_SAID = re.compile(r"\s(?:said|says|told|stated|announced|reported|reports)\b.*", re.IGNORECASE)
"""The rest of a sentence: `spokesman Andriy Lysenko said by phone`."""
_ARTICLE = re.compile(r"the\s+", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"[,;/\n\r|&+]|\band\b", re.IGNORECASE)
_THROUGH = re.compile(r"\s*\((?:via|on|through) [^()]*\)\s*$", re.IGNORECASE)
"""By which way it came: `Interior Minister (via Telegram)`."""
_AROUND = " \t\r\n.,;:|-\u2013\u2014"
_WORDS = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]")
_MAX_NAME_CHARACTERS = 200


def _said_once(text: str) -> str:
    """The first of several names that are one, spelt with or without capitals and articles; else the text."""
    names = [name for part in _BETWEEN_NAMES.split(text) if (name := part.strip(_AROUND))]
    same = {_ARTICLE.sub("", name.casefold(), count=1) if _ARTICLE.match(name) else name.casefold() for name in names}
    return names[0] if len(same) == 1 else text


@lru_cache(maxsize=20_000)
def originator_of(source_original: str) -> str | None:
    """The name of the one who spoke; None where the cell names nobody in particular, or may name several."""
    text = _said_once(_THROUGH.sub("", source_original).strip(_AROUND))
    if _SEVERAL.search(text) or _UNNAMED.match(text):
        return None
    name = _SAID.sub("", tidy(text))
    if _CROWDS.search(name):
        return None
    name = _TIMES.sub("", name).strip(_AROUND)
    if article := _ARTICLE.match(name):
        name = name[article.end() :]
    if len(_LETTERS.findall(name)) < 2 or " ".join(_WORDS.findall(name.casefold())) in _PLACEHOLDERS:
        return None
    return shorten(name, _MAX_NAME_CHARACTERS)
