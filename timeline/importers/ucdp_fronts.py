"""Which front a UCDP GED event belongs to, by rules that a user may replace.

The rules are data (`ucdp_fronts.toml` beside this module, which explains them), tried in their order; an event
that none takes goes to a front of its country. A wrong file is refused as a whole, naming rule, line and field.
"""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from timeline.domain.facts import FrontOpened
from timeline.errors import InvalidValue, TimelineError

DEFAULT_RULES = Path(__file__).with_name("ucdp_fronts.toml")

_HEADER = re.compile(r"\s*\[\[\s*front\s*\]\]")
_BRACKETED = re.compile(r"\s*\([^)]*\)")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class UnusableFrontRules(TimelineError):
    """Raised when a file of front rules can not be read, or says something that it can not say."""

    slug = "unusable-front-rules"
    title = "The front rules can not be used"


class Front(Struct, frozen=True, gc=False):
    """A lane of the timeline."""

    slug: str
    name: str


class Whereabouts(Struct, frozen=True, gc=False):
    """What the rules look at. `precise` says whether the point stands for the place itself."""

    country: str
    adm_1: str = ""
    adm_2: str = ""
    dyad: str = ""
    lat: float | None = None
    lon: float | None = None
    precise: bool = False


class _Rule(Struct, frozen=True, forbid_unknown_fields=True):
    slug: str
    name: str
    country: tuple[str, ...] | UnsetType = UNSET
    adm_1: tuple[str, ...] | UnsetType = UNSET
    adm_2: tuple[str, ...] | UnsetType = UNSET
    dyad: tuple[str, ...] | UnsetType = UNSET
    area: tuple[float, float, float, float] | UnsetType = UNSET


class _Rules(Struct, frozen=True, forbid_unknown_fields=True):
    front: tuple[_Rule, ...] = ()
    fallback: Front | None = None


_WORDED = ("country", "adm_1", "adm_2", "dyad")


class FrontRules:
    """The rules of one file."""

    def __init__(self, rules: tuple[_Rule, ...], fallback: Front | None) -> None:
        self._tests = [(_test_of(rule), Front(rule.slug, rule.name)) for rule in rules]
        self._fallback = fallback
        self._by_slug = {front.slug: front for _, front in self._tests}

    @classmethod
    def load(cls, path: Path | None = None) -> "FrontRules":
        """The rules of a file, or those that come with the service; raises `UnusableFrontRules`."""
        path = path or DEFAULT_RULES
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnusableFrontRules(f"{path}: can not be read as UTF-8 text: {error}") from None
        rules = _parsed(path, text)
        _guard_each_makes_sense(path, text, rules)
        return cls(rules.front, rules.fallback)

    def front_of(self, where: Whereabouts) -> Front:
        """The front of an event there."""
        folded = structs.replace(
            where,
            country=plain_country(where.country).casefold(),
            adm_1=where.adm_1.casefold(),
            adm_2=where.adm_2.casefold(),
            dyad=where.dyad.casefold(),
        )
        found = next((front for holds, front in self._tests if holds(folded)), self._fallback)
        if found:
            return found
        country = _country_front(where.country)
        return self._by_slug.get(country.slug, country)


def plain_country(name: str) -> str:
    """A country as UCDP writes it, without the former name in brackets."""
    return _BRACKETED.sub("", name).strip() or name


def _country_front(country: str) -> Front:
    name = plain_country(country)
    slug = _NOT_IN_SLUG.sub("-", name.lower()).strip("-")[:80].strip("-")
    return Front(slug, name) if slug else Front("elsewhere", "Elsewhere")


def _test_of(rule: _Rule) -> Callable[[Whereabouts], bool]:
    """The conditions of a rule as one question."""
    words = [
        (name, frozenset((plain_country(value) if name == "country" else value).strip().casefold() for value in values))
        for name in _WORDED
        if not isinstance(values := getattr(rule, name), UnsetType)
    ]

    def holds(where: Whereabouts) -> bool:
        return all(getattr(where, name) in allowed for name, allowed in words) and (
            isinstance(rule.area, UnsetType) or _lies_in(rule.area, where)
        )

    return holds


def _lies_in(area: tuple[float, float, float, float], where: Whereabouts) -> bool:
    if not where.precise or where.lat is None or where.lon is None:
        return False
    west, south, east, north = area
    across = west <= where.lon <= east if west <= east else where.lon >= west or where.lon <= east
    return across and south <= where.lat <= north


def _parsed(path: Path, text: str) -> _Rules:
    try:
        return msgspec.convert(tomllib.loads(text), _Rules)
    except tomllib.TOMLDecodeError as error:  # which names line and column
        raise UnusableFrontRules(f"{path}: not TOML: {error}") from None
    except msgspec.ValidationError as error:
        message = str(error)
        found = re.search(r"`\$\.front\[(\d+)\]", message)
        raise _refusal(path, text, int(found[1]) if found else None, message) from None


def _guard_each_makes_sense(path: Path, text: str, rules: _Rules) -> None:
    names: dict[str, str] = {}
    for number, rule in enumerate(rules.front):
        try:
            _guard_rule(rule)
            _guard_front(rule, names)
        except InvalidValue as error:
            raise _refusal(path, text, number, error.detail, error.errors) from None
    if rules.fallback:
        try:
            _guard_front(rules.fallback, names)
        except InvalidValue as error:
            raise _refusal(path, text, None, f"fallback.{error.detail}", error.errors) from None


def _guard_rule(rule: _Rule) -> None:
    given = [name for name in (*_WORDED, "area") if getattr(rule, name) is not UNSET]
    if not given:
        raise InvalidValue("conditions", None, "at least one of country, adm_1, adm_2, dyad and area")
    for name in given:
        if name != "area" and not all(value.strip() for value in getattr(rule, name) or ("",)):
            raise InvalidValue(name, list(getattr(rule, name)), "a list of one or more names")


def _guard_front(front: _Rule | Front, names: dict[str, str]) -> None:
    area = getattr(front, "area", UNSET)
    FrontOpened(front.slug, front.name, None if area is UNSET else area)
    if names.setdefault(front.slug, front.name) != front.name:
        raise InvalidValue("name", front.name, f"one name for a front; {front.slug} is {names[front.slug]!r} above")


def _refusal(
    path: Path, text: str, number: int | None, why: str, errors: tuple[dict[str, Any], ...] = ()
) -> UnusableFrontRules:
    lines = [line for line, content in enumerate(text.splitlines(), 1) if _HEADER.match(content)]
    at = "" if number is None else f" front {number + 1}"
    if number is not None and number < len(lines):
        at += f" (line {lines[number]})"
    return UnusableFrontRules(f"{path}:{at} {why}", errors)
