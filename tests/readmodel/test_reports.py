"""The first reports of a log: in their order, as many as are asked for, and none that the log did not hold then."""

from datetime import datetime

from tests.engines import Engine
from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, given, open_scene, registered, reported
from timeline.readmodel.reports import first_reports


def days(scene: Scene, position: int, limit: int = 10) -> tuple[list[str], bool]:
    found = first_reports(scene.runner.catch_up(), position, limit)
    return [str(moment.date()) for moment in found.moments], found.more


def test_the_first_reports_come_in_their_order_whatever_the_log_learnt_first(engine: Engine) -> None:
    with open_scene(engine) as scene:
        scene.tell(registered("ru-mod", "russia"), "1000-01-01")
        scene.tell(reported(), "2023-05-20")
        scene.tell(given("ua-mod", "denies"), "2023-05-21")
        scene.tell(reported(title="Kozinka"), "2023-05-19", KOZINKA)
        scene.tell(reported(title="Typed wrong"), "0001-01-01", GRAYVORON)

        assert days(scene, scene.head) == (["0001-01-01", "2023-05-19", "2023-05-20", "2023-05-21"], False)
        assert days(scene, scene.head, 2) == (["0001-01-01", "2023-05-19"], True)
        assert days(scene, 3) == (["2023-05-20", "2023-05-21"], False)
        assert days(scene, 1) == ([], False)
        assert scene.reader.first_reports(3).moments[0] == datetime.fromisoformat("2023-05-20T00:00:00Z")
        assert scene.reader.first_reports(scene.head).ids == (GRAYVORON, KOZINKA, BAKHMUT, BAKHMUT)
