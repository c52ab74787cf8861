"""`/density`: each development counts as one in all, placed on its day or spread over the days it may have begun on."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from tests.engines import Engine
from tests.importers.making import SHARED
from tests.scenarios import Scene, instant, open_scene, reported
from tests.soaking import examples
from tests.strategies import edtf
from timeline.domain.descriptions import DescriptionChanges
from timeline.domain.facts import DevelopmentRevised
from timeline.domain.moments import Occurred
from timeline.domain.values import development_id_of
from timeline.domain.vocabulary import Nature
from timeline.importers.releases import bring_in, release_file
from timeline.importers.snapshots import Release

BUCKETS = ("day", "week", "month")
RELEASE = SHARED / "ucdp_ged_ukraine/hdx_v22_1_ukraine_2014-2021.csv"


@pytest.fixture
def counting(engine: Engine) -> Iterator[Scene]:
    with open_scene(engine) as opened:
        yield opened


def tell(scene: Scene, *moments: str, **more: Any) -> None:
    """Report a development of each of these times, on 21 May 2023."""
    for moment in moments:
        scene.tell(reported(occurred=moment, **more), "2023-05-21", development_id_of(f"test:{scene.head}"))


def density(scene: Scene, **query: Any) -> dict[str | None, tuple[int, float]]:
    """What is placed and what is spread, by the first day of the bucket."""
    items = scene.get("/density", **{"as_of": "2023-06-30", "bucket": "month", **query})["items"]
    assert all(item["developments"] == item["placed"] + item["spread"] > 0 for item in items)
    placed, spread = Counter[str | None](), Counter[str | None]()
    for item in items:
        placed[item["start"]] += item["placed"]
        spread[item["start"]] += item["spread"]
    return {start: (placed[start], spread[start]) for start in placed}


def total(scene: Scene, **query: Any) -> float:
    return sum(map(sum, density(scene, **query).values()))


def test_what_began_in_a_year_is_spread_over_its_days_and_not_counted_on_the_first(counting: Scene) -> None:
    tell(counting, "2022", "2022-01-01", "2022-03-05T10:00:00+02:00")

    months = density(counting)

    assert len(months) == 12
    assert months["2022-01-01"] == (1, pytest.approx(31 / 365, rel=1e-6))
    assert months["2022-02-01"] == (0, pytest.approx(28 / 365, rel=1e-6))
    assert months["2022-03-01"] == (1, pytest.approx(31 / 365, rel=1e-6))
    assert {total(counting, bucket=bucket) for bucket in BUCKETS} == {3}


def test_a_day_that_is_known_is_placed_however_it_is_told(counting: Scene) -> None:
    tell(counting, "2023-05-20", "2023-05-20/..", "2023-05-20/2023-06", "2023-05-20T23:59:59Z", "2023-05/2023-05-01")

    assert density(counting, bucket="day") == {"2023-05-20": (4, 0), "2023-05-01": (1, 0)}


def test_the_start_of_a_span_is_what_is_spread_and_never_beyond_its_end(counting: Scene) -> None:
    tell(counting, "2022-11~/2023-05-20", "2023-05/2023-05-10")

    days = density(counting, bucket="day")

    assert (min(days), max(days)) == ("2022-10-01", "2023-05-10")
    assert sum(day.startswith("2023-05") for day in days if day) == 10
    assert days["2023-05-10"] == (0, pytest.approx(1 / 10, rel=1e-6))
    assert total(counting, bucket="day") == 2


def test_as_of_a_day_what_may_have_begun_is_one_over_the_days_up_to_it(counting: Scene) -> None:
    tell(counting, "2023-05")
    as_of = {"known_at": "2023-06-30", "bucket": "day"}

    first, tenth, noon = (
        density(counting, as_of=day, **as_of) for day in ("2023-05-01", "2023-05-10", "2023-05-10T12:00:00Z")
    )

    assert first == {"2023-05-01": (0, 1)}
    assert tenth == noon
    assert len(tenth) == 10
    assert tenth["2023-05-04"] == (0, pytest.approx(1 / 10, rel=1e-6))
    assert sum(map(sum, tenth.values())) == 1
    assert density(counting, as_of="2023-04-30", **as_of) == {}


def test_of_a_window_only_the_share_counts_and_windows_side_by_side_are_the_whole(counting: Scene) -> None:
    tell(counting, "2022", "2022-06-30")

    halves = [{"from": "2022-01-01", "to": "2022-06-30"}, {"from": "2022-07-01", "to": "2022-12-31"}]

    assert density(counting, **halves[1])["2022-07-01"] == (0, pytest.approx(31 / 365, rel=1e-6))
    assert sum(total(counting, **half) for half in halves) == 2
    assert total(counting, **halves[0]) == pytest.approx(1 + 181 / 365, rel=1e-6)
    assert density(counting, **{"from": "2022-03-10", "to": "2022-03-12", "bucket": "week"}) == {
        "2022-03-07": (0, pytest.approx(3 / 365, rel=1e-6))
    }


def test_what_nobody_dates_is_one_in_the_bucket_without_a_start(counting: Scene) -> None:
    tell(counting, "../2023", "../2022", "2023-01-02")

    assert density(counting) == {None: (0, 2), "2023-01-01": (1, 0)}
    assert density(counting, **{"from": "2023-01-01"}) == {"2023-01-01": (1, 0)}


@pytest.mark.parametrize("query", [{"q": "capture"}, {"kind": "capture"}, {"source": "ru-mod"}, {"status": "claimed"}])
def test_what_passes_a_filter_is_spread_the_same_way(counting: Scene, query: dict[str, str]) -> None:
    tell(counting, "2022", "2022-03", "../2023")
    window = {"from": "2022-02-10", "to": "2022-03-20", "bucket": "week"}

    assert density(counting, **query) == density(counting)
    assert density(counting, **query, **window) == density(counting, **window)
    assert density(counting, front="bakhmut", **query, **window) == density(counting, **window)


def test_a_day_that_becomes_known_is_placed_from_then_on_and_on_an_older_log_as_before(counting: Scene) -> None:
    tell(counting, "2022-08")
    before = counting.head
    known = DevelopmentRevised(DescriptionChanges(occurred=Occurred("2022-08-09")), Nature.CORRECTION)
    counting.tell(known, "2023-05-25", development_id_of("test:0"))

    assert density(counting) == {"2022-08-01": (1, 0)}
    assert density(counting, known_at="2023-05-24") == density(counting, recorded_at=before) == {"2022-08-01": (0, 1)}
    assert [front["developments"] for front in counting.get("/fronts")["items"]] == [1]


def days_of(occurred: dict[str, Any], as_of: date) -> list[date] | None:
    """The possible days of beginning up to one; None where nobody says."""
    first, last = occurred["start"]["earliest"], occurred["start"]["latest"]
    if first is None:
        return None
    end = min(day[:10] for day in (last, occurred["end"]["latest"], str(as_of)) if day)
    begin = date.fromisoformat(first[:10])
    return [begin + timedelta(days=number) for number in range((date.fromisoformat(end) - begin).days + 1)]


def test_any_developments_sum_to_their_number_in_every_bucket(engine: Engine) -> None:
    with open_scene(engine) as scene:
        rounds = count()

        @settings(
            max_examples=examples(30 if engine.name == "sqlite" else 10),
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        )
        @given_any(st.lists(edtf, max_size=4), st.dates(date(1890, 1, 1), date(2110, 1, 1)))
        def they_do(moments: list[str], as_of: date) -> None:
            front = f"front-{next(rounds)}"
            tell(scene, *moments, front=front)
            asked = {"as_of": str(as_of), "known_at": "2023-06-01", "front": front}
            items = scene.get("/timeline", limit=500, **asked)["items"]
            placed: Counter[str] = Counter()
            spread: Counter[str | None] = Counter()
            for item in items:
                days = days_of(item["occurred"], as_of)
                whole = days_of(item["occurred"], date(2200, 1, 1))
                if whole is not None and len(whole) == 1:
                    placed[str(whole[0])] += 1
                for day in days if days and whole and len(whole) > 1 else [None] * (days is None):
                    spread[None if day is None else str(day)] += 1 / len(days or [None])

            for bucket in BUCKETS:
                assert total(scene, bucket=bucket, **asked) == len(items)
            found = density(scene, bucket="day", **asked)

            assert {day: number for day, (number, _) in found.items() if number} == placed
            assert {day: share for day, (_, share) in found.items() if share} == {
                day: pytest.approx(share, rel=1e-4) for day, share in spread.items()
            }

        they_do()


@pytest.mark.skipif(not RELEASE.exists(), reason=f"the release 22.1 of UCDP GED is not in {SHARED}")
def test_the_buckets_of_a_release_of_ucdp_sum_to_its_developments(engine: Engine) -> None:
    with open_scene(engine) as scene:
        release = Release("ucdp-ged", instant("2022-06-01"), whole=True)
        bring_in(release, release_file(RELEASE), scene.log, scene.log.record_all)
        for asked in ({"as_of": "2022-06-30"}, {"as_of": "2016-02-29T12:00:00Z"}, {"as_of": "2018-06-15"}):
            cuts = {**asked, "known_at": "2023-01-01"}
            developments = sum(front["developments"] for front in scene.get("/fronts", **cuts)["items"])

            assert developments > 500
            assert {total(scene, bucket=bucket, **cuts) for bucket in BUCKETS} == {developments}
