"""Value objects: what an event is made of. Frozen, checked on construction, compared by value."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from msgspec import Struct

from timeline.domain import checks, moments
from timeline.domain.vocabulary import Aspect, PlacePrecision, Stance
from timeline.errors import InvalidValue

MAX_PLACE_DESCRIPTION_CHARACTERS = 1_000

_NAMESPACE = UUID("5b3fae4c-1c4b-5f0c-9c65-0d6c7f1f7a11")
"""Namespace of every name-based identifier (UUIDv5) below. Fixed for ever: stored identities rest on it."""


def development_id_of(external_id: str) -> UUID:
    """The identity of a development brought in from elsewhere: the same for the same `<data set>:<id there>`."""
    return uuid5(_NAMESPACE, f"development:{external_id}")


def development_id_of_message(source: str, message_id: str) -> UUID:
    """The identity of a development first reported in a message that names none."""
    return uuid5(_NAMESPACE, f"message:{source}\n{message_id}")


def front_id(slug: str) -> UUID:
    """The identity of a front."""
    return uuid5(_NAMESPACE, f"front:{slug}")


def source_id(slug: str) -> UUID:
    """The identity of a source."""
    return uuid5(_NAMESPACE, f"source:{slug}")


def data_set_id(slug: str) -> UUID:
    """The identity of a data set."""
    return uuid5(_NAMESPACE, f"dataset:{slug}")


RELEASE_MESSAGES = "//timeline/import/"
"""How the source of a message begins that a release of a data set came in with; its data set and its date follow.

An event of such a message was reported when the release was published, whenever its account was given.
"""


def comes_with_release(message: "MessageId") -> bool:
    """Whether a message came with a release, so that its reported clock is the date of that release."""
    return message.source.startswith(RELEASE_MESSAGES)


class Place(Struct, frozen=True, omit_defaults=True):
    """Where it happened. `lat` and `lon` are degrees (WGS 84); `admin` is the oblast, province or state.

    `description` says in words where it was, as the source has it: "near the village of Opytne".
    """

    name: str
    lat: float | None = None
    lon: float | None = None
    precision: PlacePrecision | None = None
    admin: str | None = None
    country: str | None = None
    description: str | None = None

    def __post_init__(self) -> None:
        if checks.trusted():
            return
        checks.text("name", self.name, 200)
        if (self.lat is None) != (self.lon is None):
            missing = "lat" if self.lat is None else "lon"
            raise InvalidValue(missing, None, "lat and lon together, or neither")
        if self.lat is not None:
            checks.number("lat", self.lat, -90, 90)
            checks.number("lon", self.lon, -180, 180)
        checks.optional_text("admin", self.admin, 200)
        if self.country is not None:
            checks.country("country", self.country)
        checks.optional_text("description", self.description, MAX_PLACE_DESCRIPTION_CHARACTERS)


class Actor(Struct, frozen=True):
    """A party to the development, with its role in it (`attacker`, `defender`, `claimant` ...)."""

    name: str
    role: str

    def __post_init__(self) -> None:
        if checks.trusted():
            return
        checks.text("name", self.name, 200)
        checks.text("role", self.role, 60)


class Tally(Struct, frozen=True, omit_defaults=True):
    """A number as the source gives it: a best estimate within low and high, each optional but not all absent.

    A data set may publish figures that are out of order; `as_published` says that they are kept
    as they stand there, so that nothing is dropped and nothing is mended silently.
    """

    low: int | None = None
    best: int | None = None
    high: int | None = None
    as_published: bool = False

    @property
    def is_out_of_order(self) -> bool:
        """Whether the figures contradict one another, so that none of them bounds another."""
        figures = [figure for figure in (self.low, self.best, self.high) if figure is not None]
        return figures != sorted(figures)

    def __post_init__(self) -> None:
        if checks.trusted():
            return
        given = [(n, v) for n, v in (("low", self.low), ("best", self.best), ("high", self.high)) if v is not None]
        if not given:
            raise InvalidValue("best", None, "at least one of low, best and high")
        for name, value in given:
            checks.count(name, value)
        if not self.as_published and self.is_out_of_order:
            raise InvalidValue("best", [value for _, value in given], "low <= best <= high")


class Account(Struct, frozen=True, omit_defaults=True, gc=False):
    """What one source says of a development.

    `stance` says which aspects the source speaks to and how. `quote` is verbatim, `gist` is what was
    said in the recorder's own words. `origin` is the source whose account is passed on: required with
    `repeats`, allowed with every other stance that rests on somebody else's word. `published` says when the
    source itself published it (EDTF): a newspaper's date, which may be long before the account was reported here.
    """

    source: str
    stance: Mapping[Aspect, Stance]
    quote: str | None = None
    gist: str | None = None
    url: str | None = None
    origin: str | None = None
    archive_sha256: str | None = None
    published: str | None = None

    def __post_init__(self) -> None:
        if checks.trusted():
            return
        checks.slug("source", self.source)
        if not self.stance:
            raise InvalidValue("stance", {}, f"at least one of the aspects {_words(Aspect)}")
        checks.optional_text("quote", self.quote, 5_000)
        checks.optional_text("gist", self.gist, 5_000)
        if self.url is not None:
            checks.url("url", self.url)
        checks.optional_slug("origin", self.origin)
        if self.origin == self.source:
            raise InvalidValue("origin", self.origin, "another source than the one that speaks")
        if self.origin is None and Stance.REPEATS in self.stance.values():
            raise InvalidValue("origin", None, "the source whose account is repeated")
        if self.archive_sha256 is not None:
            checks.sha256("archive_sha256", self.archive_sha256)
        if self.published is not None:
            moments.published("published", self.published)


class MessageId(Struct, frozen=True, gc=False):
    """Who sent a message and under which id (CloudEvents `source` and `id`): the key of idempotency."""

    source: str
    id: str

    def __post_init__(self) -> None:
        if checks.trusted():
            return
        checks.text("source", self.source, 500)
        checks.text("id", self.id, 200)


def _words(vocabulary: type[Aspect]) -> str:
    return ", ".join(repr(str(word)) for word in vocabulary)
