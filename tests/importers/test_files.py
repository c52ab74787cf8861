"""Files as they are: how a release is packed, encoded and separated is recognised, or named with what to do."""

import csv
import gzip
import io
import zipfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.making import PLAIN, SHARED, text_of
from tests.scenarios import instant
from timeline import bootstrap
from timeline.cli import main
from timeline.importers.packing import packed_as, unpacked
from timeline.importers.text_encoding import encoding_by_head
from timeline.importers.ucdp import UcdpRow, read_rows
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_layouts import LAYOUTS
from timeline.importers.unreadable import UnreadableFile
from timeline.store.log import ConflictLog

WESTERN = text_of({**PLAIN, "where_coordinates": "Café de l\u2019Œuvre"}, {**PLAIN, "id": "102"})
CYRILLIC = text_of({**PLAIN, "side_b": "Ополчення ЛНР"}, {**PLAIN, "id": "102"})

Read = Callable[[bytes], list[UcdpRow]]
Bring = Callable[..., Result]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the bytes as a file of a release, in which no row may be refused."""

    def rows_of(content: bytes) -> list[UcdpRow]:
        file = tmp_path / "release"
        file.write_bytes(content)
        rows = list(read_rows(file, FrontRules.load()))
        assert all(isinstance(row, UcdpRow) for row in rows), rows
        return [row for row in rows if isinstance(row, UcdpRow)]

    return rows_of


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bring:
    """Imports a file of these bytes into a store of its own."""
    monkeypatch.setattr(bootstrap, "now", lambda: instant("2026-01-01"))

    def run(content: bytes | str | Path, *options: str, name: str = "a.csv", format_: str = "ucdp") -> Result:
        file = content if isinstance(content, Path) else tmp_path / name
        if not isinstance(content, Path):
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        arguments = ["--store", str(tmp_path / "log.db"), "import", str(file), "--format", format_]
        return CliRunner().invoke(main, [*arguments, *options])

    return lambda content, *options, **more: run(content, "--reported-at", "2023-06-01", *options, **more)


def separated_by(separator: str, text: str, quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=quoting).writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


def zipped(*names: str) -> bytes:
    """An archive of files that each hold the same release."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, CYRILLIC)
    return out.getvalue()


ENCODED = {
    "UTF-8 with a mark": CYRILLIC.encode("utf-8-sig"),
    "UTF-16 little-endian": b"\xff\xfe" + CYRILLIC.encode("utf-16-le"),
    "UTF-16 big-endian": b"\xfe\xff" + CYRILLIC.encode("utf-16-be"),
    "UTF-16 little-endian without a mark": CYRILLIC.encode("utf-16-le"),
    "UTF-16 big-endian without a mark": CYRILLIC.encode("utf-16-be"),
    "packed by gzip": gzip.compress(CYRILLIC.encode()),
    "gzip in two members": gzip.compress(CYRILLIC.encode()[:500]) + gzip.compress(CYRILLIC.encode()[500:]),
    "in a zip archive": zipped("GED.csv"),
    "in a zip archive of a Mac": zipped("GED.csv", "__MACOSX/._GED.csv"),
    "semicolons": separated_by(";", CYRILLIC).encode(),
    "semicolons, everything quoted": separated_by(";", CYRILLIC, csv.QUOTE_ALL).encode(),
    "tabs": separated_by("\t", CYRILLIC).encode(),
    "vertical bars": separated_by("|", CYRILLIC).encode(),
    "a first line that names the separator": b"sep=;\r\n" + separated_by(";", CYRILLIC).encode(),
    "the same for Excel": ("sep=\t\r\n" + separated_by("\t", CYRILLIC)).encode("utf-16"),
    "a first line that names another separator": b"sep=;\n" + CYRILLIC.encode(),
    "blank lines before the header": b"\r\n\r\n" + CYRILLIC.encode(),
    "line ends of an old Mac": CYRILLIC.replace("\r\n", "\r").encode(),
}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED)
def test_however_the_file_lies_there_its_rows_are_the_same(read: Read, content: bytes) -> None:
    rows, plain = read(content), read(CYRILLIC.encode())

    assert [row.description for row in rows] == [row.description for row in plain]
    assert [row.accounts for row in rows] == [row.accounts for row in plain]


def test_western_text_of_a_spreadsheet_is_read_and_its_encoding_said_to_be_guessed(bring: Bring) -> None:
    done = bring(WESTERN.encode("cp1252"))

    assert done.exit_code == 0, done.output
    assert "a.csv: not UTF-8, so its encoding was guessed: Windows-1252" in done.stdout


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (CYRILLIC.encode("cp1251"), "neither UTF-8 nor Windows-1252 by the look of its letters"),
        (CYRILLIC.encode().partition("по".encode())[0] + b"\xd0", "middle of a character of UTF-8: it was cut off"),
        (CYRILLIC.encode("utf-16")[:-1], "middle of a character of UTF-16: it was cut off"),
        (CYRILLIC.encode().replace(b"Horlivka", b"Horl\xefvka"), "most of it is UTF-8 and byte "),
        (b"\xef\xbb\xbf" + WESTERN.encode("cp1252"), "it begins as UTF-8, and byte "),
        (WESTERN.encode("cp1252") + b"\x81", ", 0x81, is no character of either)"),
        (b"\0" * 4_000, "nothing but zero bytes"),
        (b"", "the file is empty"),
        (b"\r\n \r\n", "the file is empty"),
    ],
)  # fmt: skip
def test_text_in_an_encoding_that_is_not_read_is_refused_by_name(bring: Bring, content: bytes, why: str) -> None:
    done = bring(content)

    assert done.exit_code == 1
    assert "a.csv: " in done.stderr
    assert why in done.stderr


def encrypted(archive: bytes) -> bytes:
    """The archive with the sign of encryption set on its only member."""
    marked = bytearray(archive)
    marked[6] |= 1
    marked[marked.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(marked)


def damaged(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zipped("a.csv", "b.csv"), "a zip archive of 2 files (a.csv, b.csv); unpack it"),
        (zipped(), "a zip archive without a file in it"),
        (encrypted(zipped("a.csv")), "a.csv in it is encrypted; unpack it with its password"),
        (zipped("a.csv")[:-30], "begins as a zip archive and can not be read as one"),
        (damaged(zipped("a.csv")), "damaged"),
        (gzip.compress(CYRILLIC.encode())[:-9], "damaged or was cut off while it came"),
        (damaged(gzip.compress(CYRILLIC.encode())), "damaged or was cut off while it came"),
        (gzip.compress(gzip.compress(CYRILLIC.encode())), "it is packed twice"),
        (b"BZh9" + CYRILLIC.encode(), "packed by bzip2; unpack it"),
        (b"7z\xbc\xaf\x27\x1c" + CYRILLIC.encode(), "a 7-Zip archive; unpack it"),
    ],
)
def test_an_archive_out_of_which_no_one_file_can_be_read_is_named_with_what_to_do(
    bring: Bring, content: bytes, why: str
) -> None:
    done = bring(content)

    assert done.exit_code == 1
    assert why in done.stderr


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "bomb.gz"
    with gzip.open(file, "wb") as out:
        for _ in range(80):
            out.write(b"a,b\n" * 2**18)

    with unpacked(file, packed_as(file)) as stream, pytest.raises(UnreadableFile, match="unpacks to more than"):
        deque(iter(lambda: stream.read(1 << 20), b""), maxlen=0)


FOREIGN = {
    "%PDF-1.7 ": "a PDF",
    "\n<!DOCTYPE html>\n<html>": "a web page, perhaps one that asks to log in",
    '<?xml version="1.0"?><a/>': "XML",
    '{"TotalCount": 3, "Result": []}': "an answer of UCDP's API; fetch the same as CSV",
    '{"type": "FeatureCollection", "features": []}': "GeoJSON",
    '{"type": "development.reported"}': "use --format ndjson",
    "event_id_cnty,event_date,year,latitude\nUKR1,1 May 2022,2022,1\n": "an export of ACLED",
    "conflict_id,side_a,year,bd_best\n1,A,2022,30\n": "UCDP's battle-related deaths by year; import UCDP GED",
    "id;name;colour\n1;a;red\n": "this does not look like UCDP GED (the first row is: id, name, colour)",
    WESTERN.replace("date_start", "begun"): "no column date_start: most of this is UCDP GED",
}


@pytest.mark.parametrize("content", FOREIGN, ids=FOREIGN.values())
def test_a_file_of_another_format_is_named_with_what_to_do_and_nothing_is_made(
    bring: Bring, tmp_path: Path, content: str
) -> None:
    done = bring(content)

    assert done.exit_code == 1
    assert FOREIGN[content] in done.stderr
    assert not (tmp_path / "log.db").exists()


def test_a_workbook_is_named(bring: Bring) -> None:
    workbook = zipped("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml")

    assert "an Excel workbook (.xlsx); save the sheet as" in bring(workbook, name="ged.csv").stderr


@pytest.mark.parametrize(
    ("separator", "line", "told"),
    [
        (";", "", "separated by semicolons, guessed by its first row"),
        (";", "sep=;\n", "separated by semicolons, as its first line says"),
        ("\t", "", "separated by tabs, guessed by its first row"),
    ],
)
def test_the_summary_says_which_separator_and_how_it_is_known(
    bring: Bring, separator: str, line: str, told: str
) -> None:
    done = bring(line + separated_by(separator, WESTERN))

    assert done.exit_code == 0, done.output
    assert f"a.csv: {told}" in done.stdout


def test_decimal_commas_are_read_and_counted_where_commas_do_not_separate(bring: Bring, read: Read) -> None:
    comma = text_of({**PLAIN, "latitude": "48,30", "longitude": "38,05"})
    (row,) = read(separated_by(";", comma).encode())
    done = bring(separated_by(";", comma))

    assert row.description.place
    assert (row.description.place.lat, row.description.place.lon) == (48.3, 38.05)
    assert "2 coordinates were read with a decimal comma" in done.stdout
    assert "latitude: '48,30' is not allowed" in bring(comma).stderr


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=len)
def test_a_file_without_its_header_row_is_named_and_taken_where_its_columns_are_said(
    bring: Bring, layout: tuple[str, ...]
) -> None:
    whole = text_of({**PLAIN, "year": "2014", "source_headline": "One\nand more"}, columns=layout)
    headless = whole.partition("\r\n")[2]
    refused, done = bring(headless), bring(headless, "--columns", "ged")

    assert refused.exit_code == 1
    assert f"no header row; these look like the {len(layout)} columns of GED: say --columns ged" in refused.stderr
    assert done.exit_code == 0, done.output
    assert "developments: 1 new" in done.stdout
    assert f"read as the {len(layout)} columns of GED in their order" in done.stdout
    assert bring(whole, "--columns", "ged", "--dry-run").stdout.splitlines()[2].endswith(" 1 unchanged")


def test_what_is_cut_or_replaced_is_counted_each_time(bring: Bring) -> None:
    done = bring(text_of(
        {**PLAIN, "id": "1", "where_coordinates": "x" * 300, "source_headline": "One\nand more"},
        {**PLAIN, "id": "2", "where_coordinates": "x" * 300, "adm_2": "Hor\x01livka"},
        {**PLAIN, "id": "3", "where_coordinates": "x" * 300, "where_prec": "9"},
    ))  # fmt: skip

    assert "2 texts were longer than is kept and were cut" in done.stdout
    assert "1 cell with line breaks was put on one line" in done.stdout
    assert "1 cell held control characters, which were replaced by spaces" in done.stdout


def test_a_row_that_is_cut_off_at_the_end_is_said_to_be(bring: Bring) -> None:
    whole = text_of(PLAIN, {**PLAIN, "id": "102"})

    assert "the file ends here, so it was probably cut off" in bring(whole[:-90]).stderr
    within_quotes = whole[: whole.rindex("Shells")]
    assert "it was cut off, or a quotation mark is not closed" in bring(within_quotes).stderr
    assert "the file is damaged" in bring(whole + "\0" * 100).stderr


@pytest.mark.parametrize("name", ["07-ucdp-semicolon.csv", "07-ucdp-sep-line.csv", "ucdp-09-headless.csv"])
def test_the_trials_are_read(bring: Bring, name: str) -> None:
    file = SHARED.parent / "trials" / name
    if not file.is_file():
        pytest.skip(f"the trial is absent: {file}")
    done = bring(file, "--columns", "ged")

    assert done.exit_code == 0, done.output
    assert " 0 refused" in done.stdout


def test_auto_says_what_it_took_a_file_for(bring: Bring, tmp_path: Path) -> None:
    table = bring(gzip.compress(WESTERN.encode()), format_="auto", name="a.csv.gz")
    events = bring('{"type": "front.opened", "data": {"slug": "a", "name": "A"}}\n', format_="auto", name="b.ndjson")
    other = bring("a,b\n1,2\n", format_="auto")

    assert "a.csv.gz: taken for ucdp, by what is in it" in table.stdout
    assert "a.csv.gz: unpacked (gzip)" in table.stdout
    assert "b.ndjson: taken for ndjson, by what is in it" in events.stdout
    assert events.exit_code == table.exit_code == 0
    assert (other.exit_code, "no format that is read here" in other.stderr) == (1, True)


def test_auto_needs_what_a_release_needs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(WESTERN, "utf-8")
    done = CliRunner().invoke(main, ["import", str(tmp_path / "a.csv"), "--format", "auto"])

    assert done.exit_code == 2
    assert "a release needs --reported-at" in done.stderr


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=60), st.sampled_from(["le", "be"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_utf_16_without_a_mark_is_recognised_by_a_header_whatever_comes_then(text: str, order: str) -> None:
    found = encoding_by_head((WESTERN[:400] + text).encode(f"utf-16-{order}"))

    assert found
    assert found.codec == f"utf-16-{order}"


def test_a_store_that_could_be_opened_is_not_made_for_a_wrong_file(bring: Bring, tmp_path: Path) -> None:
    bring("nothing")

    assert not (tmp_path / "log.db").exists()
    bring(WESTERN)
    with ConflictLog(tmp_path / "log.db") as log:
        assert log.head().position
