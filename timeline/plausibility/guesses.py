"""What a slug that is not known was probably meant to be."""

from collections.abc import Mapping
from difflib import get_close_matches

_LIKENESS = 0.7
"""How alike two slugs must be (`difflib`, 0 to 1)."""


def probably_meant(slug: str, names: Mapping[str, str]) -> str | None:
    """The slug among these (with their names) that was probably meant; None where none is near.

    One that goes on where the other ends comes first (`bbc-news`: `bbc`), then one that is spelt alike, then one whose
    name is spelt alike.
    """
    shorter = [known for known in names if slug.startswith(f"{known}-")]
    if shorter:
        return max(shorter, key=len)
    longer = [known for known in names if known.startswith(f"{slug}-")]
    if longer:
        return min(longer, key=lambda known: (len(known), known))
    if alike := get_close_matches(slug, names, 1, _LIKENESS):
        return alike[0]
    by_name = {"-".join(name.casefold().split()): known for known, name in names.items()}
    alike = get_close_matches(slug, by_name, 1, _LIKENESS)
    return by_name[alike[0]] if alike else None
