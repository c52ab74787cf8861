"""The pages beside the timeline: what stands on them, that links keep the cuts, and what an unknown address says."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dash import html
from hypothesis import given
from hypothesis import strategies as st
from plotly import graph_objects

from dashboards.citation import citation
from dashboards.figures.reporting import Spoken, Turn, Voice, reporting_chart
from dashboards.filters import read
from dashboards.lag import lag
from dashboards.pages.around import around
from dashboards.pages.asked import Content
from dashboards.pages.nothing import failed
from dashboards.routing import LISTS, PAGES, contents
from dashboards.theme import LIGHT
from tests.dashboard.looking import addresses, asked
from tests.engines import Engine
from tests.scenarios import BAKHMUT, GRAYVORON, Scene, open_scene, registered, reported
from tests.scenarios import given as account_given
from tests.strategies import moments
from timeline.domain.descriptions import SourceChanges
from timeline.domain.facts import DevelopmentMerged, EntryVoided, SourceRevised
from timeline.domain.moments import Occurred, parse_instant
from timeline.domain.values import Actor, source_id
from timeline.domain.vocabulary import Stance, Status


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Bakhmut, asserted by one side and denied by the other, and Grayvoron after it."""
    scene.tell(registered("ru-mod", "russia"), "2022-01-01", source_id("ru-mod"))
    actors = (Actor("Wagner Group", "attacker"),)
    scene.tell(reported(actors=actors), "2023-05-20", BAKHMUT)
    scene.tell(account_given("ua-mod", "denies"), "2023-05-21", BAKHMUT)
    entry = reported("legion", front="belgorod-border", title="Fighters enter Grayvoron", occurred="2023-05-22")
    scene.tell(entry, "2023-05-22", GRAYVORON)
    return scene


def text(part: Any) -> str:
    """All words of a tree of components, in order."""
    if part is None:
        return ""
    if isinstance(part, str | int | float):
        return str(part)
    if isinstance(part, list | tuple):
        return " ".join(filter(None, map(text, part)))
    return text(getattr(part, "children", None))


def chart_of_reporting(part: Any) -> Any:
    """The figure on the page of a development."""
    if isinstance(part, list | tuple):
        return next((found for one in part if (found := chart_of_reporting(one))), None)
    below = getattr(part, "children", None)  # which is false where it has no children of its own
    return getattr(part, "figure", None) or (None if below is None else chart_of_reporting(below))


def shown(content: Content) -> str:
    return text(content.body)


def test_the_page_of_a_development_tells_who_is_for_it_who_is_against_it_and_how_it_is_cited(told: Scene) -> None:
    page = contents(asked(told), f"/developments/{BAKHMUT}")

    words = shown(page)
    assert page.heading == "Bakhmut capture claimed"
    for part in ("Disputed", "for", "against", "How the reporting changed", "development.reported", "account.given"):
        assert part in words
    assert "@misc{development-" in words
    assert "Near in time and place" in words


@pytest.mark.parametrize("search", ["?as_of=2023-05-22", "?as_of=2023-05-22&known_at=now"])
def test_the_link_of_a_citation_fixes_all_three_cuts(told: Scene, search: str) -> None:
    address = f"/developments/{BAKHMUT}"
    found = next(link for link in addresses(contents(asked(told, search), address).body) if "example.org" in link)
    fixed = f"?{urlsplit(found).query}"
    before = shown(contents(asked(told, fixed), address))
    told.clock.advance(days=400)
    told.tell(account_given("legion", "denies"), "2023-05-20", BAKHMUT)

    cuts = {name: values[0] for name, values in parse_qs(fixed.lstrip("?")).items()}
    assert (cuts["as_of"], cuts["recorded_at"]) == ("2023-05-22", "4")
    assert ("known_at" in cuts) == ("known_at" in search)
    assert shown(contents(asked(told, fixed), address)) == before


def test_every_link_to_another_page_keeps_the_cuts(told: Scene) -> None:
    search = "?as_of=2023-05-22&known_at=now&recorded_at=4&theme=dark"
    for address in (
        f"/developments/{BAKHMUT}",
        "/fronts/bakhmut",
        "/actors/Wagner%20Group",
        "/sources/ru-mod",
        "/fronts",
    ):
        for link in addresses(contents(asked(told, search), address).body):
            if link.startswith(("/developments", "/fronts", "/actors", "/sources", "/?")):
                kept = read(urlsplit(link).query)
                assert (str(kept.as_of), kept.known, kept.position, kept.theme) == ("2023-05-22", "now", 4, "dark"), (
                    link
                )


def test_the_page_of_a_source_tells_how_its_claims_fared(told: Scene) -> None:
    page = contents(asked(told), "/sources/ru-mod")

    words = shown(page)
    assert "It says of 1 development that it happened: 1 disputed." in words
    assert "Disputed Whether it happened 1" in words
    assert "20 May 2023 Bakhmut capture claimed" in words
    assert "for: whether it happened" in words
    assert "Russia" in words


def test_the_pages_of_sources_stay_as_they_are_at_a_position_of_the_log(told: Scene) -> None:
    pinned = "?as_of=2023-05-22&recorded_at=4"
    before = [shown(contents(asked(told, pinned), address)) for address in ("/sources", "/sources/ru-mod")]
    told.tell(account_given("ru-mod", "denies"), "2023-05-20", GRAYVORON)
    told.tell(registered("somebody"), "2022-01-01", source_id("somebody"))

    assert [shown(contents(asked(told, pinned), one)) for one in ("/sources", "/sources/ru-mod")] == before
    assert "RU-MOD" in before[0]
    assert "Accounts 1, all in force" in before[1]


def test_a_source_that_said_nothing_yet_has_a_page(told: Scene) -> None:
    told.tell(registered("somebody"), "2022-01-01", source_id("somebody"))

    assert "It has asserted nothing yet." in shown(contents(asked(told), "/sources/somebody"))


def test_the_pages_of_a_front_and_of_an_actor_list_their_developments(told: Scene) -> None:
    for address in ("/fronts/bakhmut", "/actors/Wagner%20Group"):
        assert "Bakhmut capture claimed" in shown(contents(asked(told), address))


@pytest.mark.parametrize("sort", LISTS)
def test_every_list_leads_to_its_pages(told: Scene, sort: str) -> None:
    found = addresses(contents(asked(told), f"/{sort}").body)

    assert found
    assert all(contents(asked(told), urlsplit(link).path).heading != "Nothing known here" for link in found)


@pytest.mark.parametrize("address", ["/nosuch", "/developments/7", "/fronts/", *(f"/{sort}/nosuch" for sort in PAGES)])
def test_an_unknown_address_says_so_and_leads_on(told: Scene, address: str) -> None:
    page = contents(asked(told), address)

    if address != "/fronts/":
        assert page.heading in ("Nothing known here", "There is no such page")
        assert "/?as_of=2023-05-22" in addresses(page.body)


def test_what_was_not_known_yet_has_no_page_yet(told: Scene) -> None:
    assert contents(asked(told, "?as_of=2023-05-21"), f"/developments/{GRAYVORON}").heading == "Nothing known here"


@pytest.mark.parametrize(
    ("edtf", "reported_at", "words"),
    [
        ("2023-05-22", "2023-05-22T14:00:00Z", "on the same day"),
        ("2023-05-22", "2023-05-23T06:00:00Z", "1 day later"),
        ("2023-05-20", "2023-05-22T12:00:00Z", "2 days later"),
        ("2023-05", "2023-05-22T00:00:00Z", "within 21 days"),
        ("2022", "2023-09-30T00:00:00Z", "between 8 and 21 months later"),
        ("2014-03-01", "2023-05-22T00:00:00Z", "9 years later"),
        ("2023-06-01", "2023-05-22T00:00:00Z", "announced before it began"),
        ("/2023-05-01", "2023-05-22T00:00:00Z", "nobody says when it began"),
    ],
)
def test_the_time_until_the_report_is_told_as_exactly_as_the_date_is_known(
    edtf: str, reported_at: str, words: str
) -> None:
    assert lag(Occurred(edtf), parse_instant(reported_at, "reported_at")) == words


@pytest.mark.parametrize(
    ("reported_at", "words"),
    [
        ("2023-05-22T20:30:00Z", "within the hour"),
        ("2023-05-23T05:00:00Z", "9 hours later"),
        ("2023-05-25T20:00:00Z", "3 days later"),
        ("2023-05-22T19:00:00Z", "announced before it began"),
    ],
)
def test_the_time_since_an_exact_moment_is_told_in_hours(reported_at: str, words: str) -> None:
    occurred = Occurred("2023-05-22", exact_start=datetime(2023, 5, 22, 20, tzinfo=UTC))

    assert lag(occurred, parse_instant(reported_at, "reported_at")) == words


@given(moments, st.datetimes(timezones=st.just(UTC)))
def test_every_date_and_every_report_have_a_time_between_them(occurred: Occurred, reported_at: datetime) -> None:
    assert lag(occurred, reported_at)


def test_a_citation_is_safe_in_tex(told: Scene) -> None:
    told.tell(reported("legion", title=r"50% of_{Bakhmut} & \more #1 ~ ^ $"), "2023-05-22", GRAYVORON)
    held, entry = told.reader.development(GRAYVORON, asked(told).wanted)

    bibtex = citation(entry, held, "A war", "https://example.org/x", date(2023, 6, 1)).bibtex

    line = next(line for line in bibtex.splitlines() if "title" in line)
    assert r"50\% of\_\{Bakhmut\} \& \textbackslash{}more \#1 \textasciitilde{} \textasciicircum{} \$" in line
    assert bibtex.count("{") - bibtex.count(r"\{") == bibtex.count("}") - bibtex.count(r"\}")


DAY = 86_400_000.0


def test_the_chart_of_the_reporting_is_one_that_plotly_accepts() -> None:
    turns = [Turn(0.0, Status.CLAIMED), Turn(DAY, Status.DISPUTED)]
    voices = [Voice(0.0, "A <b>", Stance.ASSERTS), Voice(DAY, "B", Stance.DENIES)]

    figure = reporting_chart([Spoken("whether it happened", turns, voices)], 3 * DAY, 500, LIGHT)

    graph_objects.Figure(figure)
    assert figure["data"][2]["hovertext"] == ["A &lt;b&gt;"]
    assert sum(bar["x"][0] for bar in figure["data"][:2]) == 3 * 86_400_000


def test_each_aspect_that_somebody_spoke_to_has_a_row_of_its_own_in_the_chart_of_the_reporting(told: Scene) -> None:
    told.tell(account_given("ua-mod", "denies", extent="concedes"), "2023-05-22", BAKHMUT)

    figure = chart_of_reporting(contents(asked(told), f"/developments/{BAKHMUT}").body)

    assert figure["layout"]["yaxis"]["ticktext"] == ["whether it happened", "how far, how many"]
    rows = {trace["y"][0] for trace in figure["data"] if trace["type"] == "bar"}
    assert rows == set(figure["layout"]["yaxis"]["tickvals"])


@pytest.mark.parametrize("known", ["2023-06-03", "2023-06-03T12:00:00Z"])
def test_a_citation_holds_at_an_exact_cut_of_what_was_known(told: Scene, known: str) -> None:
    page = contents(asked(told, f"?as_of=2023-05-22&known_at={known}"), f"/developments/{BAKHMUT}")

    found = next(link for link in addresses(page.body) if "example.org" in link)
    assert f"known_at={known}&" in found
    assert f"as known at {known}, position 4 of the log" in shown(page)


def test_a_page_tells_all_of_an_account(told: Scene) -> None:
    digest = "ab" * 32
    told.tell(account_given("ru-mod", "asserts", url="https://example.org/a", archive_sha256=digest, quote="Taken."),
              "2023-05-22", BAKHMUT)  # fmt: skip

    page = contents(asked(told), f"/developments/{BAKHMUT}")
    words = shown(page)
    assert digest in words
    assert "“Taken.”" in words
    assert "side: Russia" in words
    assert "Admiralty" in words
    assert "2 days later" in words
    assert any(link.startswith("/sources/ru-mod?") for link in addresses(page.body))
    assert "https://example.org/a" in addresses(page.body)


def test_the_log_is_told_with_positions_proofs_and_who_spoke(told: Scene) -> None:
    page = contents(asked(told), f"/developments/{BAKHMUT}")

    found = addresses(page.body)
    assert "/api/v1/events?after=1&limit=1" in found
    assert "/api/v1/log/proof/inclusion?position=2" in found
    assert "account.given ua-mod proof" in shown(page)


def test_what_was_merged_into_another_entry_leads_there(told: Scene) -> None:
    told.tell(DevelopmentMerged(BAKHMUT), "2023-05-22", GRAYVORON)

    page = contents(asked(told), f"/developments/{GRAYVORON}")
    assert "found to be the same as  Bakhmut capture claimed" in shown(page)
    assert f"/developments/{BAKHMUT}?as_of=2023-05-22" in addresses(page.body)


def test_what_was_only_announced_is_said_to_be_so(told: Scene) -> None:
    page = contents(asked(told, "?as_of=2023-05-19&known_at=now"), f"/developments/{GRAYVORON}")

    assert "had not begun by 19 May 2023" in shown(page)


def test_what_is_not_known_yet_leads_to_the_day_from_which_on_it_is(told: Scene) -> None:
    page = contents(asked(told, "?as_of=2023-05-21&theme=dark"), f"/developments/{GRAYVORON}")

    assert "first reported on 22 May 2023" in shown(page)
    assert "?as_of=2023-05-22&theme=dark" in addresses(page.body)


@pytest.mark.parametrize("address", ["/actors/Wagner%20Group", "/sources/legion"])
def test_who_is_known_only_later_has_a_page_that_leads_there(told: Scene, address: str) -> None:
    page = contents(asked(told, "?as_of=2022-01-02"), address)

    assert page.heading == "Nothing known here"
    assert "It is known today." in shown(page)


def test_a_page_that_cannot_be_told_says_so_and_leads_back() -> None:
    parts = failed("/fronts/bakhmut?as_of=2023-05-22")

    assert "could not be shown" in text(parts)
    assert {"/fronts/bakhmut?as_of=2023-05-22", "/"} <= set(addresses(parts))


def test_the_header_tells_the_cuts_and_lets_go_of_a_position(told: Scene) -> None:
    one = asked(told, "?as_of=2023-05-22&known_at=2023-06-03&recorded_at=4")

    parts = around(one, Content("A front", []), ["A notice"], "dark", "/fronts/bakhmut")
    assert "22 May 2023, as known on 3 June 2023" in text(parts)
    assert "position 4" in text(parts)
    assert "?as_of=2023-05-22&known_at=2023-06-03" in addresses(parts)
    assert "Light" in text(parts)


def test_accounts_of_one_moment_stand_apart_in_the_chart_and_tell_their_stance_by_shape() -> None:
    voices = [Voice(0.0, str(n), stance) for n, stance in enumerate((Stance.ASSERTS, Stance.REPEATS, Stance.CONCEDES))]
    taken_back = Voice(0.0, "B", Stance.DENIES, withdrawn=True)
    spoken = Spoken("where", [Turn(0.0, Status.DISPUTED)], [*voices, taken_back])

    figure = reporting_chart([spoken], 1.0, 500, LIGHT)

    graph_objects.Figure(figure)
    marks = [trace for trace in figure["data"] if trace["type"] == "scatter"]
    rows = [row for trace in marks for row in trace["y"]]
    assert len(set(rows)) == 4
    assert [symbol for trace in marks for symbol in trace["marker"]["symbol"]] == [
        "triangle-down", "x-thin", "circle", "triangle-down-open",
    ]  # fmt: skip


def test_accounts_that_would_hide_one_another_are_one_mark_with_their_number_and_their_names() -> None:
    voices = [Voice(n * 1_000.0, f"Source {n}", Stance.ASSERTS) for n in range(9)]

    figure = reporting_chart([Spoken("when", [Turn(0.0, Status.CLAIMED)], voices)], 9 * DAY, 500, LIGHT)

    (marks,) = [trace for trace in figure["data"] if trace["type"] == "scatter"]
    assert [text.strip() for text in marks["text"]] == ["9"]
    assert marks["hovertext"] == [
        "Source 0, Source 1, Source 2, Source 3, Source 4, Source 5 and 3 more",
    ]


def test_what_was_entered_by_mistake_is_struck_out_with_its_reason(told: Scene) -> None:
    told.tell(EntryVoided("It was said of Soledar.", position=3), "2023-05-24", BAKHMUT)
    body = contents(asked(told), f"/developments/{BAKHMUT}").body

    struck = " ".join(text(part) for part in parts_of(body, html.Del))
    assert "ua-mod  says that it did not happen" in struck
    assert "account.given" in struck
    assert text(body).count("It was said of Soledar.") >= 3
    assert "development.reported" not in struck


def test_a_development_all_reports_of_which_are_voided_has_a_page_that_says_so(told: Scene) -> None:
    told.tell(EntryVoided("A test.", position=4), "2023-05-24", GRAYVORON)
    content = contents(asked(told), f"/developments/{GRAYVORON}")

    assert content.heading == "Fighters enter Grayvoron"
    assert "made by mistake" in text(content.body)
    assert "A test." in text(content.body)


def test_the_page_of_a_source_strikes_out_what_was_never_right_of_it(told: Scene) -> None:
    told.tell(SourceRevised(SourceChanges(affiliation="ukraine"), "Typo"), "2023-05-21", source_id("ru-mod"))
    told.tell(EntryVoided("The other ministry.", position=5), "2023-05-21", source_id("ru-mod"))
    body = contents(asked(told), "/sources/ru-mod").body

    struck = " ".join(text(part) for part in parts_of(body, html.Del))
    assert "Typo" in struck
    assert "The other ministry." in text(body)


def parts_of(part: Any, kind: type) -> list[Any]:
    """All components of a kind in a tree of components."""
    if isinstance(part, list | tuple):
        return [one for other in part for one in parts_of(other, kind)]
    here = [part] if isinstance(part, kind) else []
    return here + (parts_of(part.children, kind) if getattr(part, "children", None) is not None else [])


STRANGE_KEYS = (
    *("zz%22%20OR%20%22s%3Aru-mod", "zz' | 's:ru-mod", "ru-mod%00", "%00", "RU-MOD", "*", "\ud800", "x" * 3_000),
    *("%E2%80%AEru-mod", "ru-mod%5C", "%2e%2e%2f"),
)


@pytest.mark.parametrize("sort", PAGES)
def test_what_an_address_brings_along_asks_for_itself_alone(engine: Engine, sort: str) -> None:
    with open_scene(engine) as scene:
        scene.tell(reported("ru-mod", actors=(Actor("Wagner Group", "attacker"),)), "2023-05-20", BAKHMUT)

        for key in STRANGE_KEYS:
            assert contents(asked(scene), f"/{sort}/{key}").heading == "Nothing known here", key


@pytest.mark.parametrize("name", ["source", "actor"])
def test_a_filter_that_no_name_can_be_is_named_and_let_go_of(told: Scene, name: str) -> None:
    for value in ("zz%22%20OR%20%22s%3Aru-mod%00", "%00", "x" * 3_000):
        view = read(f"?{name}={value}")

        assert getattr(view, name) is None
        assert view.problems[0].startswith(f"{name}: ")
