"""The body of a request, read on the event loop before a thread is needed.

A short one is held in memory; what is longer goes to a file without a name, and only for somebody who may append. A
body has to come at a pace: whoever stops in the middle is told so (408) and holds nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

from msgspec import Struct

from timeline.errors import TooSlow, too_large
from timeline.server.pool import ClientGone
from timeline.store.failures import store_failure

Receive = Callable[[], Awaitable[Any]]

MAX_BYTES_IN_MEMORY = 1_000_000
FIRST_SECONDS = 20.0
"""Everybody has so long for a body, however short it is."""
MIN_BYTES_A_SECOND = 2_000
"""A longer one may take the time that it takes at this pace."""
BLOCK_BYTES = 1_000_000
"""So much is written to the file at a time."""


class BodyLimits(Struct, frozen=True):
    """The longest body that is read (bytes), and how long one may take at most (seconds)."""

    max_bytes: int
    max_seconds: float


class Body(Struct):
    """What was read. `is_whole`: all of it; else its rest is not read, since the application will refuse it."""

    file: IO[bytes]
    is_whole: bool = True


async def read_body(
    receive: Receive, length: int | None, limits: BodyLimits, may_be_long: Callable[[], Awaitable[bool]]
) -> Body:
    """Read a body of `length` bytes (None: not told).

    `may_be_long` is asked once where it does not fit in memory. Raises `TooSlow`, `MessageTooLarge`, `ClientGone`, and
    `StoreUnusable` where a long one can not be kept.
    """
    if length is not None and (length > limits.max_bytes or not (length <= MAX_BYTES_IN_MEMORY or await may_be_long())):
        return Body(BytesIO(), is_whole=False)
    chunks, size, spool = list[bytes](), 0, None
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(FIRST_SECONDS) as deadline:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                chunk = message.get("body", b"")
                chunks.append(chunk)
                size += len(chunk)
                if not message.get("more_body"):
                    break
                seconds = min(FIRST_SECONDS + size / MIN_BYTES_A_SECOND, limits.max_seconds)
                deadline.reschedule(began + seconds)
                if size > limits.max_bytes:
                    raise too_large("body", limits.max_bytes)
                if size > MAX_BYTES_IN_MEMORY and spool is None:
                    if length is None and not await may_be_long():
                        return Body(BytesIO(b"".join(chunks)), is_whole=False)
                    spool = TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
                if spool is not None and sum(map(len, chunks)) >= BLOCK_BYTES:
                    await loop.run_in_executor(None, spool.write, b"".join(chunks))
                    chunks.clear()
        if spool is None:
            return Body(BytesIO(b"".join(chunks)))
        await loop.run_in_executor(None, _finish, spool, b"".join(chunks))
        return Body(spool)
    except TimeoutError:
        _close(spool)
        seconds = round(loop.time() - began)
        raise TooSlow(f"body: {size} bytes of it came within {seconds} seconds; it has to come faster") from None
    except OSError as error:
        _close(spool)
        raise store_failure("a long body can not be kept", error) from error
    except BaseException:
        _close(spool)
        raise


def _finish(spool: IO[bytes], rest: bytes) -> None:
    spool.write(rest)
    spool.seek(0)


def _close(spool: IO[bytes] | None) -> None:
    if spool is not None:
        spool.close()
