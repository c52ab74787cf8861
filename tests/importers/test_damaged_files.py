"""What is damaged, odd or can not be written is told in a sentence, and costs no more than itself."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.importers.making import PLAIN, text_of
from tests.importers.test_files import Bring, bring  # noqa: F401
from timeline.importers.date_order import DateEvidence, DateOrder
from timeline.importers.json_values import MalformedText, values_of_array
from timeline.importers.notes import Note
from timeline.importers.ucdp import UcdpRow, read_rows, surveyed
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_plan import Wishes
from timeline.importers.ucdp_press_dates import dates_of

TEXT = text_of(*({**PLAIN, "id": str(id)} for id in range(40)))


def zipped(method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.csv", TEXT)
    return bytearray(out.getvalue())


def with_another_name_in_its_header() -> bytes:
    archive = zipped()
    archive[30:31] = b"b"
    return bytes(archive)


def with_a_damaged_member(method: int) -> bytes:
    archive = zipped(method)
    archive[50:90] = bytes(40)
    return bytes(archive)


@pytest.mark.parametrize(
    "content",
    [
        with_another_name_in_its_header(),
        with_a_damaged_member(zipfile.ZIP_LZMA),
        with_a_damaged_member(zipfile.ZIP_BZIP2),
        with_a_damaged_member(zipfile.ZIP_DEFLATED),
    ],
    ids=["another name in the header", "LZMA", "bzip2", "deflate"],
)
def test_a_damaged_archive_is_refused_in_one_sentence_however_it_is_packed(bring: Bring, content: bytes) -> None:  # noqa: F811
    done = bring(content, name="a.zip")

    assert done.exit_code == 1
    assert "a.zip: it is damaged or was cut off while it came" in done.stderr


@pytest.mark.parametrize("text", ["9999", "9999-01", "1900", "1900-12", "0000", "0001-01"])
def test_a_year_that_no_account_can_have_is_no_date_of_the_press(tmp_path: Path, text: str) -> None:
    assert dates_of(text, 1, None).by_office == [None]
    (row,) = rows_of(tmp_path, source_date=text)

    assert row.notes.count(Note.PRESS_DATES_UNREAD) == 1


@pytest.mark.parametrize("text", ["1901", "1901-01", "9998", "9998-12"])
def test_the_first_and_the_last_year_of_the_press_are_read(tmp_path: Path, text: str) -> None:
    (row,) = rows_of(tmp_path, source_date=text)

    assert row.accounts[1].published == text


@pytest.mark.parametrize(
    ("offices", "dates", "unmatched"),
    [
        ("", "2014-07-28;2014-07-29", 0),
        ("A B;C D", "2014-07-28", 1),
        ("A B", "2014-07-28;2014-07-29", 1),
        ("A B", ";", 0),
    ],
)
def test_readable_dates_that_belong_to_no_office_are_not_told_to_be_unreadable(
    tmp_path: Path, offices: str, dates: str, unmatched: int
) -> None:
    (row,) = rows_of(tmp_path, source_office=offices, source_date=dates)

    assert row.notes.count(Note.PRESS_DATES_UNREAD) == 0
    assert row.notes.count(Note.PRESS_DATES_UNMATCHED) == unmatched


def rows_of(folder: Path, order: DateOrder | None = None, /, **cells: str) -> list[UcdpRow]:
    file = folder / "a.csv"
    file.write_text(text_of({**PLAIN, **cells}), "utf-8")
    rows = list(read_rows(file, FrontRules.load(), surveyed(file, Wishes(date_order=order)).plan))
    assert all(isinstance(row, UcdpRow) for row in rows), rows
    return [row for row in rows if isinstance(row, UcdpRow)]


def test_only_a_last_row_of_too_few_cells_was_probably_cut_off(bring: Bring) -> None:  # noqa: F811
    too_many = bring(TEXT.rstrip() + ",x\r\n")

    assert "a.csv:41: 32 cells where the header names" not in bring(TEXT).stderr
    assert "cells where the header names" in too_many.stderr
    assert "cut off" not in too_many.stderr


def test_a_path_for_refused_lines_that_can_not_be_written_is_wrong_usage(bring: Bring, tmp_path: Path) -> None:  # noqa: F811
    done = bring(TEXT, "--rejects", str(tmp_path / "no" / "rejects.ndjson"))

    assert done.exit_code == 2
    assert f"--rejects {tmp_path / 'no' / 'rejects.ndjson'} can not be written" in done.stderr
    assert not (tmp_path / "log.db").exists()


class Counted(io.StringIO):
    """A text that counts the characters that were asked of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> str:
        block = super().read(size)
        self.taken += len(block)
        return block


@pytest.mark.parametrize("wrong", ['{"b" 2}', "{'b': 2}", "truth", '{"b": 2,, "c": 3}', '"\\x"', "1" * 5_000])
def test_a_wrong_value_early_in_a_large_array_is_told_at_once(wrong: str) -> None:
    text = Counted('[{"a": 1},\n' + wrong + "," + ",".join(map(json.dumps, range(300_000))) + "]")
    with pytest.raises(MalformedText, match="line 2: not JSON") as refusal:
        list(values_of_array(text))

    assert "characters" not in str(refusal.value)
    assert text.taken <= 2 * 65_536


def test_events_that_are_packed_twice_are_told_so_once(bring: Bring) -> None:  # noqa: F811
    done = bring(gzip.compress(gzip.compress(b'{"type": "x"}')), name="a.gz", format_="ndjson")

    assert done.exit_code == 1
    assert done.stderr.count("a.gz") == 1
    assert "it is packed twice; unpack it once" in done.stderr


@pytest.mark.parametrize("format_", ["auto", "ucdp", "ndjson"])
def test_a_table_of_columns_that_any_table_has_is_not_taken_for_ged(bring: Bring, format_: str) -> None:  # noqa: F811
    done = bring("id,year,country,region,latitude,longitude,name\n1,2014,Ukraine,Europe,1,2,x\n", format_=format_)

    assert done.exit_code == 1
    assert "most of this is UCDP GED" not in done.stderr
    assert "by its columns UCDP GED" not in done.stderr


@pytest.mark.parametrize("options", [(), ("--snapshot",)])
def test_dates_of_the_press_with_dots_are_read_with_a_snapshot_and_without(
    bring: Bring,  # noqa: F811
    options: tuple[str, ...],
) -> None:
    rows = ({"id": "1", "source_date": "01.09.2014"}, {"id": "2", "source_date": "28.09.2014"})
    done = bring(text_of(*({**PLAIN, **row} for row in rows)), *options)

    assert done.exit_code == 0, done.output
    assert "dates of the press" not in done.stdout
    assert "date of the press" not in done.stdout


@pytest.mark.parametrize("midnight", ["", " 00:00", " 0:00:00", " 00:00:00.000", " 12:00:00 AM"])
@pytest.mark.parametrize(("day", "order"), [("27/07/2014", "day-first"), ("07/27/2014", "month-first")])
def test_a_date_with_slashes_may_have_any_midnight_behind_it_in_both_orders(
    tmp_path: Path, midnight: str, day: str, order: str
) -> None:
    evidence = DateEvidence()
    evidence.see(2, day + midnight)
    (row,) = rows_of(tmp_path, DateOrder(order), date_start=day + midnight, date_end=day + midnight)

    assert row.description.occurred.edtf == "2014-07-27"
    assert (evidence.judged().order is None) == (order == "day-first")


def test_a_date_with_slashes_and_a_midnight_is_read_month_first_unless_that_is_said_otherwise(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, date_start="7/27/2014 00:00:00.000", date_end="7/27/2014 00:00:00.000")

    assert row.description.occurred.edtf == "2014-07-27"
