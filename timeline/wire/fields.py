"""marshmallow fields that ask the domain: one rule for a value, wherever it comes in.

Each field keeps the marshmallow type that documents it (OpenAPI) and lets a check of the domain decide;
what the domain refuses becomes a `ValidationError` that says what is allowed.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields

from timeline.domain import checks, moments
from timeline.domain.edtf_grammar import MAX_EDTF_CHARACTERS
from timeline.domain.moments import Occurred, format_as_said, parse_exact, parse_instant
from timeline.domain.values import development_id_of
from timeline.domain.vocabulary import Aspect, Stance
from timeline.errors import InvalidValue

SCHEMA_MESSAGES: dict[str, str] = {
    "required": "expected a value: this field is required",
    "null": "expected a value, not null",
    "validator_failed": "expected another value",
    "type": "expected an object",
    "unknown": "expected no field of this name",
    "invalid": "expected an array",
}
DEVELOPMENT_ALLOWED = "its id (a UUID), or '<data set>:<id there>' such as 'ucdp-ged:412345'"
_DAY_PATTERN = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME_PATTERN = r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
INSTANT_PATTERN = f"^{_DAY_PATTERN}({_TIME_PATTERN})?$"
"""How a date or an instant (RFC 3339) is spelt; a day may still be one that its month does not have."""
EXACT_PATTERN = f"^{_DAY_PATTERN}{_TIME_PATTERN}$"
"""The same of an instant alone."""
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f"
_UNSAID = rf"{_CONTROLS}\u202a-\u202e"
_BLANK = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0"
)
"""What shows nothing, as far as a pattern of the OpenAPI document can say it; the check knows more (`legibility`)."""
_DOCUMENTED: dict[Callable[[str, Any], Any], dict[str, Any]] = {
    checks.slug: {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80},
    checks.sha256: {"pattern": "^[0-9a-f]{64}$"},
    checks.external_id: {"pattern": r"^[a-z0-9]+(-[a-z0-9]+)*:\S{1,200}$", "maxLength": 281},
    checks.language: {"pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "maxLength": 35},
    checks.country: {"pattern": "^[A-Z]{2}$"},
    checks.url: {"pattern": "^[Hh][Tt][Tt][Pp][Ss]?://", "maxLength": 2000},
    moments.published: {
        "description": "When the source itself published it (EDTF: a date, or an interval with both ends). That may be "
        "long before `time`, when it became known here.",
        "maxLength": MAX_EDTF_CHARACTERS,
        "example": "2023-02-17",
    },
}
"""What the OpenAPI document says of a string that a check accepts; the check may be stricter."""
Messages = dict[str, str | list[Any] | dict[Any, Any]]
MESSAGES: Messages = {**SCHEMA_MESSAGES}
OBJECT_MESSAGES: Messages = {**SCHEMA_MESSAGES, "invalid": "expected an object"}


def by_domain(build: Callable[..., Any], **values: Any) -> Any:
    """What `build` gives, with its refusal as a `ValidationError` under the field that it names.

    A refusal that names no field of the object, but the object itself, stands under the object.
    """
    try:
        return build(**values)
    except InvalidValue as error:
        message = f"expected {error.allowed}"
        if error.field == "changes":
            raise ValidationError(message) from None
        raise ValidationError(message, error.field) from None


class Checked(fields.Field[Any]):
    """A field whose value a check of the domain accepts or refuses."""

    default_error_messages: Messages = MESSAGES

    def __init__(self, check: Callable[[str, Any], Any], **kwargs: Any) -> None:
        kwargs["metadata"] = {**_DOCUMENTED.get(check, {}), **kwargs.get("metadata", {})}
        super().__init__(**kwargs)
        self.check = check

    def _deserialize(self, value: Any, attr: str | None, *_: Any, **__: Any) -> Any:
        try:
            return self.check(attr or "", value)
        except InvalidValue as error:
            inner = error.field.removeprefix(attr or "").removeprefix(".")
            message = f"expected {error.allowed}"
            raise ValidationError({inner: [message]} if inner else message) from None


class Text(Checked, fields.String):
    """A text of 1 to `most` characters that shows what it says."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        kwargs["metadata"] = {**_documented_text(most, _UNSAID, _BLANK), **kwargs.get("metadata", {})}
        super().__init__(lambda field, value: checks.text(field, value, most), **kwargs)


class RecordedText(Checked, fields.String):
    """A text of 1 to `most` characters as the log may hold it, which a reader asks for."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        kwargs["metadata"] = {**_documented_text(most, _CONTROLS, r"\s"), **kwargs.get("metadata", {})}
        super().__init__(lambda field, value: checks.any_text(field, value, most), **kwargs)


def _documented_text(most: int, unsaid: str, blank: str) -> dict[str, Any]:
    pattern = f"^[^{unsaid}]*[^{blank}{unsaid}][^{unsaid}]*$"
    return {"minLength": 1, "maxLength": most, "pattern": pattern}


class CheckedString(Checked, fields.String):
    """A string that a check accepts."""


class Number(Checked, fields.Float):
    """A number within limits; a string that looks like one is refused."""

    default_error_messages: Messages = MESSAGES

    def __init__(self, least: float, most: float, **kwargs: Any) -> None:
        kwargs["metadata"] = {"minimum": least, "maximum": most, **kwargs.get("metadata", {})}
        super().__init__(lambda field, value: checks.number(field, value, least, most), **kwargs)


class Count(Checked, fields.Integer):
    """A whole number of at least 0."""

    default_error_messages: Messages = MESSAGES

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"minimum": 0, "maximum": 2**53 - 1, **kwargs.get("metadata", {})}
        super().__init__(checks.count, **kwargs)


class YesOrNo(Checked, fields.Boolean):
    """true or false; what only looks like one is refused."""

    default_error_messages: Messages = MESSAGES

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_yes_or_no, **kwargs)


class Word(Checked, fields.String):
    """A word of a closed vocabulary, documented as an enum."""

    def __init__(self, vocabulary: Iterable[Enum], **kwargs: Any) -> None:
        values = [member.value for member in vocabulary]
        numbers = {"type": "integer"} if all(isinstance(value, int) for value in values) else {}
        kwargs["metadata"] = {**kwargs.get("metadata", {}), "enum": values, **numbers}
        super().__init__(lambda field, value: word(vocabulary, field, value), **kwargs)


class Instant(Checked, fields.String):
    """An instant with offset (RFC 3339), or a plain date for the start of that day, UTC."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": INSTANT_PATTERN, **kwargs.get("metadata", {})}
        super().__init__(lambda field, value: parse_instant(value, field), **kwargs)


class DevelopmentName(Checked, fields.String):
    """A development, named by its id or by `<data set>:<id there>`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).setdefault("description", f"A development: {DEVELOPMENT_ALLOWED}.")
        super().__init__(development_id, **kwargs)


class OccurredField(Checked, fields.String):
    """An EDTF string, or `{"edtf": ..., "exact": {"start": ..., "end": ...}}`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {**_OCCURRED, **kwargs.get("metadata", {})}
        super().__init__(occurred, **kwargs)


class StanceField(Checked, fields.Dict):
    """An object of aspects and stances."""

    default_error_messages: Messages = MESSAGES

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {**_STANCE, **kwargs.get("metadata", {})}
        super().__init__(_stance, **kwargs)


_OCCURRED: dict[str, Any] = {
    "type": ["string", "object"],
    "description": (
        "When it happened: EDTF level 0 or 1 (ISO 8601-2), or some day of a range, `[2023-01-24..2023-02-06]` "
        "(level 2); beside it exact instants with offset, where they are known. An instant belongs to a day by the "
        "clock of its own offset: `2023-06-11T01:15:00+03:00` is within `2023-06-11`. Two instants with a slash are "
        "such a pair. `~` and `?` widen a date on both sides by one day, month, season or year of its own precision, "
        "`%` by two. Seasons (`2022-21` spring to `2022-24` winter) are those of the northern hemisphere, from March, "
        "June, September and December on. docs/dates.md lists every form, and what is refused."
    ),
    "properties": {
        "edtf": {"type": "string"},
        "exact": {
            "type": ["object", "null"],
            "properties": {name: {"type": ["string", "null"], "pattern": EXACT_PATTERN} for name in ("start", "end")},
            "additionalProperties": False,
        },
    },
    "required": ["edtf"],
    "additionalProperties": False,
    "example": "2022-11~/2023-05-20",
}
_STANCE: dict[str, Any] = {
    "description": "What is said of each aspect spoken to.",
    "properties": {aspect.value: {"type": "string", "enum": [one.value for one in Stance]} for aspect in Aspect},
    "additionalProperties": False,
    "minProperties": 1,
}


def word(vocabulary: Iterable[Enum], field: str, value: Any) -> Any:
    """The member of a vocabulary that this word (or number) names."""
    for member in vocabulary:
        if member.value == value and not isinstance(value, bool):
            return member
    raise InvalidValue(field, value, f"one of {', '.join(str(member.value) for member in vocabulary)}")


def occurred(field: str, value: Any) -> Occurred:
    """The moment that the wire form spells."""
    if isinstance(value, str):
        return Occurred(value)
    if not isinstance(value, Mapping) or set(value) - {"edtf", "exact"} or not isinstance(value.get("edtf"), str):
        raise InvalidValue(field, value, "an EDTF string, or an object of edtf and exact")
    exact = {} if value.get("exact") is None else value["exact"]
    if not isinstance(exact, Mapping) or set(exact) - {"start", "end"}:
        raise InvalidValue(f"{field}.exact", exact, "an object of start and end")
    start, end = (
        None if exact.get(name) is None else parse_exact(exact[name], f"{field}.exact.{name}")
        for name in ("start", "end")
    )
    return Occurred(value["edtf"], start, end)


def occurred_on_wire(moment: Occurred) -> str | dict[str, Any]:
    """The wire form of a moment: its EDTF string, with the exact pair beside it where there is one.

    Instants keep their offset, by which they belong to the days of the string: so what is sent on is taken again.
    """
    pair = {"start": moment.exact_start, "end": moment.exact_end}
    exact = {name: format_as_said(instant) for name, instant in pair.items() if instant}
    return {"edtf": moment.edtf, "exact": exact} if exact else moment.edtf


def _yes_or_no(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(field, value, "true or false")
    return value


def _stance(field: str, value: Any) -> dict[Aspect, Stance]:
    if not isinstance(value, Mapping) or not value:
        raise InvalidValue(field, value, f"an object with at least one of {', '.join(Aspect)}")
    return {word(Aspect, field, aspect): word(Stance, f"{field}.{aspect}", stance) for aspect, stance in value.items()}


def development_id(field: str, value: Any) -> UUID:
    """The development that a name means: its id, or the `<data set>:<id there>` that it was brought in under."""
    try:
        return UUID(value) if isinstance(value, str) else UUID("")
    except ValueError:
        pass
    try:
        return development_id_of(checks.external_id(field, value))
    except InvalidValue:
        raise InvalidValue(field, value, DEVELOPMENT_ALLOWED) from None
