"""Which format a file is, by what is in it: for `--format auto`."""

from pathlib import Path

from timeline.importers.file_kinds import foreign_json, is_json, kind_by_bytes, kind_by_columns, kind_by_text
from timeline.importers.packing import packed_as
from timeline.importers.separated_values import head_of, head_text, table_form
from timeline.importers.ucdp_layouts import KNOWN_COLUMNS, is_a_row
from timeline.importers.unreadable import unreadable

_FEW_KNOWN = 5
"""Fewer columns of GED than this do not make a table GED."""


def guessed_format(path: Path) -> str:
    """The name of the format, as `--format` takes it. Raises `UnreadableFile` for what is none of them."""
    packed = packed_as(path)
    head = head_of(path, packed)
    text = head_text(head)
    if what := kind_by_bytes(head) or kind_by_text(text) or foreign_json(text):
        raise unreadable(path, f"it is {what}")
    if not text.strip():
        raise unreadable(path, "the file is empty")
    if is_json(text):
        return "ndjson"
    header = table_form(path, KNOWN_COLUMNS).header
    if is_a_row(header) or len(KNOWN_COLUMNS.intersection(header)) >= _FEW_KNOWN:
        return "ucdp"
    what = kind_by_columns(header) or f"no format that is read here (its first row is: {', '.join(header[:5])[:200]})"
    raise unreadable(path, f"it looks like {what}")
