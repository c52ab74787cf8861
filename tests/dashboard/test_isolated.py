"""Texts of others stand in elements of their own, so that none turns round what stands beside it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from dash import html

from dashboards.callbacks import _outputs
from dashboards.citation import citation
from dashboards.elements import joined, verbatim
from dashboards.filters import read
from dashboards.page import page
from dashboards.pages.around import around
from dashboards.routing import contents
from tests.dashboard.looking import asked
from tests.scenarios import BAKHMUT, GRAYVORON, NOW, Scene, given, reported
from timeline.domain import checks
from timeline.domain.descriptions import DescriptionChanges, SourceChanges
from timeline.domain.facts import (
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentRetracted,
    DevelopmentRevised,
    FrontOpened,
    SourceRegistered,
    SourceRevised,
)
from timeline.domain.values import Actor, Place, development_id_of, front_id, source_id
from timeline.domain.vocabulary import Aspect, Credibility, Nature, Reliability, SourceKind, Verdict

HEBREW = "כוחות נכנסו לבלגורוד, 22 במאי!"
RLO = "Attack by \u202eside B on side A"


def foreign(what: str) -> str:
    """A text of somebody else, which is looked for on the pages."""
    return f"Zq{what}"


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Everything that others can write, each as a text that is told apart."""
    scene.tell(FrontOpened("bakhmut", foreign("front")), "2022-01-01", front_id("bakhmut"))
    source = SourceRegistered("ru-mod", foreign("source"), SourceKind.MINISTRY, "russia")
    scene.tell(source, "2022-01-01", source_id("ru-mod"))
    revised = SourceRevised(SourceChanges(reliability=Reliability.UNRELIABLE), foreign("source-reason"))
    scene.tell(revised, "2022-01-02", source_id("ru-mod"))
    place = Place(foreign("place"), 48.6, 38.0, admin=foreign("admin"), country="UA")
    actors = (Actor(foreign("actor"), foreign("role")), Actor(foreign("other"), foreign("role2")))
    fact = reported(title=foreign("title"), summary=foreign("summary"), place=place, actors=actors,
                    tags=(foreign("tag"), foreign("tag2")), external_id="test:bakhmut-capture")  # fmt: skip
    scene.tell(fact, "2023-05-20", BAKHMUT)
    scene.tell(reported(title=foreign("near"), place=place, actors=actors[:1]), "2023-05-20", GRAYVORON)
    url = f"https://example.org/{foreign('url')}"
    said = given("ua-mod", "denies", quote=foreign("quote"), gist=foreign("gist"), origin="ru-mod", url=url)
    scene.tell(said, "2023-05-20", BAKHMUT)
    scene.tell(AccountWithdrawn("ua-mod", reason=foreign("withdrawn")), "2023-05-20", BAKHMUT)
    changes = DescriptionChanges(summary=foreign("summary2"))
    scene.tell(DevelopmentRevised(changes, Nature.UPDATE, foreign("revised")), "2023-05-20", BAKHMUT)
    verdict = DevelopmentAssessed(
        Aspect.OCCURRENCE, Verdict.CONFIRMED, Credibility(2), foreign("rationale"), foreign("assessor")
    )
    scene.tell(verdict, "2023-05-20", BAKHMUT)
    scene.tell(DevelopmentRetracted(foreign("retracted")), "2023-05-21", GRAYVORON)
    return scene


def outside(part: Any, where: str = "") -> Iterator[str]:
    """The texts of others in a tree of components that stand in no element of their own."""
    if isinstance(part, html.Bdi):
        return
    if isinstance(part, str):
        if "Zq" in part:
            yield f"{where}: {part}"
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from outside(inner, where)
    elif part is not None:
        yield from outside(getattr(part, "children", None), f"{where}/{type(part).__name__}")


def isolated_in(part: Any) -> set[str]:
    """The texts of others that stand in elements of their own."""
    if isinstance(part, html.Bdi):
        return {part.children} if "Zq" in part.children else set()
    if isinstance(part, list | tuple):
        return {text for inner in part for text in isolated_in(inner)}
    return isolated_in(part.children) if getattr(part, "children", None) is not None else set()


ADDRESSES = (
    f"/developments/{BAKHMUT}", f"/developments/{GRAYVORON}", "/fronts/bakhmut", "/actors/Zqactor", "/sources/ru-mod",
    "/sources/ua-mod", "/fronts", "/actors", "/sources", "/actors/Zqnobody", "/sources/Zqnobody", "/Zqnowhere",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_texts_of_others_stand_in_elements_of_their_own_on_every_page(told: Scene, address: str) -> None:
    one = asked(told)

    parts = around(one, contents(one, address), [], "light", address)

    found = [text for text in outside(parts) if "title = {{Zq" not in text]  # BibTeX, to be copied as it is
    assert found == []
    assert isolated_in(parts) or address == "/fronts/"


def test_the_page_of_a_development_has_every_text_of_it(told: Scene) -> None:
    found = " ".join(isolated_in(contents(asked(told), f"/developments/{BAKHMUT}").body))

    for what in ("front", "source", "place", "admin", "actor", "role", "tag", "tag2", "quote", "gist", "url",
                 "summary2", "withdrawn", "revised", "rationale", "assessor", "near"):  # fmt: skip
        assert foreign(what) in found


@pytest.mark.parametrize("search", ["view=gantt", "view=table", "view=map", "lanes=actor", "lanes=place"])
def test_texts_of_others_stand_in_elements_of_their_own_on_the_timeline(told: Scene, search: str) -> None:
    shown = page(told.reader, read(f"?as_of=2023-05-22&{search}&id={BAKHMUT}"), 900.0, "light", NOW)

    outputs = _outputs(shown, 900.0)
    trees = [value for (_, name), value in outputs.items() if name == "children"]
    assert [text for tree in trees for text in outside(tree) if "places" not in text] == []


def test_an_element_of_its_own_holds_what_can_be_shown() -> None:
    assert verbatim(RLO).children == "Attack by side B on side A"
    assert verbatim("\u200b").children == "[U+200B]"
    assert verbatim(HEBREW).children == HEBREW


def test_parts_that_are_no_plain_texts_are_told_one_after_another() -> None:
    assert joined(["a", "b", "c"]) == ["a", ", ", "b", ", ", "c"]
    assert joined(["a", "b", "c"], " and ") == ["a", ", ", "b", " and ", "c"]
    assert joined(["a", "b"], " or ") == ["a", " or ", "b"]
    assert (joined(["a"], " and "), joined([])) == (["a"], [])


@pytest.mark.parametrize(
    ("title", "shown"), [(HEBREW, f"\u2068{HEBREW}\u2069"), (RLO, "Attack by side B on side A"), ("Plain", "Plain")]
)
def test_a_citation_and_a_chart_isolate_by_characters(scene: Scene, title: str, shown: str) -> None:
    with checks.as_recorded():
        fact = reported(title=title)
    scene.tell(fact, "2023-05-20", BAKHMUT)
    held, entry = scene.reader.development(BAKHMUT, asked(scene).wanted)

    text = citation(entry, held, "A war", "https://example.org/x", date(2023, 6, 1))

    assert text.text.startswith(f"“{shown}” (Claimed by one side only). A war, as of 2023-05-22")
    assert "\u202e" not in text.bibtex
    pre = list(isolated_children(contents(asked(scene), f"/developments/{BAKHMUT}").body))
    assert shown in pre


@pytest.mark.parametrize(("text", "shown"), [(HEBREW, HEBREW), (RLO, "Attack by side B on side A")])
def test_the_signs_of_what_is_far_and_the_checks_hold_texts_of_others_in_elements(
    scene: Scene, text: str, shown: str
) -> None:
    for number in range(12):
        fact = reported(title=f"Shelling {number}", place=Place("Village", 50.3, 35.6 + number / 20, country="RU"))
        scene.tell(fact, "2023-05-20", development_id_of(f"test:{number}"))
    with checks.as_recorded():
        fact = reported(title=text, occurred="0223-05-22", place=Place(text, 0.0, 0.0, country="RU"))
        second = given("ua-mod", "denies")
    scene.tell(fact, "2023-05-20", BAKHMUT)
    scene.tell(second, "2023-05-20", BAKHMUT)

    drawn = page(scene.reader, read("?as_of=2023-05-22&view=map&from=0001-01-01&to=2023-06-01"), 900.0, "light", NOW)
    timeline = page(scene.reader, read("?as_of=2023-05-22"), 900.0, "light", NOW)
    warned = contents(asked(scene), "/checks").body

    assert drawn.map
    assert f"“{shown}”" in list(isolated_children(timeline.outside))
    assert shown in list(isolated_children(list(drawn.map.signs)))
    assert any(one.startswith(f"{shown}: 0, 0 is") for one in isolated_children(warned))


def isolated_children(part: Any) -> Iterator[str]:
    if isinstance(part, html.Bdi):
        yield part.children
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from isolated_children(inner)
    elif getattr(part, "children", None) is not None:
        yield from isolated_children(part.children)
