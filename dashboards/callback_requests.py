"""What the page asks of its server, checked before Dash sees it: anything else is refused, and named.

Dash takes what comes as its own page sends it, and fails at the first thing that is otherwise. So a request is compared
with what the callback was registered with, and its values with the few types that they have; a size in pixels is
clamped, since a window may well be a little larger than anybody thought of.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from dash import Dash
from dash.fingerprint import check_fingerprint
from flask import Flask, abort, request
from msgspec import Meta, Struct
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from dashboards import ids
from timeline.errors import InvalidValue, MalformedMessage

CALLBACKS = "/_dash-update-component"
MAX_BODY_BYTES = 1_000_000
"""Bytes of a request: what the browser has of a chart of 2,000 marks takes a tenth of it."""
MAX_ADDRESS_CHARACTERS = 20_000
"""Of the path, and of the query string, of the page that is shown."""
MIN_WIDTH_PIXELS, MAX_WIDTH_PIXELS = 200.0, 10_000.0
"""Between which widths are clamped; a chart is as good as that on any screen there is."""
_SUITES = "/_dash-component-suites/"
_NO_PAGES = ("/_", "/assets/", "/static/")
"""Below these are files and what the page asks in the background, and no pages."""


class _Named(Struct):
    """An input or a state of a callback."""

    id: str
    property: str
    value: Any = None


class _Call(Struct):
    """The part of a request that Dash reads."""

    output: str
    outputs: Any
    inputs: list[_Named]
    changed: Annotated[list[str], Meta(max_length=100)] = msgspec.field(name="changedPropIds", default_factory=list)
    state: list[_Named] = []


_Pixels = Annotated[float, Meta(ge=-(10**15), le=10**15)]
_Address = Annotated[str, Meta(max_length=MAX_ADDRESS_CHARACTERS)]


class _Viewport(Struct):
    """The size of the window, and whether its reader prefers dark colours."""

    width: _Pixels
    window: _Pixels | None = None
    dark: bool = False


_TYPES: Mapping[tuple[str, str], Any] = {
    (ids.URL, "pathname"): _Address | None,
    (ids.URL, "search"): _Address | None,
    (ids.VIEWPORT, "data"): _Viewport | None,
    (ids.HAVE, "data"): dict[str, Any] | None,
}
"""What the inputs and states of the server's callbacks may be."""


def pixels(given: float) -> float:
    """A width in pixels that charts can have: the nearest one."""
    return min(max(float(given), MIN_WIDTH_PIXELS), MAX_WIDTH_PIXELS) if math.isfinite(given) else MIN_WIDTH_PIXELS


def guard_requests(app: Flask, dash: Dash) -> None:
    """Refuse what Dash would fail at, before it comes to it. To be called once all callbacks are registered."""

    @app.before_request
    def guard() -> None:
        path = request.path
        if path == CALLBACKS:
            _guard_call(dash)
        elif path.startswith(_SUITES):
            _guard_suite(dash, path.removeprefix(_SUITES))
        elif path.startswith(_NO_PAGES) and request.url_rule and request.url_rule.rule.startswith("/<path:"):
            abort(404)


def _guard_call(dash: Dash) -> None:
    """Raises `InvalidValue` for what the page does not send, and other errors for bodies that are not read."""
    if request.method == "OPTIONS":
        return
    if request.method != "POST":
        raise MethodNotAllowed(["POST", "OPTIONS"])
    request.max_content_length = min(request.max_content_length or MAX_BODY_BYTES, MAX_BODY_BYTES)
    body = request.get_data()
    if not request.is_json:
        raise UnsupportedMediaType("The page sends application/json.")
    try:
        call = msgspec.json.decode(body, type=_Call)
    except msgspec.ValidationError as error:
        raise InvalidValue("body", None, f"what the page sends ({error})") from None
    except (ValueError, RecursionError) as error:
        listed = ({"field": "body", "value": None, "allowed": "one JSON object"},)
        raise MalformedMessage(f"the body is no JSON that can be read: {error}", listed) from None
    _guard_registered(dash, call)
    for named in (*call.inputs, *call.state):
        expected = _TYPES.get((named.id, named.property), Any)
        try:
            msgspec.convert(named.value, expected)
        except msgspec.ValidationError as error:
            raise InvalidValue(f"{named.id}.{named.property}", None, f"what the page sends ({error})") from None


def _guard_registered(dash: Dash, call: _Call) -> None:
    """Raises `InvalidValue` where no callback of the server has this output, these inputs and this state."""
    registered = dash.callback_map.get(call.output)
    if registered is None or "callback" not in registered:
        raise InvalidValue("output", call.output, "the output of a callback of this page")
    outputs = [_property(one) for one in call.output.strip(".").split("...")]
    if call.outputs != (outputs if call.output.startswith("..") else outputs[0]):
        raise InvalidValue("outputs", None, "those that `output` names, in its order")
    for name, given in (("inputs", call.inputs), ("state", call.state)):
        expected = [(one["id"], one["property"]) for one in registered[name]]
        if [(one.id, one.property) for one in given] != expected:
            raise InvalidValue(name, None, ", ".join(f"{id}.{property}" for id, property in expected) or "none")


def _property(output: str) -> dict[str, str]:
    id, _, name = output.rpartition(".")
    return {"id": id, "property": name}


def _guard_suite(dash: Dash, file: str) -> None:
    """A file of a package that Dash does not serve, or that is not there, is not found."""
    package, _, path = file.partition("/")
    inside, _ = check_fingerprint(path)
    registered = dash.registered_paths
    if package not in registered or inside not in registered[package]:
        abort(404)
    folder = Path(str(__import__(package).__file__)).parent
    if not (folder / inside).is_file():
        abort(404)
