"""Citations on a page name the service by its public address."""

import pytest

from dashboards import ids
from tests.scenarios import BAKHMUT, Scene, reported
from timeline.bootstrap import Service
from timeline.config import Config
from timeline.webapp import create_app


@pytest.mark.parametrize(
    ("public_url", "site"),
    [(None, "http://10.0.0.7:8050"), ("https://timeline.example.org/desk", "https://timeline.example.org/desk")],
)
def test_the_permanent_link_of_a_development_begins_with_it(scene: Scene, public_url: str | None, site: str) -> None:
    scene.tell(reported(), "2023-05-20", BAKHMUT)
    service = Service(scene.log, scene.runner, scene.reader, scene.tokens)
    client = create_app(service, Config(public_url=public_url)).test_client()
    inputs = [
        (ids.URL, "pathname", f"/developments/{BAKHMUT}"),
        (ids.URL, "search", ""),
        (ids.VIEWPORT, "data", {"width": 1400, "window": 1400, "dark": False}),
    ]
    asked = {
        "output": f"{ids.SUBPAGE}.children",
        "outputs": {"id": ids.SUBPAGE, "property": "children"},
        "inputs": [{"id": id, "property": name, "value": value} for id, name, value in inputs],
        "changedPropIds": [f"{ids.URL}.pathname"],
        "state": [],
    }
    answer = client.post("/_dash-update-component", json=asked, base_url="http://10.0.0.7:8050")
    page = answer.get_data(as_text=True).replace("\\u002f", "/")

    assert f"{site}/developments/{BAKHMUT}?" in page
    assert ("://10.0.0.7:8050/" in page) == (public_url is None)
