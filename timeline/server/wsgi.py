"""A request as the application takes it (PEP 3333), and what the application answers.

The bridges that there are (a2wsgi, asgiref) keep a thread for as long as a body comes or an answer is read. Here the
body is there before, and an answer is fetched part by part: a thread is held while the application makes one.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import structlog
from msgspec import Struct

log = structlog.get_logger(__name__)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

PART_BYTES = 65_536
"""So much of a long answer is fetched at once."""
_PLAIN = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


class Answer(Struct):
    """What the application answers: whole, or as parts that are still to be made."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    parts: Iterator[bytes] | None = None
    close: Callable[[], None] | None = None
    has_length: bool = False
    """The body is what its headers say: its length stands there."""


def environ_of(scope: dict[str, Any], body: IO[bytes]) -> dict[str, Any]:
    """The environment of a request."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue  # would be taken for the header with a hyphen
        key = _PLAIN.get(name) or f"HTTP_{name.decode('latin1').upper().replace('-', '_')}"
        text = value.decode("latin1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    return environ


def call(application: Application, environ: dict[str, Any]) -> Answer:
    """What the application answers; of one that is made part by part nothing is made yet."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
        started[:] = [(status, headers)]
        return _no_write

    parts = application(environ, start_response)
    status, headers = started[0]
    answer = Answer(int(status[:3]), encoded(headers))
    if isinstance(parts, list | tuple):
        answer.body = parts[0] if len(parts) == 1 else b"".join(parts)
    else:
        answer.parts, answer.close = iter(parts), getattr(parts, "close", None)
    return answer


def encoded(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as the server sends them."""
    return [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]


class Part(Struct):
    """The next bytes of an answer. `failed`: the application could not go on after them."""

    body: bytes
    is_last: bool
    failed: bool = False


def next_part(parts: Iterator[bytes]) -> Part:
    """The next bytes of an answer that is made part by part."""
    chunks, size = list[bytes](), 0
    try:
        for chunk in parts:
            chunks.append(chunk)
            size += len(chunk)
            if size >= PART_BYTES:
                return Part(b"".join(chunks), is_last=False)
    except Exception as error:  # what was made before is sent, and then the connection is cut: that is how it is told
        log.exception("an answer broke off", exc_info=error)
        return Part(b"".join(chunks), is_last=True, failed=True)
    return Part(b"".join(chunks), is_last=True)


def _no_write(_: bytes) -> None:
    raise RuntimeError("the application has to return what it answers")
