"""What is kept ready to be told is what would be told anew, at every cut, whatever was appended meanwhile."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scenarios import BAKHMUT, Scene, open_scene, reported
from tests.scenarios import given as account_of
from tests.soaking import examples
from tests.tellings import MIDNIGHT, Telling, one_more, tell, tellings
from timeline.domain.facts import DevelopmentMerged
from timeline.domain.values import development_id_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Entry
from timeline.readmodel.questions import EVERYTHING
from timeline.readmodel.told import Told
from timeline.wire.answers import item
from timeline.wire.item_bytes import item_bytes


def words(entry: Entry) -> bytes:
    return msgspec.json.encode(item(entry))


class Counting:
    """Tells, and counts how often it had to."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, entry: Entry) -> bytes:
        self.count += 1
        return words(entry)


days = st.integers(-1, 12).map(lambda day: MIDNIGHT + timedelta(days=day, hours=12))


@given(
    tellings(),
    st.lists(st.lists(one_more(), max_size=3), min_size=1, max_size=4),
    st.lists(st.tuples(days, days, st.integers(0, 9)), min_size=1, max_size=5),
)
@settings(max_examples=examples(10))
def test_what_is_kept_is_what_would_be_told_anew(
    told: list[Telling], more: list[list[Telling]], questions: list[tuple[datetime, datetime, int]]
) -> None:
    with TemporaryDirectory() as folder, open_scene(Path(folder) / "told.db") as scene:
        kept = Told(scene.log, item_bytes, 20_000)
        for some in (told, *more):
            tell(scene, some)
            for as_of, known_at, back in (*questions, *questions):
                wanted = WantedCuts(as_of, known_at, max(0, scene.head - back))
                page = scene.reader.page(wanted, EVERYTHING, 500, None, kept)
                anew = scene.reader.timeline(wanted)

                assert page.held == anew.held
                assert page.items == [words(entry) for entry in anew.entries]


def page_of(scene: Scene, kept: Told) -> list[bytes]:
    return scene.reader.page(WantedCuts(), EVERYTHING, 500, None, kept).items


def test_what_was_told_is_told_again_without_reading_it(scene: Scene) -> None:
    scene.tell(reported(), "2023-05-20")
    count = Counting()
    kept = Told(scene.log, count, 1_000_000)

    assert page_of(scene, kept) == page_of(scene, kept)
    assert count.count == 1


def test_news_of_one_development_leaves_the_others_as_they_are(scene: Scene) -> None:
    scene.tell(reported(), "2023-05-20")
    scene.tell(reported(), "2023-05-20", development_id_of("test:other"))
    count = Counting()
    kept = Told(scene.log, count, 1_000_000)
    page_of(scene, kept)
    scene.tell(account_of("ua-mod", "denies"), "2023-05-21")

    assert b"denies" in b"".join(page_of(scene, kept))
    assert count.count == 3


def test_no_more_is_kept_than_may_be(scene: Scene) -> None:
    for number in range(20):
        scene.tell(reported(), "2023-05-20", development_id_of(f"test:{number}"))
    count = Counting()
    kept = Told(scene.log, count, 10_000)
    page_of(scene, kept)
    page_of(scene, kept)

    assert kept.size <= 10_000
    assert count.count > 20


def test_what_is_merged_is_told_anew(scene: Scene) -> None:
    other = development_id_of("test:other")
    scene.tell(reported(), "2023-05-20")
    scene.tell(reported("ua-mod"), "2023-05-20", other)
    kept = Told(scene.log, words, 1_000_000)
    page_of(scene, kept)
    scene.tell(DevelopmentMerged(BAKHMUT), "2023-05-21", other)

    (told,) = page_of(scene, kept)
    assert len(msgspec.json.decode(told)["accounts"]) == 2
