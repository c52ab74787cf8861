"""JSON as bodies bring it: UTF-8, each key once, no numbers that JSON does not have."""

import codecs
import json
from typing import Any

from timeline.errors import MalformedMessage, shown

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),  # begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def parse_json(body: bytes) -> Any:
    """The JSON value of a body. Raises `MalformedMessage` for what is not JSON in UTF-8, or names a key twice."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            raise malformed(f"the body begins with a byte order mark (BOM) of {encoding}; send UTF-8 without one")
    if b"\0" in body[:4]:
        raise malformed("the body seems to be UTF-16 or UTF-32; send UTF-8")
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise malformed(f"the body is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise malformed("the body is nested too deeply") from None
    except ValueError as error:
        raise malformed(f"the body is not JSON: {error}") from None


def malformed(detail: str) -> MalformedMessage:
    """The refusal of a body, or of a line of one, that can not be read."""
    return MalformedMessage(detail, ({"field": "body", "value": None, "allowed": "one JSON object, UTF-8"},))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(twice)!r} stands twice in one object")
    return seen


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
