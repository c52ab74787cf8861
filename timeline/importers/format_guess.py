"""Which format a file is, by what is in it: for `--format auto`."""

from pathlib import Path

from timeline.importers.file_kinds import foreign_json, is_json, kind_by_columns
from timeline.importers.separated_values import first_look, header_of
from timeline.importers.ucdp_layouts import KNOWN_COLUMNS, is_a_row, is_ged_header
from timeline.importers.unreadable import unreadable


def guessed_format(path: Path) -> str:
    """The name of the format, as `--format` takes it. Raises `UnreadableFile` for what is none of them."""
    look = first_look(path)
    text = look.text
    if what := foreign_json(text):
        raise unreadable(path, f"it is {what}")
    if not text.strip():
        raise unreadable(path, "the file is empty")
    if is_json(text):
        return "ndjson"
    header = header_of(path, look, KNOWN_COLUMNS)
    if is_a_row(header) or is_ged_header(header):
        return "ucdp"
    what = kind_by_columns(header) or f"no format that is read here (its first row is: {', '.join(header[:5])[:200]})"
    raise unreadable(path, f"it looks like {what}")
