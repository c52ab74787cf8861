"""A wrong value cannot be constructed; the error names the field, the value and what is allowed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from tests.scenarios import BAKHMUT, account, described
from timeline.domain import facts
from timeline.domain.descriptions import DescriptionChanges, FrontChanges, SourceChanges, set_fields
from timeline.domain.moments import Occurred
from timeline.domain.values import (
    Account,
    Actor,
    MessageId,
    Place,
    Tally,
    development_id_of,
    development_id_of_message,
    front_id,
    source_id,
)
from timeline.domain.vocabulary import Aspect, Credibility, Kind, SourceKind, Stance, Verdict
from timeline.errors import InvalidValue

ASSERTS = {Aspect.OCCURRENCE: Stance.ASSERTS}
Build = Callable[[], Any]

WRONG: dict[str, tuple[Build, str]] = {
    "a latitude of 200": (lambda: Place("Bakhmut", 200, 38), "lat"),
    "a latitude just below the pole's": (lambda: Place("Bakhmut", -90.001, 38), "lat"),
    "a longitude of 181": (lambda: Place("Bakhmut", 48.6, 181), "lon"),
    "a latitude that is not a number": (lambda: Place("Bakhmut", float("nan"), 38), "lat"),
    "an infinite longitude": (lambda: Place("Bakhmut", 48.6, float("inf")), "lon"),
    "a latitude given as true": (lambda: Place("Bakhmut", True, 38), "lat"),
    "a latitude given as text": (lambda: Place("Bakhmut", "48", 38), "lat"),
    "a latitude without a longitude": (lambda: Place("Bakhmut", 48.6), "lon"),
    "a longitude without a latitude": (lambda: Place("Bakhmut", lon=38), "lat"),
    "a place without a name": (lambda: Place(""), "name"),
    "a country in words": (lambda: Place("Bakhmut", country="Ukraine"), "country"),
    "a country in lower case": (lambda: Place("Bakhmut", country="ua"), "country"),
    "an actor without a role": (lambda: Actor("Wagner", " "), "role"),
    "an address that runs code": (lambda: account(url="javascript:alert(1)"), "url"),
    "an address with data in it": (lambda: account(url="data:text/html,x"), "url"),
    "an address of another scheme": (lambda: account(url="ftp://example.org/x"), "url"),
    "an address without a host": (lambda: account(url="https:///x"), "url"),
    "an address without a scheme": (lambda: account(url="//example.org"), "url"),
    "an address with a space": (lambda: account(url="https://example.org/a b"), "url"),
    "an address with a line break": (lambda: account(url="https://example.org/\nx"), "url"),
    "an address with a quotation mark": (lambda: account(url='https://example.org/"onload='), "url"),
    "an address with an impossible port": (lambda: account(url="https://example.org:99999/"), "url"),
    "an address with a broken host": (lambda: account(url="https://[::1"), "url"),
    "an address that is too long": (lambda: account(url="https://example.org/" + "a" * 2_000), "url"),
    "a repetition of nobody": (lambda: account("nexstar", "repeats"), "origin"),
    "a repetition of oneself": (lambda: account("nexstar", "repeats", origin="nexstar"), "origin"),
    "an origin that is no slug": (lambda: account("nexstar", "repeats", origin="Ru Mod"), "origin"),
    "an account without a stance": (lambda: Account("ru-mod", {}), "stance"),
    "a source that is no slug": (lambda: Account("Ru_Mod", ASSERTS), "source"),
    "a slug with a hyphen at its end": (lambda: Account("ru-mod-", ASSERTS), "source"),
    "a slug with a line break behind it": (lambda: Account("ru-mod\n", ASSERTS), "source"),
    "a slug of 81 characters": (lambda: Account("a" * 81, ASSERTS), "source"),
    "an empty quote": (lambda: account(quote=""), "quote"),
    "a hash in upper case": (lambda: account(archive_sha256="AB" * 32), "archive_sha256"),
    "a publication on no date": (lambda: account(published="yesterday"), "published"),
    "a publication on an impossible date": (lambda: account(published="2023-02-30"), "published"),
    "a publication that never ended": (lambda: account(published="2023-02-17/.."), "published"),
    "a publication that began nobody knows when": (lambda: account(published="/2023-02-17"), "published"),
    "a publication that is a number": (lambda: account(published=2023), "published"),
    "a place described at too great length": (lambda: Place("Bakhmut", description="a" * 1_001), "description"),
    "a place described by nothing": (lambda: Place("Bakhmut", description=" "), "description"),
    "an empty title": (lambda: described(title=""), "title"),
    "a title of white space": (lambda: described(title=" \t\n"), "title"),
    "a title with NUL": (lambda: described(title="a\x00b"), "title"),
    "a title with an escape character": (lambda: described(title="a\x1b[31mb"), "title"),
    "a title with a lone surrogate": (lambda: described(title="a\ud800b"), "title"),
    "a title of 301 characters": (lambda: described(title="a" * 301), "title"),
    "a title that is a number": (lambda: described(title=5), "title"),
    "a summary that is too long": (lambda: described(summary="a" * 10_001), "summary"),
    "an impossible date": (lambda: described(occurred="2023-02-30"), "occurred"),
    "a front that is no slug": (lambda: described(front="Bakhmut"), "front"),
    "an external id without a data set": (lambda: described(external_id="412345"), "external_id"),
    "an external id with a space": (lambda: described(external_id="ucdp-ged:4 5"), "external_id"),
    "a language in words": (lambda: described(language="Ukrainian language"), "language"),
    "too many tags": (lambda: described(tags=("a",) * 51), "tags"),
    "an empty tag": (lambda: described(tags=("city", "")), "tags.1"),
    "too many actors": (lambda: described(actors=(Actor("a", "b"),) * 101), "actors"),
    "a tally with a name that is no slug": (lambda: described(tallies={"Deaths!": Tally(1)}), "tallies"),
    "figures out of order": (lambda: Tally(5, 3, 9), "best"),
    "a low above the high": (lambda: Tally(low=5, high=4), "best"),
    "a tally of nothing": (lambda: Tally(), "best"),
    "a negative figure": (lambda: Tally(low=-1), "low"),
    "half a person": (lambda: Tally(best=1.5), "best"),
    "a figure given as true": (lambda: Tally(high=True), "high"),
    "a figure that JSON readers would round": (lambda: Tally(best=2**53), "best"),
    "figures out of order though as published, one negative": (lambda: Tally(-1, 0, as_published=True), "low"),
    "a message without an id": (lambda: MessageId("//desk", ""), "id"),
    "a message from nobody": (lambda: MessageId("", "a-1"), "source"),
    "a revision that changes nothing": (lambda: DescriptionChanges(), "changes"),
    "a revision to an empty title": (lambda: DescriptionChanges(title=""), "title"),
    "a revision to no title": (lambda: DescriptionChanges(title=None), "title"),
    "a revision of a front that changes nothing": (lambda: FrontChanges(), "changes"),
    "a revision of a source that changes nothing": (lambda: SourceChanges(), "changes"),
    "a revision of a source to an address that runs code": (lambda: SourceChanges(url="javascript:x"), "url"),
    "a front with a slug in capitals": (lambda: facts.FrontOpened("Kherson", "Kherson"), "slug"),
    "an area upside down": (lambda: facts.FrontOpened("a", "A", (30.0, 50.0, 31.0, 49.0)), "area"),
    "an area beyond the pole": (lambda: facts.FrontOpened("a", "A", (30.0, 50.0, 31.0, 91.0)), "area"),
    "an area of three numbers": (lambda: facts.FrontOpened("a", "A", (30.0, 50.0, 31.0)), "area"),
    "a source without a name": (lambda: facts.SourceRegistered("a", "", SourceKind.OTHER), "name"),
    "a side that is no slug": (lambda: facts.SourceRegistered("a", "A", SourceKind.OTHER, "Its side"), "affiliation"),
    "an assessment without grounds": (
        lambda: facts.DevelopmentAssessed(
            Aspect.PLACE, Verdict.CONFIRMED, Credibility.DOUBTFUL, ""
        ),
        "rationale",
    ),
    "a retraction without a reason": (lambda: facts.DevelopmentRetracted(""), "reason"),
    "an empty reason for a merge": (lambda: facts.DevelopmentMerged(BAKHMUT, ""), "reason"),
    "a withdrawal by no slug": (lambda: facts.AccountWithdrawn("Ru Mod"), "source"),
}  # fmt: skip


@pytest.mark.parametrize(("build", "field"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_cannot_be_constructed(build: Build, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        build()

    error = refused.value
    assert error.field == field
    assert error.allowed
    assert error.errors == ({"field": field, "value": error.value, "allowed": error.allowed},)
    assert str(error).startswith(f"{field}: ")
    assert error.allowed in str(error)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Place("Bakhmut"),
        lambda: Place("North Pole", 90, -180),
        lambda: Tally(9, 3, 5, as_published=True),
        lambda: Tally(3, 3, 3),
        lambda: Tally(low=0, high=2**53 - 1),
        lambda: account("nexstar", "repeats", origin="ru-mod"),
        lambda: account(url="http://example.org:8080/?q=%D0%91#x"),
        lambda: described(title="Бахмут\t2023", external_id="ucdp-ged:412345", language="ru-Latn"),
        lambda: facts.FrontOpened("pacific", "Pacific", (170.0, -10.0, -170.0, 10.0)),
        lambda: DescriptionChanges(summary=None),
    ],
)
def test_the_values_at_the_edge_of_what_is_allowed_are(build: Build) -> None:
    assert build() == build()


@pytest.mark.parametrize(
    "value", [Place("Bakhmut"), Actor("a", "b"), Tally(1), account(), described(), Occurred("2023")]
)
def test_a_value_cannot_be_changed_once_it_is_made(value: Any) -> None:
    with pytest.raises(AttributeError):
        setattr(value, value.__struct_fields__[0], "other")


def test_an_error_shows_no_more_than_the_beginning_of_a_long_value() -> None:
    with pytest.raises(InvalidValue) as refused:
        described(title="a" * 5_000)

    assert len(refused.value.value) == 200


def test_a_revision_changes_what_it_names_and_leaves_the_rest() -> None:
    before = described(summary="Old.", tags=("city",))
    changes = DescriptionChanges(summary=None, kind=Kind.CONTROL)

    after = changes.applied_to(before)

    assert after == described(kind=Kind.CONTROL, tags=("city",))
    assert set_fields(changes) == {"summary": None, "kind": Kind.CONTROL}
    assert changes.title is UNSET


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_identities_are_the_same_for_the_same_name_and_differ_otherwise(one: str, other: str) -> None:
    kinds = (development_id_of, front_id, source_id, lambda name: development_id_of_message("//desk", name))

    assert [kind(one) for kind in kinds] == [kind(one) for kind in kinds]
    assert len({kind(one) for kind in kinds}) == len(kinds)
    assert all((kind(one) == kind(other)) == (one == other) for kind in kinds)


def test_identities_of_names_are_fixed_for_ever() -> None:
    assert str(development_id_of("ucdp-ged:412345")) == "9ad96235-4da7-58bd-a514-7b36e8f4dcfe"
    assert str(front_id("bakhmut")) == "23f042dc-b46f-530e-a494-a754a269672b"
    assert str(source_id("ru-mod")) == "0bdda098-91b9-5ba1-9c33-aee7d1797eac"
    assert str(development_id_of_message("//desk", "a-1")) == "d3cbcbd9-7b22-57f3-a1bb-ca3c47db7b3f"


@pytest.mark.parametrize("published", ["2023-02-17", "2023-02", "2023-02-17T10:00:00+03:00", "2023-02-17/2023-03-01"])
def test_a_source_publishes_on_a_date_or_from_one_to_another(published: str) -> None:
    assert account(published=published).published == published


@pytest.mark.parametrize(
    ("figures", "out_of_order"),
    [((0, 396, 0), True), ((5, None, 4), True), ((1, 2, 3), False), ((None, 7, None), False)],
)
def test_figures_that_contradict_one_another_are_out_of_order_however_they_are_marked(
    figures: tuple[int | None, int | None, int | None], out_of_order: bool
) -> None:
    assert Tally(*figures, as_published=True).is_out_of_order is out_of_order
