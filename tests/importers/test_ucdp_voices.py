"""Who really spoke in a release of UCDP GED, through whom, and when that was published."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.making import PLAIN, SHARED, release_of, text_of
from tests.importers.test_releases import Run, bring, known, run  # noqa: F401 - a fixture
from tests.scenarios import NOW, identity_of
from timeline.domain.status import GivenAccount, statuses
from timeline.domain.values import Account
from timeline.domain.vocabulary import Aspect, SourceKind, Stance, Status
from timeline.importers.notes import Note
from timeline.importers.ucdp import UcdpRow, read_rows
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_originators import originator_of
from timeline.importers.ucdp_press_dates import SlashEvidence, SlashOrder, dates_of, from_first_to_last

TWO = {
    "source_office": "Evening Post;Daily News", "source_headline": "One;Two", "source_article": "",
    "source_date": "2014-07-28;2014-07-29",
}  # fmt: skip
RELEASES = SHARED / "ucdp_ged_ukraine"


def read(folder: Path, *rows: dict[str, str]) -> list[UcdpRow]:
    file = folder / "release.csv"
    file.write_text(text_of(*({**PLAIN, **row} for row in rows)), "utf-8")
    return [row for row in read_rows(file, FrontRules.load()) if isinstance(row, UcdpRow)]


def status_of(accounts: tuple[Account, ...]) -> Status:
    given = [GivenAccount(account, NOW, position) for position, account in enumerate(accounts, 1)]
    return statuses(given, {}, identity_of)[Aspect.OCCURRENCE]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Interior Minister", "Interior Minister"),
        ("  Army spokesman Petro Petrenko. ", "Army spokesman Petro Petrenko"),
        ("The Mayor's Office", "Mayor's Office"),
        ("Province (operational command \"North\")", "Province (operational command \"North\")"),
        ("Register of the dead x12", "Register of the dead"),
        ("Register of the dead (x2)", "Register of the dead"),
        ("spokesman Petro Petrenko said by phone", "spokesman Petro Petrenko"),
        ("spokesman Petro Petrenko told reporters", "spokesman Petro Petrenko"),
        ("Голова обласної адміністрації", "Голова обласної адміністрації"),
        ("rebels", "rebels"),
        ("AB", "AB"),
        ("Interior Minister;Interior Minister", "Interior Minister"),
        ("Interior Minister; the interior minister", "Interior Minister"),
        ("Interior Minister\nInterior Minister", "Interior Minister"),
        ("Interior Minister, Interior Minister", "Interior Minister"),
        ("Interior Minister (via Telegram)", "Interior Minister"),
    ],
)  # fmt: skip
def test_what_plainly_is_one_name_is_one(text: str, name: str) -> None:
    assert originator_of(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "?", "n/a", "N/A", "N.A.", "NA", "none", "Unknown", "not known", "-99", "unclear",
        "witnesses", "Eyewitnesses", "eye-witness", "local residents", "journalists", "various sources", "social media",
        "a doctor", "An official who was not named",
        "army; rebels", "army, rebels", "army\nrebels", "army and rebels", "army / rebels", "Army & Navy", "A|B",
        "Petro Petrenko, spokesman of the army", "Daily News quoting the army", "army, denied by rebels",
    ],
)  # fmt: skip
def test_what_may_be_several_names_or_none_is_none(text: str) -> None:
    assert originator_of(text) is None


@given(st.text())
def test_a_name_is_found_in_every_text_or_not(text: str) -> None:
    name = originator_of(text)

    assert name is None or (name == name.strip() and 2 <= len(name) <= 200)


def test_two_outlets_that_quote_one_minister_are_one_voice(tmp_path: Path) -> None:
    (row,) = read(tmp_path, TWO | {"source_original": "Interior Minister"})

    assert [(one.source, one.stance[Aspect.OCCURRENCE], one.origin) for one in row.accounts] == [
        ("ucdp-ged", Stance.ASSERTS, "interior-minister"),
        ("interior-minister", Stance.ASSERTS, None),
        ("evening-post", Stance.REPEATS, "interior-minister"),
        ("daily-news", Stance.REPEATS, "interior-minister"),
    ]
    assert row.accounts[0].gist == "Coded as an event that was clearly reported. Claim made by: Interior Minister."
    assert row.accounts[1].gist == "Known through Evening Post and Daily News."
    assert row.accounts[2].quote == "One"
    assert ("interior-minister", "Interior Minister") in row.sources
    assert row.notes == (Note.ACCOUNTS_PASSED_ON,) * 2
    assert status_of(row.accounts) is Status.CLAIMED


@pytest.mark.parametrize("original", ["", "n/a", "witnesses", "army; rebels"])
def test_outlets_speak_for_themselves_where_not_one_is_named(tmp_path: Path, original: str) -> None:
    (row,) = read(tmp_path, TWO | {"source_original": original})

    assert [one.source for one in row.accounts] == ["ucdp-ged", "evening-post", "daily-news"]
    assert {one.stance[Aspect.OCCURRENCE] for one in row.accounts} == {Stance.ASSERTS}
    assert row.notes == ()
    assert status_of(row.accounts) is Status.CORROBORATED


@pytest.mark.parametrize("original", ["Evening Post", "The Evening Post.", "EveningPost"])
def test_an_outlet_that_spoke_first_is_passed_on_by_the_others(tmp_path: Path, original: str) -> None:
    (row,) = read(tmp_path, TWO | {"source_original": original})

    assert [(one.source, one.stance[Aspect.OCCURRENCE], one.origin) for one in row.accounts] == [
        ("ucdp-ged", Stance.ASSERTS, "evening-post"),
        ("evening-post", Stance.ASSERTS, None),
        ("daily-news", Stance.REPEATS, "evening-post"),
    ]
    assert row.originator is None
    assert status_of(row.accounts) is Status.CLAIMED


def test_the_data_set_is_nobodys_originator(tmp_path: Path) -> None:
    (row,) = read(tmp_path, TWO | {"source_original": "ucdp ged"})

    assert [one.source for one in row.accounts] == ["ucdp-ged", "evening-post", "daily-news"]


def test_without_a_press_who_spoke_stands_in_the_gist_alone(tmp_path: Path) -> None:
    (row,) = read(
        tmp_path, {"source_office": "", "source_headline": "", "source_article": "", "source_original": "Army"}
    )

    assert [(one.source, one.origin) for one in row.accounts] == [("ucdp-ged", None)]
    assert "Claim made by: Army." in str(row.accounts[0].gist)


def test_each_outlet_keeps_the_day_on_which_it_published(tmp_path: Path) -> None:
    (row,) = read(tmp_path, TWO | {"source_original": "Army"})

    assert [(one.source, one.published) for one in row.accounts] == [
        ("ucdp-ged", None), ("army", None), ("evening-post", "2014-07-28"), ("daily-news", "2014-07-29"),
    ]  # fmt: skip


def test_an_outlet_of_several_articles_published_from_the_first_to_the_last(tmp_path: Path) -> None:
    several = {
        "source_office": "Daily News;Evening Post;Daily News", "source_headline": "", "source_article": "",
        "source_date": "2014-08-02;2014-07-29;2014-07-28 00:00:00.000",
    }  # fmt: skip
    (row,) = read(tmp_path, several)

    assert [one.published for one in row.accounts[1:]] == ["2014-07-28/2014-08-02", "2014-07-29"]


@pytest.mark.parametrize(
    ("dates", "unread"),
    [
        ("yesterday;2014-07-29", 1), ("2014-02-30;2014-07-29", 1), ("1753-01-01;2014-07-29", 1),
        ("1900-01-01;2014-07-29", 1), (";2014-07-29", 0), ("01/09/2014;2014-07-29", 1), ("2014-07-29", 0),
        ("2014-07-28;2014-07-29;2014-07-30", 0), ("", 0),
    ],
)  # fmt: skip
def test_a_date_that_can_not_be_read_is_left_out_and_counted(tmp_path: Path, dates: str, unread: int) -> None:
    (row,) = read(tmp_path, TWO | {"source_date": dates})

    assert row.accounts[1].published is None
    assert row.notes.count(Note.PRESS_DATES_UNREAD) == unread


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["2014-07-29", ""], None),
        (["01/09/2014", "2014-09-01;2014-09-02"], None),
        (["01/09/2014", "13/09/2014"], SlashOrder.DAY),
        (["01/09/2014;x", "09/13/2014"], SlashOrder.MONTH),
        (["13/09/2014", "09/13/2014"], None),
    ],
)
def test_the_order_of_dates_with_slashes_is_that_of_the_whole_column(column: list[str], order: SlashOrder) -> None:
    evidence = SlashEvidence()
    for cell in column:
        evidence.see(cell)

    assert evidence.judged() is order


@pytest.mark.parametrize(
    ("text", "order", "edtf"),
    [
        ("2014-07-28", None, "2014-07-28"), ("2014-07-28T00:00:00", None, "2014-07-28"),
        ("20140728", None, "2014-07-28"),
        ("2014-07", None, "2014-07"), ("2014", None, "2014"), ("09/09/2014", None, "2014-09-09"),
        ("01/09/2014", SlashOrder.DAY, "2014-09-01"), ("01/09/2014", SlashOrder.MONTH, "2014-01-09"),
        ("1.9.2014", SlashOrder.DAY, "2014-09-01"), ("31/02/2014", SlashOrder.DAY, None), ("9999-12-31", None, None),
    ],
)  # fmt: skip
def test_a_date_of_the_press_is_read_in_its_spellings(text: str, order: SlashOrder | None, edtf: str | None) -> None:
    assert dates_of(text, 1, order).by_office == [edtf]


@given(st.text(alphabet="0123456789-/.;T: x"), st.sampled_from([None, *SlashOrder]))
def test_whatever_stands_there_is_a_date_that_an_account_can_have_or_none(text: str, order: SlashOrder | None) -> None:
    dates = [date for date in dates_of(text, text.count(";") + 1, order).by_office if date]

    published = from_first_to_last(dates)
    assert Account("somebody", {Aspect.OCCURRENCE: Stance.ASSERTS}, published=published).published == published


def test_the_column_of_one_row_tells_how_the_dates_of_another_are_read(tmp_path: Path) -> None:
    first, second = read(tmp_path, {"id": "1", "source_date": "01/09/2014"}, {"id": "2", "source_date": "28/09/2014"})

    assert [row.accounts[1].published for row in (first, second)] == ["2014-09-01", "2014-09-28"]


def test_where_it_was_is_kept_in_words(tmp_path: Path) -> None:
    near, same = read(
        tmp_path,
        {"id": "1", "where_description": " near the village\nof Opytne "},
        {"id": "2", "where_description": "Horlivka town"},
    )

    assert near.description.place
    assert near.description.place.description == "near the village of Opytne"
    assert same.description.place
    assert same.description.place.description is None


def test_the_summary_says_how_many_accounts_pass_on_anothers_word(run: Run, tmp_path: Path) -> None:  # noqa: F811
    file = release_of(
        tmp_path / "a.csv",
        {"id": "1", **TWO, "source_original": "Interior Minister"},
        {"id": "2", **TWO, "source_date": "2014-07-28;soon"},
    )
    first, again = bring(run, file), bring(run, file)

    said = ("2 accounts pass on another's word\n", "1 date of the press could not be read and is left out\n")
    assert all(line in first.stdout and line in again.stdout for line in said)
    assert again.stdout.startswith("0 events added, 2 were there before")
    assert {id: item["status"] for id, item in known(run).items()} == {"1": "claimed", "2": "corroborated"}


@pytest.mark.parametrize(
    ("name", "one_name", "several_outlets", "of_one_name"),
    [
        ("hdx_v22_1_ukraine_2014-2021.csv", 2_401, 417, 87),
        ("candidate_excel_cp1252_ukraine_2014-2022.csv", 2_711, 452, 104),
    ],
)
def test_of_the_rows_with_several_outlets_those_of_one_name_are_claimed(
    name: str, one_name: int, several_outlets: int, of_one_name: int
) -> None:
    if not (RELEASES / name).is_file():
        pytest.skip(f"the data is absent: {RELEASES / name}")
    rows = [row for row in read_rows(RELEASES / name, FrontRules.load()) if isinstance(row, UcdpRow)]
    outlets = [len(row.accounts) - 1 - (row.originator is not None) for row in rows]
    several = [row for row, count in zip(rows, outlets, strict=True) if count > 1]
    by_status = [status_of(row.accounts) for row in several]

    assert sum("Claim made by" in str(row.accounts[0].gist) for row in rows) > one_name
    assert len(several) == several_outlets
    assert by_status.count(Status.CLAIMED) == of_one_name
    assert by_status.count(Status.CORROBORATED) == several_outlets - of_one_name
    assert sum(row.notes.count(Note.PRESS_DATES_UNREAD) for row in rows) < 10


def test_one_who_spoke_is_registered_as_nobody_knows_what(run: Run, tmp_path: Path) -> None:  # noqa: F811
    bring(run, release_of(tmp_path / "a.csv", {"id": "1", **TWO, "source_original": "Interior Minister"}))
    exported = run("export", "--format", "csv", "--of", "sources").stdout

    assert f"interior-minister,Interior Minister,{SourceKind.OTHER}" in exported
    assert f"daily-news,Daily News,{SourceKind.MEDIA}" in exported
