"""What an event may describe or change: descriptions, and the sets of changes that a revision makes.

Each kind of field has one check, whichever description it stands in (`_FIELD_CHECKS`).
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from msgspec import UNSET, Struct, UnsetType, structs

from timeline.domain import checks
from timeline.domain.legibility import fault_of
from timeline.domain.moments import Occurred
from timeline.domain.values import Actor, Place, Tally
from timeline.domain.vocabulary import Kind, Reliability, SourceKind
from timeline.errors import InvalidValue

MOST_ACTORS = 100
MOST_TAGS = 50
MOST_TALLIES = 20


class Description(Struct, frozen=True, omit_defaults=True, gc=False):
    """How a development is described: everything about it but what each source says."""

    front: str
    kind: Kind
    title: str
    occurred: Occurred
    summary: str | None = None
    place: Place | None = None
    actors: tuple[Actor, ...] = ()
    tallies: Mapping[str, Tally] = {}
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        if not checks.trusted():
            check_fields(self)


class DescriptionChanges(Struct, frozen=True, omit_defaults=True):
    """The fields of a description that a revision sets, each replaced as a whole; the rest stays."""

    front: str | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    title: str | UnsetType = UNSET
    occurred: Occurred | UnsetType = UNSET
    summary: str | UnsetType | None = UNSET
    place: Place | UnsetType | None = UNSET
    actors: tuple[Actor, ...] | UnsetType = UNSET
    tallies: Mapping[str, Tally] | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    language: str | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        at_least_one(self)
        check_fields(self)

    def applied_to(self, description: Description) -> Description:
        """The description as it reads after this revision."""
        with checks.as_recorded():  # each half was checked when it came, by the rules of then
            return structs.replace(description, **set_fields(self))


class FrontChanges(Struct, frozen=True, omit_defaults=True):
    """The fields of a front that a revision sets."""

    name: str | UnsetType = UNSET
    area: tuple[float, float, float, float] | UnsetType | None = UNSET
    occurred: Occurred | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        at_least_one(self)
        check_fields(self)


class SourceChanges(Struct, frozen=True, omit_defaults=True):
    """The fields of a source that a revision sets; `same_as` null says that it is a source of its own after all."""

    name: str | UnsetType = UNSET
    kind: SourceKind | UnsetType = UNSET
    affiliation: str | UnsetType | None = UNSET
    reliability: Reliability | UnsetType = UNSET
    url: str | UnsetType | None = UNSET
    same_as: str | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        at_least_one(self)
        check_fields(self)


def set_fields(changes: Struct) -> dict[str, Any]:
    """The fields that a revision sets, by name."""
    return {name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET}


def _tags(field: str, tags: tuple[str, ...]) -> None:
    checks.at_most(field, tags, MOST_TAGS)
    for number, tag in enumerate(tags):
        if not (isinstance(tag, str) and _is_tag(tag)):
            checks.text(f"{field}.{number}", tag, 60)


@lru_cache(maxsize=20_000)
def _is_tag(tag: str) -> bool:
    """Whether it is one by the rules of today, whatever is read; the same few come again and again."""
    try:
        return not fault_of(checks.any_text("tag", tag, 60))
    except InvalidValue:
        return False


def _tallies(field: str, tallies: Mapping[str, Tally]) -> None:
    checks.at_most(field, tallies, MOST_TALLIES)
    for name in tallies:
        checks.slug(field, name)


def _area(field: str, area: tuple[float, float, float, float] | None) -> None:
    if area is None:
        return
    if len(area) != 4:
        raise InvalidValue(field, list(area), "four numbers: west, south, east, north")
    west, south, east, north = area
    for value, limit in ((west, 180), (south, 90), (east, 180), (north, 90)):
        checks.number(field, value, -limit, limit)
    if south > north:
        raise InvalidValue(field, list(area), "south not above north")


_FIELD_CHECKS: dict[str, Callable[[str, Any], object]] = {
    "front": checks.slug,
    "slug": checks.slug,
    "title": lambda field, value: checks.text(field, value, 300),
    "name": lambda field, value: checks.text(field, value, 200),
    "summary": lambda field, value: checks.optional_text(field, value, 10_000),
    "actors": lambda field, value: checks.at_most(field, value, MOST_ACTORS),
    "tallies": _tallies,
    "tags": _tags,
    "external_id": lambda field, value: value is None or checks.external_id(field, value),
    "language": lambda field, value: value is None or checks.language(field, value),
    "affiliation": checks.optional_slug,
    "same_as": checks.optional_slug,
    "url": lambda field, value: value is None or checks.url(field, value),
    "area": _area,
}
"""What a field of that name must be, in whichever fact it stands."""


def check_fields(struct: Struct) -> None:
    """Check every field that is set and has a check of its name; raises `InvalidValue`."""
    for name, check in _checks_of(type(struct)):
        value = getattr(struct, name)
        if value is not UNSET:
            check(name, value)


@cache
def _checks_of(kind: type[Struct]) -> tuple[tuple[str, Callable[[str, Any], object]], ...]:
    return tuple((name, _FIELD_CHECKS[name]) for name in kind.__struct_fields__ if name in _FIELD_CHECKS)


def at_least_one(changes: Struct) -> None:
    """Raises `InvalidValue` for changes that change nothing."""
    if not set_fields(changes):
        raise InvalidValue("changes", {}, f"at least one of {', '.join(changes.__struct_fields__)}")
