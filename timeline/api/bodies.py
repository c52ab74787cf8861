"""Bodies of many events: read as a stream of lines, or as one array, each message for itself.

A line is what stands between two line feeds (NDJSON). Of a stream no more is held than one block and one line.
"""

import time
from collections.abc import Iterator
from typing import IO, Any

from flask import Request
from msgspec import Struct
from werkzeug.exceptions import ClientDisconnected

from timeline.errors import MalformedMessage, TimelineError, TooSlow, too_large
from timeline.wire.json_body import parse_json

BLOCK = 65_536
"""Bytes that are read at a time."""


ARRAY = 32
"""How many times what one event may have an array may: it is held in memory as a whole."""


class BodyLimits(Struct, frozen=True):
    """Bytes of one event, bytes of a whole body, and seconds that reading it may take."""

    event: int
    body: int
    seconds: float


def messages_of_lines(request: Request, limits: BodyLimits) -> Iterator[tuple[int, Any | TimelineError]]:
    """The lines of a request by number, each read as JSON, or why that can not be; empty ones are passed over.

    Raises `MessageTooLarge` and `TooSlow` where the body goes over a limit: what came before was given.
    """
    for number, line in enumerate(_lines(request, limits), 1):
        if len(line) > limits.event:
            yield number, too_large("line", limits.event)
        elif line.strip():
            try:
                yield number, parse_json(line)
            except TimelineError as error:
                yield number, error


def messages_of_array(request: Request, limits: BodyLimits) -> Iterator[tuple[int, Any | TimelineError]]:
    """The messages of a JSON array, counted from 1. Raises `MalformedMessage` for any other body."""
    request.max_content_length = min(limits.body, ARRAY * limits.event)
    given = parse_json(request.get_data(cache=False))
    if not isinstance(given, list):
        raise MalformedMessage(
            "a batch is a JSON array of messages", ({"field": "body", "value": None, "allowed": "one JSON array"},)
        )
    yield from enumerate(given, 1)


def _lines(request: Request, limits: BodyLimits) -> Iterator[bytes]:
    """The lines of the body. Of one that is over the limit no more is kept than shows that it is."""
    rest = b""
    for block in _blocks(request, limits):
        *whole, last = block.split(b"\n")
        if whole:
            yield rest + whole[0]
            yield from whole[1:]
            rest = last
        else:
            rest += last
        rest = rest[: limits.event + 1]
    if rest:
        yield rest


def _blocks(request: Request, limits: BodyLimits) -> Iterator[bytes]:
    """The body, block by block. What is cut off on the way is refused, and not taken for the end."""
    if request.content_length is not None and request.content_length > limits.body:
        raise too_large("body", limits.body)
    request.max_content_length = limits.body
    stream: IO[bytes] = request.stream
    until, read = time.monotonic() + limits.seconds, 0
    while block := stream.read(BLOCK):
        read += len(block)
        if read > limits.body:
            raise too_large("body", limits.body)
        yield block
        if time.monotonic() > until:
            raise TooSlow(f"body: it took more than {limits.seconds:g} seconds to come")
    if request.content_length is not None and read < request.content_length:
        raise ClientDisconnected
