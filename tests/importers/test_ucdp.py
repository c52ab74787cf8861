"""UCDP GED read row by row: every quirk of the releases on made-up rows, and the releases themselves where they are."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.making import PLAIN, SHARED, text_of
from timeline.domain.moments import format_day
from timeline.domain.values import Tally
from timeline.domain.vocabulary import Aspect, Kind, PlacePrecision, Stance
from timeline.errors import InvalidValue
from timeline.importers.ucdp import RejectedRow, UcdpRow, read_rows
from timeline.importers.ucdp_cells import REQUIRED, Cells
from timeline.importers.ucdp_countries import COUNTRY_CODES
from timeline.importers.ucdp_fields import occurred_of
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_press import press_accounts, slug_of_office
from timeline.importers.unreadable import UnreadableFile

RULES = FrontRules.load()
RELEASES = {
    "ucdp_ged_ukraine/hdx_v19_1_ukraine_2014-2018.csv": 993,
    "ucdp_ged_ukraine/hdx_v20_1_ukraine_2014-2019.csv": 1167,
    "ucdp_ged_ukraine/hdx_v22_1_ukraine_2014-2021.csv": 2989,
    "ucdp_ged_ukraine/api_v22_1_ukraine_2014-2021.csv": 3000,
    "ucdp_ged_ukraine/candidate_excel_cp1252_ukraine_2014-2022.csv": 3525,
    "ucdp_ged_ukraine/v23_1_ukraine_donbas_dyads_2014-2022.csv": 3077,
    "ucdp_ged_world_sample/ged231_world_sample_1000.csv": 1000,
}
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def read(folder: Path, content: str | bytes, rules: FrontRules = RULES) -> list[UcdpRow | RejectedRow]:
    file = folder / "release.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(file, rules))


def one(folder: Path, **cells: str) -> UcdpRow:
    (row,) = read(folder, text_of({**PLAIN, **cells}))
    assert isinstance(row, UcdpRow), row
    return row


def refused(folder: Path, **cells: str) -> RejectedRow:
    (row,) = read(folder, text_of({**PLAIN, **cells}))
    assert isinstance(row, RejectedRow)
    return row


def test_a_row_becomes_a_description_in_our_own_words(tmp_path: Path) -> None:
    row = one(tmp_path)
    told = row.description

    assert (row.number, row.external_id, told.external_id) == (2, "ucdp-ged:101", "ucdp-ged:101")
    assert told.title == "Fighting between Government of Ukraine and DPR at Horlivka town"
    assert (told.front, row.front_name, told.kind) == ("donbas", "Donbas", Kind.ENGAGEMENT)
    assert told.occurred.edtf == "2014-07-27"
    assert [(actor.name, actor.role) for actor in told.actors] == [
        ("Government of Ukraine", "side_a"),
        ("DPR", "side_b"),
    ]
    assert told.place
    assert (told.place.name, told.place.lat, told.place.lon) == ("Horlivka town", 48.3, 38.05)
    assert (told.place.admin, told.place.country) == ("Donetsk oblast", "UA")
    assert told.tallies == {
        "deaths": Tally(5, 7, 9),
        "deaths-side-a": Tally(best=1),
        "deaths-side-b": Tally(best=2),
        "deaths-civilians": Tally(best=0),
        "deaths-unknown": Tally(best=4),
    }
    assert told.tags == ("violence:state-based", "conflict:13246", "dyad:14124", "date-prec:1", "clarity:event")


def test_title_and_summary_hold_no_headline(tmp_path: Path) -> None:
    told = one(tmp_path).description

    assert "Shells" not in f"{told.title} {told.summary}"


def test_columns_are_found_by_name_in_any_order_and_others_are_passed_over(tmp_path: Path) -> None:
    columns = ["geom_wkt", *sorted(Cells._fields, reverse=True), "gwnoa"]
    (row,) = read(tmp_path, text_of({**PLAIN, "geom_wkt": "POINT (1 2)"}, columns=columns))

    assert row == one(tmp_path)


def test_a_layout_without_the_newer_columns_is_read(tmp_path: Path) -> None:
    (row,) = read(tmp_path, text_of(PLAIN, columns=REQUIRED))

    assert isinstance(row, UcdpRow)
    assert [account.source for account in row.accounts] == ["ucdp-ged"]
    assert row.description.tags == ("violence:state-based", "date-prec:1")


@pytest.mark.parametrize("name", REQUIRED)
def test_a_file_without_a_column_that_is_needed_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match=f"no column {name}") as refusal:
        read(tmp_path, text_of(PLAIN, columns=[column for column in Cells._fields if column != name]))

    assert refusal.value.errors[0]["field"] == name


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="more than one column best"):
        read(tmp_path, text_of(PLAIN, columns=[*Cells._fields, "best"]))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no column id"):
        read(tmp_path, "")


def test_the_row_of_hxl_tags_is_passed_over(tmp_path: Path) -> None:
    rows = read(tmp_path, text_of({"date_start": "#date+start", "country": "#country+name"}, PLAIN))

    assert [row.number for row in rows] == [3]


def test_numbers_count_lines_of_the_file_also_where_cells_hold_line_breaks(tmp_path: Path) -> None:
    broken = {**PLAIN, "source_headline": "One\nand a\r\nhalf"}
    rows = read(tmp_path, text_of(broken, {**PLAIN, "id": "102"}) + "\r\n" + text_of({**PLAIN, "id": "103"})[-400:])

    assert [row.number for row in rows[:2]] == [2, 5]
    assert isinstance(rows[0], UcdpRow)
    assert rows[0].accounts[1].quote == "One and a half"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    cells = {**PLAIN, "where_coordinates": "Œuvre\u2019s café"}
    (row,) = read(tmp_path, text_of(cells).encode(encoding))

    assert isinstance(row, UcdpRow)
    assert row.description.place
    assert row.description.place.name == "Œuvre\u2019s café"


def test_a_file_in_neither_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="neither UTF-8 nor Windows-1252"):
        read(tmp_path, text_of(PLAIN).encode() + b"\x81\xff")


SPELLINGS = {
    "an ISO date": "{0:%Y-%m-%d}",
    "a database's timestamp": "{0:%Y-%m-%d} 00:00:00.000",
    "the API's timestamp": "{0:%Y-%m-%d}T00:00:00",
    "Excel's long form": "{0.month}/{0.day}/{0.year} 12:00:00 AM",
    "Excel's short form": "{0:%m/%d/%Y} 00:00",
    "Excel's bare form": "{0.month}/{0.day}/{0.year}",
}


@given(
    st.tuples(DAYS, DAYS).map(sorted),
    st.integers(1, 5),
    st.sampled_from(["1", "2", ""]),
    st.sampled_from(sorted(SPELLINGS)),
    st.sampled_from(sorted(SPELLINGS)),
)
def test_both_published_days_can_be_read_back_whatever_their_spelling_and_precision(
    days: list[date], precision: int, clarity: str, first: str, second: str
) -> None:
    start, end = days
    occurred = occurred_of(SPELLINGS[first].format(start), SPELLINGS[second].format(end), str(precision), clarity)

    assert occurred.start.earliest
    assert occurred.end.latest
    assert format_day(occurred.start.earliest) == start.isoformat()
    assert format_day(occurred.end.latest) == end.isoformat()


@given(DAYS, st.sampled_from([1, 12]), st.integers(1, 5), st.sampled_from(["1", "2", ""]))
def test_whole_months_and_years_can_be_read_back_too(day: date, months: int, precision: int, clarity: str) -> None:
    start = day.replace(day=1, month=1 if months == 12 else day.month)
    after = date(start.year + (start.month + months - 1) // 12, (start.month + months - 1) % 12 + 1, 1)
    end = date.fromordinal(after.toordinal() - 1)
    occurred = occurred_of(start.isoformat(), end.isoformat(), str(precision), clarity)

    assert occurred.start.earliest
    assert occurred.end.latest
    assert format_day(occurred.start.earliest) == start.isoformat()
    assert format_day(occurred.end.latest) == end.isoformat()
    assert occurred.is_span is (precision == 1 or clarity == "2")
    assert not occurred.is_one_of_range


@pytest.mark.parametrize(
    ("start", "end", "precision", "clarity", "edtf"),
    [
        ("2014-07-27", "2014-07-27", "1", "1", "2014-07-27"),
        ("2014-07-27", "2014-07-27", "2", "2", "2014-07-27"),
        ("2014-07-27", "2014-07-29", "1", "1", "2014-07-27/2014-07-29"),
        ("2014-07-27", "2014-07-29", "2", "1", "[2014-07-27..2014-07-29]"),
        ("2014-07-27", "2014-07-29", "2", "", "[2014-07-27..2014-07-29]"),
        ("2014-07-27", "2014-07-29", "2", "2", "2014-07-27/2014-07-29"),
        ("2014-07-21", "2014-07-27", "3", "1", "[2014-07-21..2014-07-27]"),
        ("2014-07-01", "2014-07-31", "4", "1", "2014-07"),
        ("2014-07-01", "2014-07-31", "4", "2", "2014-07-01/2014-07-31"),
        ("2014-07-01", "2014-07-30", "4", "1", "[2014-07-01..2014-07-30]"),
        ("2014-01-01", "2014-12-31", "5", "1", "2014"),
        ("2014-01-01", "2014-12-31", "5", "2", "2014-01-01/2014-12-31"),
        ("2014-01-01", "2014-06-30", "5", "1", "[2014-01-01..2014-06-30]"),
    ],
)
def test_dates_become_edtf_by_their_precision_and_whether_it_was_one_event(
    start: str, end: str, precision: str, clarity: str, edtf: str
) -> None:
    assert occurred_of(start, end, precision, clarity).edtf == edtf


@pytest.mark.parametrize("wrong", ["13/01/2014", "2014-02-30", "2014-07-27 13:45:00", "7/27/2014 12:00:00 PM", "", "x"])
def test_a_day_that_can_not_be_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidValue, match="date_start"):
        occurred_of(wrong, "2014-07-27", "1")


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(InvalidValue, match="date_end"):
        occurred_of("2014-07-27", "2014-07-26", "2")


@pytest.mark.parametrize(("step", "precision"), list(enumerate(PlacePrecision, 1)))
def test_each_step_of_where_prec_has_its_precision(tmp_path: Path, step: int, precision: PlacePrecision) -> None:
    place = one(tmp_path, where_prec=str(step)).description.place

    assert place
    assert place.precision is precision


@pytest.mark.parametrize(
    ("low", "best", "high"), [("5294", "5294", "0"), ("3", "1", "5"), ("0", "9", "4"), ("2", "", "1")]
)
def test_figures_out_of_order_are_kept_and_marked(tmp_path: Path, low: str, best: str, high: str) -> None:
    tally = one(tmp_path, low=low, best=best, high=high).description.tallies["deaths"]

    assert (tally.low, tally.best, tally.high) == tuple(int(value) if value else None for value in (low, best, high))
    assert tally.as_published


def test_an_empty_figure_is_no_figure(tmp_path: Path) -> None:
    assert "deaths-civilians" not in one(tmp_path, deaths_civilians="").description.tallies


def test_one_sided_violence_reports_people_killed(tmp_path: Path) -> None:
    told = one(tmp_path, type_of_violence="3", side_a="CPI-Maoist", side_b="Civilians").description

    assert told.kind is Kind.CASUALTIES
    assert told.title == "Killing of civilians by CPI-Maoist at Horlivka town"
    assert "violence:one-sided" in told.tags


def test_a_side_of_several_groups_is_several_actors(tmp_path: Path) -> None:
    actors = one(tmp_path, side_a="GATIA, MSA (Azawad, north)").description.actors

    assert [actor.name for actor in actors if actor.role == "side_a"] == ["GATIA", "MSA (Azawad, north)"]


def test_the_data_set_speaks_first_and_rests_on_the_first_office(tmp_path: Path) -> None:
    row = one(tmp_path)

    assert [account.source for account in row.accounts] == ["ucdp-ged", "daily-news"]
    assert all(account.stance == {Aspect.OCCURRENCE: Stance.ASSERTS} for account in row.accounts)
    assert row.accounts[0].origin == "daily-news"
    assert row.accounts[0].gist == "Coded as an event that was clearly reported. Claim made by: a doctor."
    assert row.sources == (("ucdp-ged", "UCDP Georeferenced Event Dataset"), ("daily-news", "Daily News"))


def test_what_is_still_to_be_checked_is_said(tmp_path: Path) -> None:
    row = one(tmp_path, code_status="Check deaths", event_clarity="2")

    assert row.accounts[0].gist
    assert row.accounts[0].gist.startswith(
        "Coded from a report of several events together. Coding status: Check deaths."
    )
    assert {"clarity:aggregate", "code-status:check-deaths"} <= set(row.description.tags)


def test_sources_told_in_one_free_text_are_cited(tmp_path: Path) -> None:
    row = one(tmp_path, source_office="", source_headline="", source_article="BBC, 6 May 2012")

    assert [account.source for account in row.accounts] == ["ucdp-ged"]
    assert row.accounts[0].origin is None
    assert row.accounts[0].gist
    assert row.accounts[0].gist.endswith("Cited: BBC, 6 May 2012")


def test_an_office_named_three_times_gives_one_account() -> None:
    sources, accounts = press_accounts("Reuters;AFP;Reuters ;Reuters", "One;Two;Three;One", "")

    assert sources == [("reuters", "Reuters"), ("afp", "AFP")]
    assert [(account.source, account.quote) for account in accounts] == [("reuters", "One\nThree"), ("afp", "Two")]


def test_headlines_with_semicolons_are_told_apart_by_the_articles() -> None:
    articles = '"Reuters,2014-05-04,Truce shakes; leaders wary";"Book, Third,2014-05-04,Vodiane "'
    _, accounts = press_accounts("Reuters;Book, Third", "Truce shakes; leaders wary;Vodiane ", articles)

    assert [account.quote for account in accounts] == ["Truce shakes; leaders wary", "Vodiane"]


def test_headlines_that_can_not_be_told_apart_are_no_quotes() -> None:
    _, accounts = press_accounts("Reuters;AFP", "Truce shakes; leaders wary;Two", "see the archive")

    assert [(account.source, account.quote) for account in accounts] == [("reuters", None), ("afp", None)]


def test_offices_have_slugs_even_without_latin_letters() -> None:
    assert slug_of_office("République: l'Info (Facebook)") == "republique-linfo-facebook"
    assert slug_of_office("Операція") != slug_of_office("Новини")
    assert slug_of_office("Операція").startswith("press-")
    assert slug_of_office("?????? ??-26").startswith("press-")
    assert len(slug_of_office("office " * 30)) <= 80


def test_every_field_that_is_wrong_is_named(tmp_path: Path) -> None:
    row = refused(tmp_path, latitude="91", date_start="yesterday", best="-1", type_of_violence="4")

    assert {error["field"] for error in row.errors} == {"latitude", "date_start", "best", "type_of_violence"}
    assert row.number == 2
    assert "91" in row.reason
    assert all(set(error) == {"field", "value", "allowed"} for error in row.errors)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("id", ""), ("id", "x"), ("where_prec", "8"), ("where_prec", ""), ("date_prec", "0"), ("longitude", "nan"),
        ("longitude", "38,05"), ("deaths_a", "many"), ("side_b", " "), ("event_clarity", "3"), ("high", "1e3"),
    ],
)  # fmt: skip
def test_a_cell_that_can_not_be_is_refused_under_its_column(tmp_path: Path, column: str, wrong: str) -> None:
    assert column in {error["field"] for error in refused(tmp_path, **{column: wrong}).errors}


def test_a_latitude_alone_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, longitude="").errors


def test_a_row_with_cells_missing_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    header, _, row = text_of(PLAIN).partition("\r\n")
    rows = read(tmp_path, f"{header}\r\n1,2,3\r\n{row}")

    assert [type(row) for row in rows] == [RejectedRow, UcdpRow]
    assert [row.number for row in rows] == [2, 3]


def test_a_quotation_mark_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    rows = read(tmp_path, text_of(PLAIN) + '"102,and no end\r\n')

    assert [type(row) for row in rows] == [UcdpRow, RejectedRow]


def test_an_id_that_comes_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    first, second = read(tmp_path, text_of(PLAIN, {**PLAIN, "best": "8"}))

    assert isinstance(first, UcdpRow)
    assert isinstance(second, RejectedRow)
    assert "line 2" in second.reason


def test_country_codes_are_two_letters() -> None:
    assert all(len(code) == 2 and code.isupper() and number.isdigit() for number, code in COUNTRY_CODES.items())
    assert (COUNTRY_CODES["490"], COUNTRY_CODES["365"], COUNTRY_CODES["369"]) == ("CD", "RU", "UA")


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_is_read_whole_and_exactly(name: str) -> None:
    file = SHARED / name
    if not file.is_file():
        pytest.skip(f"the data is absent: {file}")
    published = {row["id"]: row for row in _published(file)}
    rows = list(read_rows(file, RULES))

    assert [row for row in rows if isinstance(row, RejectedRow)] == []
    assert len(rows) == len(published) == RELEASES[name]
    assert len({row.external_id for row in rows if isinstance(row, UcdpRow)}) == len(rows)
    for row in rows:
        assert isinstance(row, UcdpRow)
        assert _read_back(row) == _expected(published[row.external_id.removeprefix("ucdp-ged:")])


def _published(file: Path) -> list[dict[str, str]]:
    encoding = "cp1252" if "cp1252" in file.name else "utf-8"
    with file.open(encoding=encoding, newline="") as opened:
        return [row for row in csv.DictReader(opened) if row["id"]]


def _read_back(row: UcdpRow) -> tuple[object, ...]:
    told = row.description
    assert told.occurred.start.earliest
    assert told.occurred.end.latest
    assert told.place
    deaths = told.tallies["deaths"]
    days = format_day(told.occurred.start.earliest), format_day(told.occurred.end.latest)
    return (*days, told.place.lat, told.place.lon, deaths.low, deaths.best, deaths.high)


def _expected(row: Mapping[str, str]) -> tuple[object, ...]:
    figures = (int(row[name]) for name in ("low", "best", "high"))
    days = (_iso(row[name]) for name in ("date_start", "date_end"))
    return (*days, float(row["latitude"]), float(row["longitude"]), *figures)


def _iso(published: str) -> str:
    if "/" not in published:
        return published[:10]
    month, day, year = published.split()[0].split("/")
    return f"{year}-{int(month):02}-{int(day):02}"
