"""How long a report took: told from when a source published, and never from when a release came out."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.lag import first_publication, lag_of, publication_of
from tests.scenarios import account
from tests.strategies import moments, published
from timeline.domain.moments import Occurred
from timeline.domain.status import GivenAccount

RELEASED = datetime(2023, 5, 17, tzinfo=UTC)


def given_account(published: str | None = None, *, from_release: bool = True) -> GivenAccount:
    return GivenAccount(account("paper", published=published), RELEASED, 1, from_release=from_release)


@pytest.mark.parametrize(
    ("occurred", "published", "words"),
    [
        ("2023-02-01", "2023-02-17", "16 days later"),
        ("2023-02-01", "2023-02-01", "on the same day"),
        ("2023-02-01", "2023-02-02", "1 day later"),
        ("2023-02-01", "2023-02", "within 27 days"),
        ("2023-02-01", "2023-02-03/2023-02-10", "between 1 and 9 days later"),
        ("2023-02-01", "2023-01-31", "dated before it began"),
        ("2023-02-01/2023-02-20", "2023-02-10", "9 days later"),
        ("/2023-02-01", "2023-02-10", "nobody says when it began"),
    ],
)
def test_a_lag_is_told_from_when_the_source_published(occurred: str, published: str, words: str) -> None:
    publication = publication_of(given_account(published))

    assert publication
    assert lag_of(Occurred(occurred), publication) == words


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2023-02-01", "on the same day"),
        ("2023-02-03", "2 days later"),
        ("2023-01-31", "dated before it began"),
        ("2023-02-01T15:00:00Z", "2 hours later"),
        ("2023-02-01T12:00:00Z", "announced before it began"),
    ],
)
def test_of_a_publication_that_is_known_to_the_day_no_hours_are_told(published: str, words: str) -> None:
    occurred = Occurred("2023-02-01", exact_start=datetime(2023, 2, 1, 13, tzinfo=UTC))
    publication = publication_of(given_account(published))

    assert publication
    assert lag_of(occurred, publication) == words


def test_of_the_date_of_a_release_none_is_told() -> None:
    assert publication_of(given_account()) is None
    assert first_publication([given_account(), given_account()]) is None


def test_of_a_publication_after_it_was_known_no_lag_is_told() -> None:
    assert publication_of(given_account("2032-02-17")) is None
    assert publication_of(given_account("2023-05-18"))


def test_the_first_report_is_the_earliest_of_which_the_date_is_known() -> None:
    first = first_publication([given_account(), given_account(from_release=False), given_account("2023-02-17")])

    assert first
    assert lag_of(Occurred("2023-02-01"), first) == "16 days later"


@given(moments, published, st.booleans())
def test_every_date_and_every_publication_have_a_time_between_them(
    occurred: Occurred, published: str, from_release: bool
) -> None:
    publication = publication_of(given_account(published, from_release=from_release))

    assert publication is None or lag_of(occurred, publication)
