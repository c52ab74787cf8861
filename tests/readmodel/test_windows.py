"""A window of many fronts holds what lies in it and nothing else, in order, however it is cut into pages."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.engines import Engine
from tests.scenarios import instant, open_scene, reported
from timeline.domain.values import development_id_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters

FRONTS = 40
BEGIN = date(2019, 1, 1)
DAYS = 1_500


def test_the_pages_of_a_window_are_the_developments_in_it_in_order(engine: Engine) -> None:
    random = Random(1)
    told = {}
    with open_scene(engine) as scene:
        for number in range(200):
            id = development_id_of(f"test:{number}")
            begun = BEGIN + timedelta(days=random.randrange(DAYS))
            ended = begun + timedelta(days=random.choice((0, 0, 0, 20, 400, 2_000)))
            front = f"front-{random.randrange(FRONTS)}"
            told[id] = (begun, ended, front)
            occurred = begun.isoformat() if begun == ended else f"{begun}/{ended}"
            scene.tell(reported(front=front, occurred=occurred), "2023-05-20", id)

        for _ in range(12):
            since = BEGIN + timedelta(days=random.randrange(DAYS))
            until = since + timedelta(days=random.choice((1, 100, DAYS)))
            fronts = frozenset(random.sample(range(FRONTS), random.choice((1, 3, FRONTS))))
            names = frozenset(f"front-{number}" for number in fronts)
            inside = sorted(
                (begun, id.bytes)
                for id, (begun, ended, front) in told.items()
                if front in names and begun <= until and ended >= since
            )
            filters = Filters(
                fronts=names if len(names) < FRONTS else frozenset(),
                since=instant(since.isoformat()),
                until=datetime(until.year, until.month, until.day, 23, 59, tzinfo=UTC),
            )
            limit, after, found = random.choice((1, 7, 500)), None, []
            while True:
                _, rows = scene.reader.rows(WantedCuts(), filters, limit, after)
                found += [row.key for row in rows]
                if len(rows) < limit:
                    break
                after = rows[-1].sort_key

            assert found == [key for _, key in inside]
