"""All rows of a generation, in an order in which those of two can be compared."""

from typing import Any

from timeline.readmodel.databases import Database
from timeline.readmodel.tables import DENSITY, LABELS, SORTS, VERSION_COLUMNS, VOICES

_PLAIN = ("names", "casts", "catalogue", "merges", "set_aside", "progress")


def all_rows(database: Database) -> dict[str, Any]:
    """Every row of every table, in order; of the search index what it finds."""
    found: dict[str, Any] = {table: sorted(database.fetch(f"SELECT * FROM {table}"), key=repr) for table in _PLAIN}
    columns = ", ".join(VERSION_COLUMNS)
    found["versions"] = database.fetch(f"SELECT {columns} FROM versions ORDER BY {', '.join(VERSION_COLUMNS[:6])}")
    for counts in (DENSITY, VOICES, SORTS, LABELS):
        codes, numbers = counts.as_of(database, 2**60)
        found[f"{counts} at the end"] = list(zip(codes.tolist(), numbers.tolist(), strict=True))
        with database.writing() as writing:
            counts.pack(writing)
        for table in ("blocks", "checkpoints"):
            found[f"{counts.name} {table}"] = database.fetch(f"SELECT * FROM {counts.name}_{table} ORDER BY quarter")
    return found
