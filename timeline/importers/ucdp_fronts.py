"""Which front a UCDP GED event belongs to, by rules that a user may replace.

The rules are data (`ucdp_fronts.toml` beside this module, which explains them), tried in their order; an event
that none takes goes to a front of its country. A wrong file is refused as a whole, naming rule, line and field.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from timeline.domain.facts import FrontOpened
from timeline.errors import InvalidValue, TimelineError
from timeline.importers.ucdp_press import tidy

DEFAULT_RULES = Path(__file__).with_name("ucdp_fronts.toml")

_Area = tuple[float, float, float, float]
"""West, south, east, north."""

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
    area: _Area | UnsetType = UNSET


class _Rules(Struct, frozen=True, forbid_unknown_fields=True):
    front: tuple[_Rule, ...] = ()
    fallback: Front | None = None


_WORDED = ("country", "adm_1", "adm_2", "dyad")


class FrontRules:
    """The rules of one file."""

    def __init__(self, rules: tuple[_Rule, ...], fallback: Front | None) -> None:
        self._rules = [(_named_by(rule), rule.area, Front(rule.slug, rule.name)) for rule in rules]
        self._fallback = fallback
        self._by_slug = {front.slug: front for _, _, front in self._rules}
        self._asked = tuple(any(getattr(rule, name) is not UNSET for rule in rules) for name in _WORDED[1:])
        """Whether any rule looks at province, district and dyad."""
        self._left = lru_cache(maxsize=50_000)(self._left_by_names)

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
        adm_1, adm_2, dyad = self._asked
        names = (where.country, where.adm_1 if adm_1 else "", where.adm_2 if adm_2 else "", where.dyad if dyad else "")
        fronts = self._left(*names)
        return next(front for area, front in fronts if area is None or _lies_in(area, where))

    def _left_by_names(self, country: str, adm_1: str, adm_2: str, dyad: str) -> tuple[tuple[_Area | None, Front], ...]:
        """The fronts that the names leave, in the order of their rules, and in the end one that takes all.

        Names repeat and points do not, so this is what is remembered.
        """
        folded = (plain_country(country).casefold(), adm_1.casefold(), adm_2.casefold(), dyad.casefold())
        left: list[tuple[_Area | None, Front]] = []
        for allowed, area, front in self._rules:
            if all(names is None or name in names for name, names in zip(folded, allowed, strict=True)):
                left.append((None if isinstance(area, UnsetType) else area, front))
        if self._fallback:
            return (*left, (None, self._fallback))
        own = _country_front(country)
        return (*left, (None, self._by_slug.get(own.slug, own)))


def plain_country(name: str) -> str:
    """A country as UCDP writes it, without the former name in brackets."""
    named = tidy(name)
    return _BRACKETED.sub("", named).strip() or named


def _country_front(country: str) -> Front:
    name = plain_country(country)
    slug = _NOT_IN_SLUG.sub("-", name.lower()).strip("-")[:80].strip("-")
    return Front(slug, name) if slug else Front("elsewhere", "Elsewhere")


def _named_by(rule: _Rule) -> tuple[frozenset[str] | None, ...]:
    """The names that a rule allows, for each of `_WORDED`; None for any."""
    return tuple(
        frozenset((plain_country(value) if name == "country" else value).strip().casefold() for value in values)
        if not isinstance(values := getattr(rule, name), UnsetType)
        else None
        for name in _WORDED
    )


def _lies_in(area: _Area, where: Whereabouts) -> bool:
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
