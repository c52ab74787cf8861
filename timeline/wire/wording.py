"""Words that pages and files share: what was counted, and what became of an account that is not in force."""

from collections.abc import Iterator

from timeline.domain.descriptions import Description
from timeline.domain.status import GivenAccount
from timeline.domain.values import Tally

OUT_OF_ORDER = "published out of order"


def figures_in_words(tally: Tally) -> str:
    """`at least 5, best estimate 7, at most 9`; or `low 0, best estimate 396, high 0 (published out of order)`.

    What is out of order bounds nothing, so it is not told as if it did.
    """
    low, high = ("low", "high") if tally.is_out_of_order else ("at least", "at most")
    figures = ((low, tally.low), ("best estimate", tally.best), (high, tally.high))
    words = ", ".join(f"{name} {number:,}" for name, number in figures if number is not None)
    return f"{words} ({OUT_OF_ORDER})" if tally.is_out_of_order else words


def tally_lines(description: Description) -> Iterator[tuple[str, str]]:
    """What was counted, such as `Deaths civilians`, and its figures in words."""
    for name, tally in description.tallies.items():
        yield name.replace("-", " ").capitalize(), figures_in_words(tally)


def withdrawn_in_words(given: GivenAccount) -> str:
    """Why an account is not in force; one that a release brought may be coded otherwise since, and not taken back."""
    return "no longer in force" if given.from_release else "taken back"
