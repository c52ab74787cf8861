"""What reads at the three cuts have in common: they wait for the reader's own write, and tell their cuts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response

from timeline.api.caching import Freshness
from timeline.api.http import ApiBlueprint
from timeline.api.queries import Query
from timeline.readmodel.cuts import HeldCuts
from timeline.wire import answers

View = Callable[..., Response]


class CutAnswers:
    """The reads of one blueprint."""

    def __init__(self, reads: ApiBlueprint, freshness: Freshness) -> None:
        self._reads = reads
        self._freshness = freshness
        reads.before_request(freshness.at_hand)

    def asked(self, schema: type[Query]) -> Callable[[View], View]:
        """A decorator that gives a view its query, once the log has come as far as that wants."""

        def decorate(view: View) -> View:
            @wraps(view)
            def awaited(query: dict[str, Any], **path: str) -> Response:
                self._freshness.await_position(query.get("min_position"))
                return view(query, **path)

            return self._reads.arguments(schema, location="query")(awaited)  # type: ignore[no-any-return]

        return decorate

    def respond(self, held: HeldCuts, query: dict[str, Any], body: dict[str, Any]) -> Response:
        """An answer with its cuts."""
        told = {**answers.held(held), **body}
        is_fixed = self._freshness.is_fixed(query.get("recorded_at"))
        return self._freshness.answer(told, held.cuts.position, fixed=is_fixed)
