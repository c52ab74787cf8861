"""Whatever is sent to the page's server is answered with 4xx where the page would not send it, and never with 500."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from dashboards import ids
from dashboards.callback_requests import CALLBACKS, MAX_ADDRESS_CHARACTERS, MAX_BODY_BYTES
from tests.scenarios import Scene, fill, open_scene
from tests.soaking import examples
from timeline.bootstrap import Service
from timeline.config import Config
from timeline.webapp import create_app

Json = Any
VALUES = {
    "url.search": "?view=map",
    "url.pathname": "/",
    "viewport.data": {"width": 900, "window": 1000, "dark": False},
    "have.data": {"key": "", "rows": {}},
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of the whole application, with twenty developments and no limits."""
    with open_scene(tmp_path_factory.mktemp("page") / "log.db") as scene:
        fill(scene, 20)
        yield _application(scene, reads_per_minute=0)


def _application(scene: Scene, **settings: Any) -> FlaskClient:
    service = Service(scene.log, scene.runner, scene.reader, scene.tokens)
    return create_app(service, Config(**settings)).test_client()


def call(client: FlaskClient, id: str, **values: Any) -> Json:
    """What the page sends to have a component of this id filled."""
    (found,) = [
        one
        for one in client.get("/_dash-dependencies").get_json()
        if not one["clientside_function"] and f"{id}." in one["output"]
    ]
    places = found["output"].strip(".").split("...")
    outputs = [dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in places]
    told = {**VALUES, **{name.replace("_", "."): value for name, value in values.items()}}
    named = {
        name: [{**one, "value": told[f"{one['id']}.{one['property']}"]} for one in found[name]]
        for name in ("inputs", "state")
    }
    several = found["output"].startswith("..")
    return {
        "output": found["output"],
        "outputs": outputs if several else outputs[0],
        **named,
        "changedPropIds": ["url.search"],
    }


def status(client: FlaskClient, body: bytes, type: str = "application/json", method: str = "POST") -> int:
    """The status of an answer, which is well formed, and of which nothing was logged as an error."""
    with capture_logs() as logged:
        response = client.open(CALLBACKS, method=method, data=body, content_type=type)
    assert not [one for one in logged if one["log_level"] == "error"], body[:300]
    if response.status_code != 200:
        assert response.mimetype == "application/problem+json"
        assert "Traceback" not in response.get_data(as_text=True)
    return response.status_code


def refused(client: FlaskClient, body: bytes, **how: str) -> bool:
    return 400 <= status(client, body, **how) < 500


@pytest.mark.parametrize("id", [ids.MAP_CHART, ids.SUBPAGE])
def test_what_the_page_sends_is_answered(client: FlaskClient, id: str) -> None:
    path = "/" if id == ids.MAP_CHART else "/fronts"

    assert status(client, json.dumps(call(client, id, url_pathname=path)).encode()) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"[1]",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"output": 1}',
        b'{"output": "nope.children"}',
        b'{"output": "..a.b...c.d.."}',
        b'{"output": NaN}',
        b" " * (MAX_BODY_BYTES + 1),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_of_anything_else_is_refused(client: FlaskClient, body: bytes) -> None:
    assert refused(client, body)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_only_what_is_posted_is_read(client: FlaskClient, method: str) -> None:
    assert client.open(CALLBACKS, method=method).status_code == 405


@pytest.mark.parametrize("type", ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_json_is_read(client: FlaskClient, type: str) -> None:
    assert refused(client, json.dumps(call(client, ids.SUBPAGE)).encode(), type=type)


@pytest.mark.parametrize("part", ["output", "outputs", "inputs", "state"])
@pytest.mark.parametrize(
    "value", [None, 1, 10**400, "x", "..a.b..", [], [1], [[]], {}, {"a": 1}], ids=lambda v: str(v)[:9]
)
def test_each_part_of_a_call_is_that_of_its_callback(client: FlaskClient, part: str, value: Json) -> None:
    whole = call(client, ids.MAP_CHART)

    assert refused(client, json.dumps({**whole, part: value}).encode())
    del whole[part]
    assert refused(client, json.dumps(whole).encode())


@pytest.mark.parametrize("width", ["abc", "1000", None, [], {}, True, float("nan"), float("inf"), 10**400, 1e300])
@pytest.mark.parametrize("id", [ids.MAP_CHART, ids.SUBPAGE])
def test_a_size_that_is_no_number_of_pixels_is_refused(client: FlaskClient, id: str, width: Json) -> None:
    viewport = {"width": width, "window": 1000, "dark": False}

    assert refused(client, json.dumps(call(client, id, viewport_data=viewport)).encode())


@pytest.mark.parametrize("search", ["", "?view=map", "?view=points", "?view=table", "?from=0001-01-01&to=9998-12-31"])
@pytest.mark.parametrize("width", [-(10**9), -1, 0, 0.5, 1, 10**9, 10**15])
def test_a_size_that_no_window_has_is_clamped(client: FlaskClient, search: str, width: Json) -> None:
    viewport = {"width": width, "window": width, "dark": False}
    body = json.dumps(call(client, ids.MAP_CHART, viewport_data=viewport, url_search=search)).encode()
    with capture_logs() as logged:
        response = client.post(CALLBACKS, data=body, content_type="application/json")

    assert response.status_code == 200
    assert len(response.get_data()) < 300_000
    assert "failure" not in str(response.get_json()["response"].get("notice"))
    assert not [one for one in logged if one["log_level"] == "error"]


@pytest.mark.parametrize("row", [-1, 10**9, 10**30, "x", None, 0.5, 49_999])
def test_the_rows_that_a_browser_claims_to_have_do_not_make_a_chart_higher_without_end(
    client: FlaskClient, row: Json
) -> None:
    shown = call(client, ids.MAP_CHART, url_search="")
    film = client.post(CALLBACKS, json=shown).get_json()["response"]["film"]["data"]
    rows = dict.fromkeys(film.get("rows", {}), row)

    assert (
        status(client, json.dumps(call(client, ids.MAP_CHART, have_data={"rows": rows}, url_search="")).encode()) == 200
    )


@pytest.mark.parametrize("name", ["url.search", "url.pathname"])
@pytest.mark.parametrize(
    "value", [1, True, [], {}, "x" * (MAX_ADDRESS_CHARACTERS + 1), "/\ud800"], ids=lambda v: repr(v)[:9]
)
def test_an_address_is_a_text_that_is_not_too_long(client: FlaskClient, name: str, value: Json) -> None:
    assert refused(client, json.dumps(call(client, ids.SUBPAGE, **{name.replace(".", "_"): value})).encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@example({"output": "subpage.children", "outputs": {}, "inputs": [{}], "changedPropIds": [1]})
@given(json_values)
def test_any_json_at_all_is_refused(client: FlaskClient, value: Json) -> None:
    assert refused(client, json.dumps(value).encode())


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_refused(client: FlaskClient, body: bytes) -> None:
    assert refused(client, body)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), json_values, st.sampled_from([ids.MAP_CHART, ids.SUBPAGE]))
def test_what_the_page_sends_with_something_else_in_any_place_never_fails(
    client: FlaskClient, seed: int, value: Json, id: str
) -> None:
    mutated = _with_another(call(client, id, url_pathname="/fronts" if id == ids.SUBPAGE else "/"), value, Random(seed))

    assert status(client, json.dumps(mutated).encode()) < 500


def _with_another(whole: Json, value: Json, random: Random) -> Json:
    """A copy with one value of it replaced, dropped or doubled."""
    whole = copy.deepcopy(whole)
    inner = whole
    while True:
        places: list[Any] = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        place = random.choice(places)
        below = inner[place]
        if isinstance(below, dict | list) and below and random.random() < 0.8:
            inner = below
            continue
        change = random.randrange(3)
        if change == 0:
            inner[place] = value
        elif change == 1:
            del inner[place]
        else:
            inner[place] = [below, below]
        return whole


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/nope.js",
        "/assets/..%2f..%2fapp.py",
        "/assets/../app.py",
        "/assets/%00",
        "/assets/%ff",
        "/_dash-component-suites/",
        "/_dash-component-suites/dash",
        "/_dash-component-suites/nope/x.js",
        "/_dash-component-suites/dash/nope.js",
        "/_dash-component-suites/dash/../dash.py",
        "/_dash-component-suites/dash/%2e%2e/dash.py",
        "/_dash-component-suites/dash/dcc/../../x.js",
        "/_dash-component-suites/dash/%ff.js",
        "/_dash-component-suites/%00/x",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/" + "x" * 5_000,
        "/_dash-component-suites/dash/dcc/x.v1m1.js",
        "/static/",
        "/static/x",
        "/static/x/y.js",
        "/static/%ff/y.js",
        "/_nothing",
        "/_dash-nothing",
    ],
    ids=lambda path: path[:60],
)
def test_a_file_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    with capture_logs() as logged:
        response = client.get(path)

    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert len(response.get_data()) < 12_000
    assert not [one for one in logged if one["log_level"] == "error"]


def test_calls_are_limited_as_reads_are(scene: Scene) -> None:
    client = _application(scene, reads_per_minute=3)
    body = json.dumps({"output": "nothing.children"})
    found = [client.post(CALLBACKS, data=body, content_type="application/json").status_code for _ in range(5)]

    assert found == [422, 422, 422, 429, 429]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/assets/nope.js", 404), ("/_dash-component-suites/dash/nope.js", 404), ("/assets/style.css", 200)],
)
def test_files_are_limited_by_themselves_whether_or_not_they_are_there(scene: Scene, path: str, expected: int) -> None:
    client = _application(scene, reads_per_minute=3)

    found = []
    for _ in range(4):
        with client.get(path) as response:
            found.append(response.status_code)

    assert found == [expected, expected, expected, 429]
    assert client.get("/api/v1/fronts").status_code == 200


def test_counts_of_more_lanes_than_there_can_be_are_refused(client: FlaskClient) -> None:
    response = client.get("/_counts", query_string={"left": 0, "right": 1e12, "lane": [str(n) for n in range(2_001)]})

    assert response.status_code == 422
    assert response.get_json(force=True)["errors"][0]["field"] == "lane"
