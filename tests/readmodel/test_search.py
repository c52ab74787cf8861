"""Search: what a question finds, and that none is dear to answer."""
# ruff: noqa: RUF001 - texts in many scripts

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given as given_
from hypothesis import settings
from hypothesis import strategies as st

from tests.engines import Engine
from tests.scenarios import GRAYVORON, Scene, given, open_scene, reported
from timeline.domain.descriptions import DescriptionChanges
from timeline.domain.facts import DevelopmentRevised
from timeline.domain.values import Actor, Place, development_id_of
from timeline.domain.vocabulary import Nature
from timeline.errors import NothingKnown
from timeline.readmodel import selection
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.search import actor_word, count, indexed, looked_for, meets, positions, source_word
from timeline.readmodel.wording import words

SHELLING = development_id_of("test:shelling")


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


def test_where_it_was_in_words_is_searched_and_a_mended_place_is_found_by_its_new_words(told: Scene) -> None:
    place = Place("Donetsk oblast", description="Lyman, Soledar and Avdiivka areas")
    moved = Place("Donetsk oblast", description="near Toretsk")
    told.tell(reported(title="Shelling", place=place), id=SHELLING)
    told.tell(DevelopmentRevised(DescriptionChanges(place=moved), Nature.UPDATE), "2023-05-22", SHELLING)

    found = {
        day: [
            question
            for question in ("soledar", "avdiivka lyman", '"and avdiivka"', "toretsk")
            if told.get("/timeline", q=question, as_of=day)["items"]
        ]
        for day in ("2023-05-21", "2023-05-22")
    }
    assert found == {"2023-05-21": ["soledar", "avdiivka lyman", '"and avdiivka"'], "2023-05-22": ["toretsk"]}


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


def titles(told: Scene, question: str) -> list[str]:
    """The titles of what a question finds."""
    return [item["title"] for item in told.get("/timeline", q=question)["items"]]


@pytest.fixture
def trials(engine: Engine) -> Iterator[Scene]:
    """The log of shared/trials/05-search.ndjson."""
    with open_scene(engine) as scene:
        for number, (title, place) in enumerate(TRIALS):
            fact = reported(title=title, place=Place(place) if place else None, external_id=f"trials:{number}")
            scene.tell(fact, id=development_id_of(f"trials:{number}"))
        yield scene


AP0027, AP2019, AP02BC, CJK = (
    "Бої за Мар'їнку",
    "Обстріл міста Слов’янськ",
    "Штурм селища Марʼїнка",
    "俄军进攻基辅并炮击哈尔科夫",
)
TRIALS = ((AP0027, "Мар'їнка"), (AP2019, None), (AP02BC, "Марʼїнка"), (CJK, None))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Мар'їнка", [AP0027, AP02BC]),
        ("Марʼїнка", [AP0027, AP02BC]),
        ("Мар’їнка", [AP0027, AP02BC]),
        ("Марїнка", [AP0027, AP02BC]),
        ("Мар`їн", [AP0027, AP02BC]),
        ("“Бої за Марїнку”", [AP0027]),
        ("«за Бої»", []),
        ("слов'янськ", [AP2019]),
        ("словянськ", [AP2019]),
        ("基辅", [CJK]),
        ("辅", [CJK]),
        ("夫", [CJK]),
        ("俄军进攻基辅并炮击哈尔科夫", [CJK]),
        ("俄军 哈尔科夫", [CJK]),
        ("基辅,炮击", [CJK]),
        ("辅基", []),
        ("基并", []),
    ],
)
def test_what_a_reader_means_is_found_however_it_is_typed(trials: Scene, question: str, found: list[str]) -> None:
    assert sorted(titles(trials, question)) == sorted(found)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Ukraine's d'Ivoire soldiers' O`Brien", ["ukraine", "ukraines", "Ukraine’s", "ivoire", "divoire", "soldiers"]),
        ("Ukraine's d'Ivoire soldiers' O`Brien", ["obrien", "brien", "'soldiers'", '"ukraines divoire soldiers"']),
        ("俄军2023年进攻", ["2023", "2023年", "军2023", "年进", "２０２３年"]),
        ("กองทัพรัสเซียโจมตีกรุงเคียฟ", ["เคียฟ", "กรุง", "โจมตี", "รัสเซีย", "ฟ"]),
        ("ロシア軍がバフムトを攻撃", ["バフムト", "ﾊﾞﾌﾑﾄ", "攻撃", "軍が"]),
        ("ទីក្រុងគៀវ", ["ក្រុង", "គៀវ"]),
        ("မော်စကိုမြို့", ["စကို", "မြို့"]),
        ("कीव पर हमला", ["कीव", "हमला", "हम"]),
        ("한국어 뉴스", ["한국", "뉴스"]),
        ("Diyarbakır Łódź İzmir Straße Ærø", ["diyarbakir", "lodz", "izmir", "STRASSE", "aero"]),
        ("معركة كييف علي ـــــ محمّد", ["معركه", "کییف", "على", "محمد", "كيـيف"]),
        ("צה״ל קָמָץ", ['צה"ל', "צהל", "קמץ"]),
        ("Bakh\u200bmut Avdi\u00adivka", ["bakhmut", "avdiivka", "Bakh\u2060mut"]),
        ("ﬁne ＡＴ４ ٢٠٢٣", ["fine", "at4", "2023"]),
    ],
)
def test_words_of_any_script_are_found_by_what_they_are_written_with(
    engine: Engine, text: str, questions: list[str]
) -> None:
    with open_scene(engine) as scene:
        scene.tell(reported(title=text))

        assert {question: titles(scene, question) for question in questions} == {key: [text] for key in questions}


@pytest.mark.parametrize(("text", "question"), [("हिन्दी", "दी"), ("はば", "はは"), ("คี่ยว", "คีย"), ("한국어", "국")])
def test_a_mark_belongs_to_its_letter(text: str, question: str) -> None:
    assert not meets(question, [text])


SIGNS = "ab1'ʼ’`\" ,.-俄军基辅กคีไ่र्दीバばקָ\u200b́éЇ"


@settings(max_examples=300)
@given_(st.text(st.sampled_from(SIGNS), max_size=12), st.text(st.sampled_from(SIGNS), max_size=6))
def test_what_meets_a_question_stands_in_the_index_under_its_words(text: str, question: str) -> None:
    stored = indexed(reported(title=f"x {text}"))

    if meets(question, [f"x {text}"]):
        assert all(any(word.startswith(asked) for word in stored) for asked in looked_for(question))


@settings(max_examples=200)
@given_(st.text(st.sampled_from("俄军进攻基辅并炮กคีไ่バ"), min_size=1, max_size=12), st.data())
def test_any_part_of_a_run_without_spaces_finds_it(run: str, data: st.DataObject) -> None:
    signs = words(run)
    first = data.draw(st.integers(0, max(len(signs) - 1, 0)))
    part = "".join(signs[first : data.draw(st.integers(first + 1, first + 4))])

    assert not signs or meets(part, [f"before {run} after"])


@settings(max_examples=200)
@given_(st.text(st.sampled_from("aĀéŁß'’ʼ אבمحمددгїं"), max_size=10))
def test_accents_apostrophes_and_case_do_not_count(text: str) -> None:
    assert words(text.upper()) == words(text) == words(text.replace("’", "ʼ").replace("'", "’"))


def _asked_for(scene: Scene, name: str) -> None:
    """Ask for a name as a source, an actor and a question, in each way that a reader can: none of it is there."""
    database = scene.runner.catch_up()
    for word in (source_word(name), actor_word(name), name):
        assert positions(database, database.engine, word, scene.head) == [], word
        assert count(database, database.engine, word, scene.head, 5) == 0
        assert set(positions(database, database.engine, word, scene.head, begins=True)) <= {1}
        assert count(database, database.engine, word, scene.head, 5, begins=True) <= 1
    for filters in (Filters(sources=frozenset([name])), Filters(actors=frozenset([name]))):
        assert scene.reader.timeline(WantedCuts(), filters).entries == ()
    scene.reader.timeline(WantedCuts(), Filters(text=name))
    with pytest.raises(NothingKnown):
        scene.reader.source_record(name, WantedCuts())
    with pytest.raises(NothingKnown):
        scene.reader.actor_record(name, WantedCuts())


STRANGE = [
    'zz" OR "s:ru-mod', "zz' | 's:ru-mod", "ru-mod\0", "\0", "ru-mod\\", "\\", "'", '"', "''", '""', "*", "ru-mod*",
    "ru-mod:*", "RU-MOD", "ru-mod ", " ru-mod", "(ru-mod)", "found_by:ru-mod", "-ru-mod", "ru mod", "\ud800",
    "s:ru-mod & x", "ru-mod' <-> 'x", "^ru-mod", "ru-mod OR s", "x" * 3_000, "é" * 2_000, "ru-mod\u00a0",
    "ru-mo\u200bd",
]  # fmt: skip


def test_what_a_reader_brings_into_a_search_asks_for_itself_alone(engine: Engine) -> None:
    with open_scene(engine) as scene:
        scene.tell(reported("ru-mod", title="Entered"))

        for name in STRANGE:
            _asked_for(scene, name)


def test_any_text_asks_for_itself_alone(engine: Engine) -> None:
    with open_scene(engine) as scene:
        scene.tell(reported("ru-mod", title="~"))

        @settings(max_examples=150)
        @given_(
            st.text(st.sampled_from("rumod-:*'\"\\()&|! \0é基\ud800"), max_size=12).filter(
                lambda text: text != "ru-mod"
            )
        )
        def asked(name: str) -> None:
            _asked_for(scene, name)

        asked()


def test_an_actor_of_any_name_is_found_by_it(engine: Engine) -> None:
    names = ['O\'Brien "x"', "a:b'c\\", "基辅", "x" * 200]
    with open_scene(engine) as scene:
        scene.tell(reported(actors=tuple(Actor(name, "attacker") for name in names)))

        for name in names:
            assert len(scene.get("/timeline", actor=name)["items"]) == 1
            assert scene.reader.actor_record(name, WantedCuts())[1].actor.developments == 1


def test_long_texts_of_any_script_fit_the_index_of_either_engine(engine: Engine) -> None:
    longest = ["俄" * 5_000, "'a" * 2_500, "ก" + "่" * 4_999, "क" + "ी" * 4_999, "한" * 5_000, "𠀀𠀁" * 2_500]
    with open_scene(engine) as scene:
        for number, quote in enumerate(longest):
            id = development_id_of(f"test:{number}")
            scene.tell(reported(title="Long", external_id=f"test:{number}", summary=quote * 2), id=id)
            scene.tell(given("ua-mod", quote=quote, gist=quote), id=id)

        assert len(scene.get("/timeline", q="long")["items"]) == len(longest)
        assert len(scene.get("/timeline", q="俄俄俄")["items"]) == 1
        assert scene.runner.rebuild() == scene.head
        assert len(scene.get("/timeline", q="𠀁𠀀")["items"]) == 1
