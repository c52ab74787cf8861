"""Releases of UCDP GED: made up, row by row, and where the real ones are."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from timeline.importers.ucdp_cells import Cells

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
"""Beside the repository, where they are; tests on them are skipped elsewhere."""

PLAIN = {
    "id": "101", "type_of_violence": "1", "side_a": "Government of Ukraine", "side_b": "DPR", "where_prec": "1",
    "where_coordinates": "Horlivka town", "adm_1": "Donetsk oblast", "latitude": "48.30", "longitude": "38.05",
    "country": "Ukraine", "date_prec": "1", "date_start": "2014-07-27", "date_end": "2014-07-27", "deaths_a": "1",
    "deaths_b": "2", "deaths_civilians": "0", "deaths_unknown": "4", "best": "7", "high": "9", "low": "5",
    "adm_2": "Horlivka raion", "country_id": "369", "conflict_new_id": "13246", "conflict_name": "Ukraine: Donetsk",
    "dyad_new_id": "14124", "dyad_name": "Government of Ukraine - DPR", "code_status": "Clear", "event_clarity": "1",
    "source_office": "Daily News", "source_headline": "Shells fall; many hurt",
    "source_article": '"Daily News,2014-07-28,Shells fall; many hurt"', "source_original": "a doctor",
}  # fmt: skip


def text_of(*rows: Mapping[str, str], columns: Sequence[str] = Cells._fields) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue()


def release_of(path: Path, *rows: Mapping[str, str]) -> Path:
    """A made-up release of rows that say what differs from a plain one."""
    path.write_text(text_of(*({**PLAIN, **row} for row in rows)), "utf-8")
    return path
