"""What our own words say of a UCDP GED event: title, summary, gist and tags, made from the coded fields alone.

Figures, dates and headlines are left to tallies, `occurred` and quotes, so that a release that corrects one of
them revises one field. Tags name what has a number of its own by that number: names are spelt anew now and then.
"""

from functools import lru_cache

from msgspec import Struct

from timeline.domain.vocabulary import Kind
from timeline.importers.notes import remembered
from timeline.importers.ucdp_fields import step_of
from timeline.importers.ucdp_press import cut, shorten, tidy


class Violence(Struct, frozen=True):
    """One of the codebook's three types of violence."""

    tag: str
    kind: Kind
    title: str
    summary: str


VIOLENCE = (
    Violence(
        "violence:state-based", Kind.ENGAGEMENT,
        "Fighting between {a} and {b}", "Armed conflict to which a state is a party.",
    ),
    Violence(
        "violence:non-state", Kind.ENGAGEMENT,
        "Fighting between {a} and {b}", "Armed conflict to which no state is a party.",
    ),
    # One-sided violence is the killing of civilians; by what means is not coded, so it is no `strike`.
    Violence(
        "violence:one-sided", Kind.CASUALTIES,
        "Killing of {b} by {a}", "Armed force used against civilians.",
    ),
)  # fmt: skip
"""`type_of_violence` 1 to 3."""

_WHERE = (
    ("at {}", "The point is the place."),
    ("near {}", "The point lies within about 25 km of the place."),
    ("in the district of {}", "Of the place only the district is known."),
    ("in {}", "Of the place only the province is known."),
    ("in the area of {}", "The place is a line or a vague region; the point only stands for it."),
    ("in {}", "Of the place only the country is known."),
    ("off or over {}", "The place is at sea or in the air; the point only stands for it."),
)
_WHEN = (
    "The date is known to the day.",
    "The date is known to within two to six days.",
    "The date is known to within a week.",
    "The date is known to within a month.",
    "The date is known to within more than a month, at most a year.",
)
_CLARITY = (
    ("clarity:event", "Coded as an event that was clearly reported"),
    ("clarity:aggregate", "Coded from a report of several events together"),
)
_MOST_TAG = 60


@lru_cache(maxsize=50_000)
def title_of(type_of_violence: str, side_a: str, side_b: str, place: str, where_prec: str) -> str:
    """What, between whom, and where."""
    violence = violence_of(type_of_violence)
    where = _WHERE[step_of(where_prec, "where_prec", len(_WHERE)) - 1][0].format(shorten(place, 90))
    named_b = tidy(side_b)
    b = named_b.lower() if named_b == "Civilians" else shorten(named_b, 80)
    return f"{violence.title.format(a=shorten(tidy(side_a), 80), b=b)} {where}"


@remembered(maxsize=50_000)
def summary_of(type_of_violence: str, conflict: str, dyad: str, adm_2: str, where_prec: str, date_prec: str) -> str:
    """What it belongs to, and how exactly place and date are known."""
    sentences = [violence_of(type_of_violence).summary]
    if conflict := tidy(conflict):
        sentences.append(f"Conflict: {conflict}.")
    if (dyad := tidy(dyad)) and dyad != conflict:
        sentences.append(f"Dyad: {dyad}.")
    if adm_2 := tidy(adm_2):
        sentences.append(f"District: {adm_2}.")
    sentences.append(_WHERE[step_of(where_prec, "where_prec", len(_WHERE)) - 1][1])
    sentences.append(_WHEN[step_of(date_prec, "date_prec", len(_WHEN)) - 1])
    return cut(" ".join(sentences), 10_000)


@lru_cache(maxsize=10_000)
def gist_of(event_clarity: str, code_status: str, original: str, cited: str) -> str:
    """What the data set says of its own coding: how clear, whose word it rests on, what is still to be checked."""
    said = _CLARITY[step_of(event_clarity, "event_clarity", 2) - 1][1] if event_clarity.strip() else "Coded as an event"
    parts = [f"{said}."]
    if not _is_clear(code_status):
        parts.append(f"Coding status: {tidy(code_status)}.")
    if original := tidy(original):
        parts.append(f"Claim made by: {original.rstrip('.')}.")
    if cited := tidy(cited):
        parts.append(f"Cited: {cited}")
    return " ".join(parts)


@remembered(maxsize=50_000)
def tags_of(
    type_of_violence: str, conflict: str, dyad: str, date_prec: str, event_clarity: str, code_status: str
) -> tuple[str, ...]:
    """What may be filtered by. `Clear` is the rule and gets no tag: the oldest layout lacks the column."""
    tags = [violence_of(type_of_violence).tag]
    tags += [f"{name}:{number}" for name, value in (("conflict", conflict), ("dyad", dyad)) if (number := tidy(value))]
    tags.append(f"date-prec:{step_of(date_prec, 'date_prec', len(_WHEN))}")
    if event_clarity.strip():
        tags.append(_CLARITY[step_of(event_clarity, "event_clarity", 2) - 1][0])
    if not _is_clear(code_status):
        tags.append("code-status:" + tidy(code_status).lower().replace(" ", "-"))
    return tuple(cut(tag, _MOST_TAG) for tag in tags)


def violence_of(type_of_violence: str) -> Violence:
    """The type of violence of a row."""
    return VIOLENCE[step_of(type_of_violence, "type_of_violence", len(VIOLENCE)) - 1]


def _is_clear(code_status: str) -> bool:
    return code_status.strip().casefold() in ("", "clear")
