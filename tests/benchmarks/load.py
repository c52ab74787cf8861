"""Requests over kept-open connections, side by side, as fast as they are answered."""

import asyncio
import statistics
import time
from collections.abc import Iterator

from msgspec import Struct

CONNECTIONS = 8


class Asked(Struct, frozen=True):
    """A request: what is sent, and the status that it must have."""

    sent: bytes
    status: int


class Rate(Struct, frozen=True):
    """Requests a second, and milliseconds until the answer: median and 99th percentile."""

    a_second: float
    median: float
    p99: float


def asked(path: str, status: int = 200, body: bytes | None = None, **headers: str) -> Asked:
    """A request as bytes."""
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return Asked("\r\n".join([*lines, "", ""]).encode() + (body or b""), status)


def measured(port: int, requests: Iterator[Asked], seconds: float) -> Rate:
    """Send requests for so many seconds; raises `AssertionError` for an answer with another status."""
    times: list[float] = []
    began = time.perf_counter()
    asyncio.run(_all(port, requests, began + seconds, times))
    taken = time.perf_counter() - began
    return Rate(len(times) / taken, statistics.median(times) * 1_000, sorted(times)[int(len(times) * 0.99)] * 1_000)


async def _all(port: int, requests: Iterator[Asked], until: float, times: list[float]) -> None:
    await asyncio.gather(*(_one(port, requests, until, times) for _ in range(CONNECTIONS)))


async def _one(port: int, requests: Iterator[Asked], until: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    while time.perf_counter() < until:
        one = next(requests)
        began = time.perf_counter()
        writer.write(one.sent)
        status, length = await _head(reader)
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
        assert status == one.status, f"{status} for {one.sent[:200]!r}"
    writer.close()


async def _head(reader: asyncio.StreamReader) -> tuple[int, int]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return int(head.split(b" ", 2)[1]), int(length or 0)
