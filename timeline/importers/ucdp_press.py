"""The press behind a UCDP GED event: offices, headlines and dates taken apart, and made into accounts.

`source_office`, `source_date` and `source_headline` are parallel lists joined with `;`, which headlines may
contain themselves. Where the lists do not match, `source_article` often does: there each item is quoted and
starts with its office. Where neither is unambiguous an account has no quote, rather than another's.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from timeline.domain.legibility import without_controls
from timeline.domain.values import Account
from timeline.domain.vocabulary import Aspect, Stance
from timeline.importers.notes import Note, note, remembered
from timeline.importers.ucdp_press_dates import from_first_to_last

DATA_SET = "ucdp-ged"
DATA_SET_NAME = "UCDP Georeferenced Event Dataset"

_ASSERTS = {Aspect.OCCURRENCE: Stance.ASSERTS}
_REPEATS = {Aspect.OCCURRENCE: Stance.REPEATS}
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")
_MOST_SLUG = 80
_MOST_TEXT = 5_000
_MAX_OUTLETS_NAMED = 10


def tidy(text: str) -> str:
    """The text on one line, without control characters: a line break in a cell is where it was wrapped.

    Controls of direction (U+202A to U+202E, U+2066 to U+2069) are left out, since a part of such a text may be cut off
    or stand within another; what shows nothing is no text.
    """
    if not text.isascii():
        text = without_controls(text)
    return _SPACES.sub(" ", text).strip() if not text.isprintable() or "  " in text else text.strip()


def cut(text: str, most: int) -> str:
    """The text, or as much of it as fits, which is noted."""
    if len(text) <= most:
        return text
    note(Note.TEXTS_CUT)
    return shorten(text, most)


def shorten(text: str, most: int) -> str:
    """The same for a text that stands whole elsewhere."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


@lru_cache(maxsize=20_000)
def slug_of_office(name: str) -> str:
    """The slug of a press source. A name without enough Latin letters is told apart by a hash of itself."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _NOT_IN_SLUG.sub("-", plain.replace("'", "")).strip("-")
    if sum(map(str.isalpha, slug)) < 2:
        return f"press-{_hash(name)}"
    if len(slug) > _MOST_SLUG:
        return f"{slug[: _MOST_SLUG - 9].strip('-')}-{_hash(name)}"
    return slug


@remembered(maxsize=10_000)
def data_set_account(gist: str, origin: str | None) -> Account:
    """What the data set says, with whose word it passes on: that of the one who spoke, or of the first office.

    It names an office as origin, since it rests on the press: with a single office behind it, the data set
    and the office are one voice; two offices are two, unless both pass on one other's word.
    """
    return Account(DATA_SET, _ASSERTS, gist=cut(gist, _MOST_TEXT), origin=origin)


def originator_account(slug: str, outlets: Sequence[str]) -> Account:
    """The account of one whose word outlets pass on; it says through whom it is known."""
    names = list(outlets[:_MAX_OUTLETS_NAMED])
    if len(outlets) > len(names):
        names.append(f"{len(outlets) - len(names)} others")
    *others, last = names
    through = f"{', '.join(others)} and {last}" if others else last
    return Account(slug, _ASSERTS, gist=cut(f"Known through {through}.", _MOST_TEXT))


def office_slugs(offices: str) -> list[str]:
    """The slugs of the offices, each once, in their order; without the data set itself."""
    slugs = (slug_of_office(name) for office in offices.split(";") if (name := tidy(office)))
    return [slug for slug in dict.fromkeys(slugs) if slug != DATA_SET]


def press_accounts(
    offices: str, headlines: str, articles: str, published: Sequence[str | None] = (), origin: str | None = None
) -> tuple[list[tuple[str, str]], list[Account]]:
    """The offices as (slug, name), and one account of each, however often it is named.

    `published` says of each office in the list when it published (EDTF), if that is known. All but `origin` itself
    repeat what that one said.
    """
    if not offices.strip():
        return [], []
    split = offices.split(";")
    names: dict[str, str] = {}
    quotes: dict[str, dict[str, None]] = {}
    dates: dict[str, list[str]] = {}
    days = published or [None] * len(split)
    for office, headline, day in zip(split, _headlines(split, headlines, articles), days, strict=True):
        name = tidy(office)
        if not name or (slug := slug_of_office(name)) == DATA_SET:
            continue
        names.setdefault(slug, cut(name, 200))
        said = quotes.setdefault(slug, {})
        if headline := tidy(headline):
            said[headline] = None
        if day:
            dates.setdefault(slug, []).append(day)
    accounts = [
        Account(
            slug,
            _ASSERTS if origin in (None, slug) else _REPEATS,
            quote=cut("\n".join(quotes[slug]), _MOST_TEXT) if quotes[slug] else None,
            origin=None if origin == slug else origin,
            published=from_first_to_last(dates[slug]) if slug in dates else None,
        )
        for slug in names
    ]
    return list(names.items()), accounts


def _headlines(offices: Sequence[str], headlines: str, articles: str) -> Sequence[str]:
    """The headline of each office; empty ones where they can not be told apart."""
    split = headlines.split(";")
    if len(split) == len(offices):
        return split
    return _from_articles(offices, articles) or [""] * len(offices)


def _from_articles(offices: Sequence[str], articles: str) -> list[str]:
    """Headlines out of `"office,date,headline";"office,date,headline"`, or none if that is not what it is."""
    items = articles.strip().removeprefix('"').removesuffix('"').split('";"')
    if len(items) != len(offices):
        return []
    found = [
        re.match(rf"\s*{re.escape(office.strip())}\s*,[^,]*,(.*)", item, re.DOTALL)
        for office, item in zip(offices, items, strict=True)
    ]
    return [match[1] for match in found if match] if all(found) else []


def _hash(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]
