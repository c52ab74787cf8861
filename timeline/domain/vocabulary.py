"""The closed vocabularies: every word that an event may use where the choice is limited.

Adding a word is safe; renaming or removing one is not, since stored events use it.
"""

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What sort of development is reported."""

    FORMATION = "formation"
    ENTRY = "entry"
    ADVANCE = "advance"
    CAPTURE = "capture"
    WITHDRAWAL = "withdrawal"
    ENGAGEMENT = "engagement"
    STRIKE = "strike"
    SABOTAGE = "sabotage"
    AIR_ALERT = "air-alert"
    CONTROL = "control"
    CASUALTIES = "casualties"
    EVACUATION = "evacuation"
    DIPLOMACY = "diplomacy"
    STATEMENT = "statement"
    PROTEST = "protest"
    OTHER = "other"


class Aspect(StrEnum):
    """The proposition that an account speaks to."""

    OCCURRENCE = "occurrence"
    ATTRIBUTION = "attribution"
    EXTENT = "extent"
    PLACE = "place"
    DATE = "date"


class Stance(StrEnum):
    """What an account says of an aspect."""

    ASSERTS = "asserts"
    DENIES = "denies"
    CONCEDES = "concedes"
    """Admits in part, or against the speaker's own interest."""
    REPEATS = "repeats"
    """Passes on another account, named as `origin`; has no weight of its own."""


class Status(StrEnum):
    """How an aspect stands, derived from the accounts (DESIGN section 3); never stored in an event."""

    CLAIMED = "claimed"
    CORROBORATED = "corroborated"
    DISPUTED = "disputed"
    DENIED = "denied"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    RETRACTED = "retracted"


class Verdict(StrEnum):
    """What an analyst's assessment says of an aspect."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    WITHDRAWN = "withdrawn"
    """The earlier verdict no longer stands: the accounts decide again."""


class Nature(StrEnum):
    """Why a development was revised."""

    UPDATE = "update"
    """The world moved on."""
    CORRECTION = "correction"
    """The earlier report was wrong."""


class Reliability(StrEnum):
    """Admiralty code, reliability of a source (NATO AJP-2.1, STANAG 2511)."""

    COMPLETELY = "A"
    USUALLY = "B"
    FAIRLY = "C"
    NOT_USUALLY = "D"
    UNRELIABLE = "E"
    CANNOT_BE_JUDGED = "F"


class Credibility(IntEnum):
    """Admiralty code, credibility of a piece of information (NATO AJP-2.1, STANAG 2511)."""

    CONFIRMED_BY_OTHERS = 1
    PROBABLY_TRUE = 2
    POSSIBLY_TRUE = 3
    DOUBTFUL = 4
    IMPROBABLE = 5
    CANNOT_BE_JUDGED = 6


class SourceKind(StrEnum):
    """Who speaks."""

    MINISTRY = "ministry"
    MILITARY = "military"
    OFFICIAL = "official"
    ARMED_GROUP = "armed-group"
    MEDIA = "media"
    BLOGGER = "blogger"
    THINK_TANK = "think-tank"
    RESEARCH = "research"
    NGO = "ngo"
    INTERNATIONAL = "international"
    DATA_SET = "data-set"
    WITNESS = "witness"
    OTHER = "other"


class PlacePrecision(StrEnum):
    """How exactly the point stands for the place (the steps of the UCDP GED codebook's `where_prec`)."""

    EXACT = "exact"
    NEAR = "near"
    """Within about 25 km."""
    DISTRICT = "district"
    PROVINCE = "province"
    REGION = "region"
    COUNTRY = "country"
    SEA_OR_AIR = "sea-or-air"
