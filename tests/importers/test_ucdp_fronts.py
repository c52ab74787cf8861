"""Rules that say which front an event belongs to: the first that holds decides, and a wrong file is refused."""

from pathlib import Path

import pytest

from timeline.importers.ucdp_fronts import FrontRules, UnusableFrontRules, Whereabouts

RULES = """
[[front]]
slug = "city"
name = "The city"
country = ["Freedonia (Old Freedonia)"]
area = [10.0, 20.0, 11.0, 21.0]

[[front]]
slug = "north"
name = "The north"
country = ["Freedonia"]
adm_1 = ["North province", "Far north"]

[[front]]
slug = "feud"
name = "The feud"
dyad = ["A - B"]
adm_2 = ["Upper district"]
"""


def rules(folder: Path, text: str = RULES) -> FrontRules:
    file = folder / "fronts.toml"
    file.write_text(text, "utf-8")
    return FrontRules.load(file)


def test_the_first_rule_that_holds_decides(tmp_path: Path) -> None:
    inside = Whereabouts("Freedonia", "North province", lat=20.5, lon=10.5, precise=True)

    assert rules(tmp_path).front_of(inside).slug == "city"


def test_an_area_says_nothing_of_a_point_that_only_stands_for_a_province(tmp_path: Path) -> None:
    vague = Whereabouts("Freedonia", "North province", lat=20.5, lon=10.5, precise=False)

    assert rules(tmp_path).front_of(vague).slug == "north"


def test_names_are_compared_without_case_and_former_names(tmp_path: Path) -> None:
    found = rules(tmp_path).front_of(Whereabouts("FREEDONIA (Old Freedonia)", "far North"))

    assert (found.slug, found.name) == ("north", "The north")


def test_all_conditions_of_a_rule_must_hold(tmp_path: Path) -> None:
    loaded = rules(tmp_path)

    assert loaded.front_of(Whereabouts("Sylvania", dyad="A - B", adm_2="Upper district")).slug == "feud"
    assert loaded.front_of(Whereabouts("Sylvania", dyad="A - B")).slug == "sylvania"


def test_an_area_may_cross_the_antimeridian(tmp_path: Path) -> None:
    text = '[[front]]\nslug = "strait"\nname = "The strait"\narea = [170.0, 60.0, -170.0, 70.0]\n'
    loaded = rules(tmp_path, text)

    assert loaded.front_of(Whereabouts("X", lat=65, lon=-175, precise=True)).slug == "strait"
    assert loaded.front_of(Whereabouts("X", lat=65, lon=0, precise=True)).slug == "x"


def test_what_no_rule_takes_goes_to_a_front_of_its_country(tmp_path: Path) -> None:
    found = rules(tmp_path).front_of(Whereabouts("DR Congo (Zaire)"))

    assert (found.slug, found.name) == ("dr-congo", "DR Congo")


def test_a_country_without_a_latin_name_still_has_a_front(tmp_path: Path) -> None:
    assert rules(tmp_path).front_of(Whereabouts("Україна")).slug == "elsewhere"


def test_a_fallback_takes_the_place_of_the_countries(tmp_path: Path) -> None:
    loaded = rules(tmp_path, RULES + '\n[fallback]\nslug = "rest"\nname = "The rest"\n')

    assert loaded.front_of(Whereabouts("DR Congo (Zaire)")).slug == "rest"


def test_a_country_that_a_rule_has_named_keeps_that_name(tmp_path: Path) -> None:
    text = '[[front]]\nslug = "sylvania"\nname = "Sylvania, all of it"\nadm_1 = ["West"]\n'

    assert rules(tmp_path, text).front_of(Whereabouts("Sylvania", "East")).name == "Sylvania, all of it"


@pytest.mark.parametrize(
    ("country", "adm_1", "dyad", "slug"),
    [
        ("Ukraine", "Donetsk Oblast", "", "donbas"),
        ("Ukraine", "Mykolayiv oblast", "", "kherson"),
        ("Ukraine", "Kiev Special Republican city", "", "kyiv-north"),
        ("Ukraine", "Autonomous Republic of Crimea", "", "black-sea"),
        ("Ukraine", "", "Government of Ukraine - LPR", "donbas"),
        ("Ukraine", "", "Government of Russia (Soviet Union) - Government of Ukraine", "ukraine"),
        ("Russia (Soviet Union)", "Belgorod oblast", "", "belgorod-border"),
        ("Russia (Soviet Union)", "Chechnya republic", "", "russia"),
    ],
)
def test_the_rules_that_come_along_know_the_fronts_of_the_fixtures(
    country: str, adm_1: str, dyad: str, slug: str
) -> None:
    assert FrontRules.load().front_of(Whereabouts(country, adm_1, dyad=dyad)).slug == slug


RULE = '[[front]]\nslug = "a"\nname = "A"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[front]\n", "line 1"),
        (RULE, r"front 1 \(line 1\) conditions"),
        (RULE + "country = []\n", r"front 1 \(line 1\) country"),
        (RULE + 'country = [" "]\n', r"front 1 \(line 1\) country"),
        (RULE + 'country = "Ukraine"\n', r"front 1 \(line 1\).*country"),
        (RULE + 'province = ["x"]\n', r"front 1 \(line 1\).*province"),
        (RULE + "area = [1.0, 2.0]\n", r"front 1 \(line 1\).*area"),
        (RULE + "area = [1.0, 20.0, 2.0, 10.0]\n", r"front 1 \(line 1\) area"),
        (RULE + "area = [1.0, -91.0, 2.0, 10.0]\n", r"front 1 \(line 1\) area"),
        (RULES + '\n[[front]]\nslug = "B b"\nname = "B"\ndyad = ["x"]\n', r"front 4 \(line 20\) slug"),
        (RULES + '\n[[front]]\nslug = "city"\nname = "Town"\ndyad = ["x"]\n', r"front 4 \(line 20\) name"),
        ('[fallback]\nslug = ""\nname = "B"\n', r"fallback\.slug"),
        ("[rules]\n", "rules"),
    ],
)
def test_a_wrong_file_is_refused_with_rule_line_and_field(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnusableFrontRules, match=said):
        rules(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFrontRules, match="can not be read"):
        FrontRules.load(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fronts.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(UnusableFrontRules, match="can not be read"):
        FrontRules.load(tmp_path / "fronts.toml")
