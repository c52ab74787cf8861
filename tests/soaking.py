"""How thorough the heaviest tests are: as quick as `make test` has to be, or as long as `make soak` may take."""

import os

THOROUGH = int(os.environ.get("TIMELINE_SOAK_EXAMPLES", "1"))
"""By how much more examples are tried than in `make test`."""


def examples(number: int) -> int:
    """How many examples a property is tried with; `number` of them in `make test`."""
    return number * THOROUGH
