"""What the views share: the blueprint with our argument parser, and JSON answers."""

from typing import Any, NoReturn

import msgspec
from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, ValidationError, fields
from webargs.flaskparser import FlaskParser

from timeline.errors import InvalidMessage, shown


class _Parser(FlaskParser):
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def load_querystring(self, req: Any, schema: Any) -> Any:
        """The parameters, each but the lists given once: which of two would count is nobody's guess."""
        listed = {field.data_key or name for name, field in schema.fields.items() if isinstance(field, fields.List)}
        twice = [name for name, values in req.args.lists() if len(values) > 1 and name not in listed]
        if twice:
            raise ValidationError({name: ["expected this parameter once"] for name in twice})
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, req: Any, *_: Any, **__: Any) -> NoReturn:
        """Name each parameter that is wrong."""
        listed = []
        for messages in error.normalized_messages().values():  # type: ignore[no-untyped-call]
            for name, told in messages.items():
                texts = told if isinstance(told, list) else [text for inner in told.values() for text in inner]
                values = req.args.getlist(name)
                value = values[0] if len(values) == 1 else ", ".join(values)
                listed += [
                    {"field": name, "value": shown(value), "allowed": text.removeprefix("expected ")} for text in texts
                ]
        detail = "; ".join(f"{one['field']}: expected {one['allowed']}" for one in listed)
        raise InvalidMessage(detail, tuple(listed))


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose query parameters are refused in our words."""

    ARGUMENTS_PARSER = _Parser()


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, content_type="application/json")
