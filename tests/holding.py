"""Sockets that hold a server: each asks for something, and then does nothing."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from tests.servers import Running

HEAD = b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
BODY = b"POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
KINDS = {
    "a long poll": HEAD % (b"/api/v1/events?after=0&type=front.closed", b"Prefer: wait=60\r\n"),
    "half the body of a callback": BODY % (b"/_dash-update-component", b""),
    "half the body of an event": BODY % (b"/api/v1/events", b"Authorization: Bearer none\r\n"),
    "a file that nobody reads": HEAD % (b"/api/v1/exports/ndjson", b""),
    "an answer that nobody reads": HEAD % (b"/api/v1/timeline?limit=500", b""),
    "a page that nobody reads": HEAD % (b"/", b""),
    "a stream of events": HEAD % (b"/api/v1/events/stream", b""),
    "half a head": b"GET /api/v1/fronts HTTP/1.1\r\nHost: localhost\r\nX",
    "nothing at all": b"",
}
"""What is held -> what is sent for it."""


class Footprint(Struct, frozen=True):
    """What a server has of the system's."""

    threads: int
    descriptors: int
    megabytes: int


def footprint(server: Running) -> Footprint:
    """What a server has now."""
    process = Path("/proc") / str(server.process.pid)
    fields = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    descriptors = len(list((process / "fd").iterdir()))
    return Footprint(int(fields["Threads"]), descriptors, int(fields["VmRSS"].split()[0]) // 1024)


@contextmanager
def held(server: Running, request: bytes, sockets: int, addresses: int) -> Iterator[list[socket.socket]]:
    """So many sockets, from so many addresses of this machine, that sent a request and read nothing."""
    with ExitStack() as stack:
        opened = []
        for number in range(sockets):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            one.settimeout(30)
            one.bind((f"127.0.0.{2 + number % addresses}" if addresses > 1 else "127.0.0.1", 0))
            one.connect(("127.0.0.1", server.port))
            one.sendall(request)
            opened.append(one)
        yield opened
