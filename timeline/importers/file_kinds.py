"""What a file is that is not what it was said to be, and what to do about it: told by its first bytes or columns."""

import re
from collections.abc import Collection

from msgspec import Struct

_CSV = 'export it as "CSV UTF-8" and import that'
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF; look for the table that it was made of"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an old Excel workbook (.xls); {_CSV}"),
    (b"SQLite format 3\x00", "a SQLite file; where it is a store of this service, name it with --store instead"),
    (b"PAR1", f"Parquet; {_CSV}"),
    (b"RDX", f"data of R (.RData); {_CSV}"),
    (b"RDA", f"data of R (.RData); {_CSV}"),
    (b"X\n\x00\x00\x00", f"data of R (.rds); {_CSV}"),
    (b"<stata_dta>", f"data of Stata (.dta); {_CSV}"),
    (b"$FL2", f"data of SPSS (.sav); {_CSV}"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document (.rtf); save it as plain text"),
)
_TAR_AT = 257
_WEB_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script)\b", re.IGNORECASE | re.DOTALL
)
_GEOJSON = re.compile(r'\s*\{\s*"type"\s*:\s*"Feature(?:Collection)?"')
_UCDP_ANSWER = re.compile(r'\s*\{\s*"(?:TotalCount|TotalPages|Result|NextPageUrl)"')
_BACKUP = re.compile(r'\s*\{"format":\s*"conflict-timeline-log/')


class ForeignTable(Struct, frozen=True):
    """A table of somebody else: the columns by which it shows, what it is, and what to do."""

    columns: frozenset[str]
    name: str
    advice: str


_AS_EVENTS = "there is no importer for it; make events of its rows (NDJSON) and use --format ndjson"
_HAS_EVENTS = "import UCDP GED, which has events"
_TABLES = (
    ForeignTable(frozenset({"event_id_cnty", "event_date"}), "an export of ACLED", _AS_EVENTS),
    ForeignTable(frozenset({"globaleventid", "sqldate"}), "an export of GDELT", _AS_EVENTS),
    ForeignTable(frozenset({"eventid", "iyear", "imonth"}), "the Global Terrorism Database", _AS_EVENTS),
    ForeignTable(frozenset({"event_id_1pd", "n_reports"}), "an export of VIINA", _AS_EVENTS),
    ForeignTable(
        frozenset({"conflict_id", "bd_best"}), "UCDP's battle-related deaths by year", _HAS_EVENTS
    ),
    ForeignTable(
        frozenset({"conflict_id", "incompatibility"}), "UCDP's list of conflicts by year", _HAS_EVENTS
    ),
    ForeignTable(
        frozenset({"best_est", "high_est", "low_est"}), "an old layout of UCDP GED (before 5.0)",
        "name best_est, high_est and low_est best, high and low",
    ),
    ForeignTable(
        frozenset({"first_reported_at", "external_id"}), "a table that this service exported",
        "`timeline export --format cloudevents` writes what can be imported",
    ),
    ForeignTable(frozenset({"headline", "display date"}), "a sheet of TimelineJS", _AS_EVENTS),
)  # fmt: skip


def kind_by_bytes(head: bytes) -> str | None:
    """What a file is that is no text, with what to do; None for what may be text."""
    for magic, what in _MAGIC:
        if head.startswith(magic):
            return what
    if head and not head.strip(b"\x00"):
        return "nothing but zero bytes: it is damaged; fetch it again"
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "a tar archive; unpack it, and import what is in it"
    return None


def kind_by_text(head: str) -> str | None:
    """What a text is that is neither a table nor JSON of ours, with what to do; None for what may be."""
    if _WEB_PAGE.match(head):
        return "a web page, perhaps one that asks to log in; fetch the file itself"
    if head.lstrip().startswith("<"):
        return "XML; there is no importer for it"
    if _BACKUP.match(head):
        return "a backup of this service; `timeline restore` takes it"
    return None


def is_json(head: str) -> bool:
    """Whether a text begins as JSON does, with an object or an array."""
    return head.lstrip().startswith(("{", "["))


def foreign_json(head: str) -> str | None:
    """What a JSON text is that holds no events of ours, with what to do; None for what may hold them."""
    if _GEOJSON.match(head):
        return f"GeoJSON; {_CSV}"
    if _UCDP_ANSWER.match(head):
        return "an answer of UCDP's API; fetch the same as CSV from its download centre"
    return None


def kind_of_json(head: str) -> str:
    """What a JSON text is, with what to do, for who expected a table."""
    return foreign_json(head) or "JSON; where it holds events as the API takes them, use --format ndjson"


def kind_by_columns(columns: Collection[str]) -> str | None:
    """Whose table has these columns (lower case), with what to do; None where that is not known."""
    names = set(columns)
    for table in _TABLES:
        if table.columns <= names:
            return f"{table.name}; {table.advice}"
    return None
