"""What the views share: the request, the blueprint with our argument parser, and JSON answers."""

from copy import deepcopy
from typing import Any, NoReturn, cast
from urllib.parse import unquote_plus, unquote_to_bytes

import msgspec
from flask import Flask, Request, Response, request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.utils import cached_property

from timeline.api import access
from timeline.api.schemas import ProblemSchema
from timeline.errors import InvalidMessage, InvalidValue, MalformedMessage, shown


class _Parser(FlaskParser):
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self._where_nothing_is_asked: dict[Schema, dict[str, Any]] = {}

    def parse(self, argmap: Any, req: Any = None, *, location: str | None = None, **kwargs: Any) -> Any:
        """The loaded arguments. Where there is no query string at all they are the same each time."""
        if location != "query" or request.query_string:
            return super().parse(argmap, req, location=location, **kwargs)
        if argmap not in self._where_nothing_is_asked:
            self._where_nothing_is_asked[argmap] = super().parse(argmap, req, location=location, **kwargs)
        return dict(self._where_nothing_is_asked[argmap])

    def load_querystring(self, req: Any, schema: Any) -> Any:
        """The parameters, each but the lists given once: which of two would count is nobody's guess."""
        listed = {field.data_key or name for name, field in schema.fields.items() if isinstance(field, fields.List)}
        known = _names(schema)
        twice = [name for name, values in req.args.lists() if len(values) > 1 and name in known and name not in listed]
        if twice:
            raise ValidationError({name: ["expected this parameter once"] for name in twice})
        if b"%" in req.query_string and (illegible := _illegible(req.query_string)):
            raise ValidationError({name: ["expected UTF-8, percent-encoded"] for name in illegible})
        return {name: values if name in listed else values[0] for name, values in req.args.lists()}

    def handle_error(self, error: ValidationError, req: Any, schema: Any, **_: Any) -> NoReturn:
        """Name each parameter that is wrong, and where there is none of that name all that there are."""
        known = _names(schema)
        none_such = f"expected no parameter of this name, but any of {', '.join(known)}"
        listed = []
        for messages in error.normalized_messages().values():  # type: ignore[no-untyped-call]
            for name, told in messages.items():
                texts = told if isinstance(told, list) else [text for inner in told.values() for text in inner]
                texts = texts if name in known else [none_such]
                values = req.args.getlist(name)
                value = values[0] if len(values) == 1 else ", ".join(values)
                listed += [
                    {"field": name, "value": shown(value), "allowed": text.removeprefix("expected ")} for text in texts
                ]
        detail = "; ".join(f"{one['field']}: expected {one['allowed']}" for one in listed)
        raise InvalidMessage(detail, tuple(listed))


def _names(schema: Schema) -> list[str]:
    """The names of the parameters of a query string."""
    return [field.data_key or name for name, field in schema.fields.items()]


def _illegible(query: bytes) -> list[str]:
    """The parameters whose values are bytes that are not text. Werkzeug leaves these bytes percent-encoded."""
    found = []
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        try:
            unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            found.append(unquote_plus(name.decode("ascii", "replace")))
    return found


class WholeRequest(Request):
    """A request whose body is read whole or not at all, and whose query is text.

    Werkzeug refuses a body whose Content-Length is over the limit, but cuts one of unknown length
    (chunked) at the limit without a word, and what is left could still be read as a message.
    """

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The query. Raises `MalformedMessage` for bytes that are not text, of which Werkzeug makes a failure."""
        try:
            return super().args
        except UnicodeDecodeError as error:
            allowed = "UTF-8, percent-encoded"
            listed = ({"field": "query", "value": None, "allowed": allowed},)
            raise MalformedMessage(f"query: expected {allowed} (byte {error.start})", listed) from None

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        """The body. Raises `RequestEntityTooLarge` where more of it follows beyond the limit."""
        if not (args or kwargs) and (whole := self._whole()) is not None:
            return whole
        body = super().get_data(*args, **kwargs)
        limit = self.max_content_length
        cut_at_limit = limit is not None and self.content_length is None and len(body) >= limit
        if cut_at_limit and self.environ["wsgi.input"].read(1):
            raise RequestEntityTooLarge
        return body

    def _whole(self) -> bytes | None:
        """The body in one go, where it is said how long it is; None where it has to be read as a stream is."""
        length, limit = self.content_length, self.max_content_length
        if "stream" in self.__dict__ or length is None or (limit is not None and length > limit):
            return None
        if (held := self.__dict__.get("_cached_data")) is not None:
            return cast("bytes", held)
        stream, body = self.environ["wsgi.input"], b""
        while len(body) < length:
            if not (part := stream.read(length - len(body))):
                raise ClientDisconnected
            body += part
        self._cached_data = body
        return body


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose query parameters are refused in our words, and whose operations say whether they need a token.

    An operation that says nothing of its `security` is a read.
    """

    ARGUMENTS_PARSER = _Parser()

    def arguments(self, schema: type[Schema], **kwargs: Any) -> Any:
        """As the library's, with one schema for all requests: to make one takes longer than to use it."""
        return super().arguments(schema(), **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks += [_with_all_parameters, _secured]


def _with_all_parameters(doc: dict[str, Any], told: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The documentation of an operation with the parameters that its view names beside those of its query.

    The library would put them in their place: of two lists it keeps the one that was named by hand.
    """
    named = told.get("manual_doc", {}).pop("parameters", [])
    return {**doc, "parameters": [*doc.get("parameters", ()), *named]} if named else doc


def _secured(doc: dict[str, Any], told: dict[str, Any], *, app: Flask, **_: Any) -> dict[str, Any]:
    """The documentation of an operation with its `security`, and with how it refuses."""
    reading = access.OPTIONAL if app.config["READING_IS_OPEN"] else access.NEEDED
    security = told.get("manual_doc", {}).get("security", reading)
    refusals = {status: _REFUSALS[status] for status in ("401", "429") if security}
    refusals |= {"403": _REFUSALS["403"]} if security == access.NEEDED else {}
    return {**doc, "security": security, "responses": {**doc.get("responses", {}), **deepcopy(refusals)}}


def _refusal(description: str, **headers: str) -> dict[str, Any]:
    """How the documentation tells a refusal, with the headers (name -> JSON type) that it carries."""
    return {
        "description": description,
        "headers": {name.replace("_", "-"): {"schema": {"type": kind}} for name, kind in headers.items()},
        "content": {"application/problem+json": {"schema": ProblemSchema}},
    }


_REFUSALS = {
    "401": _refusal("A token is needed, or the one that was sent is not accepted", WWW_Authenticate="string"),
    "403": _refusal("The token lacks the scope, or may not use the source", WWW_Authenticate="string"),
    "429": _refusal("Too many requests; wait so many seconds", Retry_After="integer"),
}


def expected_version(headers: Headers) -> int | None:
    """The version that the subject must have (`If-Match: "3"`; `If-None-Match: *` is 0), or None for any.

    Raises `InvalidValue` for what is neither.
    """
    if "If-None-Match" in headers:
        if headers["If-None-Match"].strip() != "*" or "If-Match" in headers:
            raise InvalidValue("If-None-Match", headers["If-None-Match"], "'*', and no If-Match beside it")
        return 0
    given = headers.get("If-Match", "*").strip()
    if given == "*":
        return None
    version = given.removeprefix('"').removesuffix('"')
    if f'"{version}"' != given or not (version.isascii() and version.isdecimal()) or len(version) > 18:
        raise InvalidValue("If-Match", given, "one version as an entity tag, for example '\"3\"'")
    return int(version)


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, content_type="application/json")
