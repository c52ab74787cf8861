"""Search: what a question finds, and that none is dear to answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines import Engine
from tests.scenarios import GRAYVORON, Scene, given, open_scene, reported
from timeline.readmodel import selection
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters


@pytest.fixture
def told(engine: Engine) -> Iterator[Scene]:
    with open_scene(engine) as scene:
        scene.tell(reported(summary='It\'s 100 % "taken", they say: Бахмут; C:\\x'))
        scene.tell(given("ua-mod", "denies", quote="Nothing of the sort & nothing | else (NOT at all) *"))
        scene.tell(reported(title="Grayvoron entered"), id=GRAYVORON)
        yield scene


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("бахмут", 1),
        ("NOT", 1),
        ("taken AND grayvoron", 0),
        ("it's 100%", 1),
        ('"nothing of the"', 1),
        ('"of nothing the"', 0),
        ('nothing" else', 1),
        ("noth*", 1),
        ("c:\\x", 1),
        ("title:taken", 0),
        ("nothing | & ! <-> else", 1),
        ("NEAR(nothing else)", 0),
    ],
)
def test_signs_that_mean_something_to_an_engine_mean_nothing_in_a_question(
    told: Scene, question: str, found: int
) -> None:
    assert len(told.get("/timeline", q=question)["items"]) == found


@pytest.mark.parametrize("question", ["!!!", '""', "💥", "_ - _"])
def test_a_question_without_a_word_is_refused_and_does_not_find_everything(told: Scene, question: str) -> None:
    problem = told.get("/timeline", expect=422, q=question)

    assert problem["errors"][0]["field"] == "q"
    assert told.reader.timeline(WantedCuts(), Filters(text=question)).entries == ()


def test_of_a_question_with_very_many_words_a_few_are_looked_up(told: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    positions = selection.positions

    def counted(database: Any, engine: str, word: str, *more: Any, **named: Any) -> list[int]:
        asked.append(word)
        return positions(database, engine, word, *more, **named)

    monkeypatch.setattr(selection, "positions", counted)

    assert (
        len(told.get("/timeline", q="n n n n no no not nothing nothing of the sort else at all it s t")["items"]) == 1
    )
    assert len(asked) <= 2 * selection.MOST_WORDS
    assert "nothing" in asked
