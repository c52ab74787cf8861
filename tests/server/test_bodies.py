"""Bodies: read at a pace, in memory or in a file, and for those who may."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from tests.loops import run as on_a_loop
from timeline.errors import MessageTooLarge, StoreFull, TooSlow
from timeline.server import bodies
from timeline.server.bodies import MAX_BYTES_IN_MEMORY, Body, BodyLimits, read_body
from timeline.server.pool import ClientGone

LIMITS = BodyLimits(5_000_000, 60)


def sent(chunks: Iterable[bytes | None], *, ends: bool = True) -> Callable[[], Awaitable[Any]]:
    """A body that comes so; None stands for a client that goes, and what does not end never goes on."""
    waiting = list(chunks)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        chunk = waiting.pop(0)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting) or not ends}

    return receive


def read(
    receive: Callable[[], Awaitable[Any]], length: int | None, limits: BodyLimits = LIMITS, trusted: bool = True
) -> Body:
    async def may_be_long() -> bool:
        return trusted

    return on_a_loop(read_body(receive, length, limits, may_be_long))


@pytest.mark.parametrize("length", [11, None])
def test_a_short_body_is_there_as_it_was_sent(length: int | None) -> None:
    body = read(sent([b"one ", b"", b"two thr"]), length)

    assert body.is_whole
    assert body.file.read() == b"one two thr"


@pytest.mark.parametrize("told", [True, False])
def test_a_long_body_of_one_who_may_is_kept_in_a_file(told: bool) -> None:
    chunks = [bytes([number]) * 300_000 for number in range(12)]
    body = read(sent(chunks), 3_600_000 if told else None)

    with body.file:
        assert body.is_whole
        assert body.file.fileno() > 2
        assert body.file.read() == b"".join(chunks)


@pytest.mark.parametrize("told", [True, False])
def test_a_long_body_of_one_who_may_not_is_not_read(told: bool) -> None:
    chunks = [b"x" * 400_000] * 9
    body = read(sent(chunks), 3_600_000 if told else None, trusted=False)

    assert not body.is_whole
    assert len(body.file.read()) <= MAX_BYTES_IN_MEMORY + 400_000


@pytest.mark.parametrize("told", [True, False])
def test_a_body_over_the_limit_is_not_read_to_its_end(told: bool) -> None:
    limits = BodyLimits(5_000, 60)
    if told:
        assert not read(sent([b"x" * 100] * 1_000), 100_000, limits).is_whole
    else:
        with pytest.raises(MessageTooLarge):
            read(sent([b"x" * 100] * 1_000), None, limits)


def test_a_long_body_that_can_not_be_kept_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bodies, "TemporaryFile", full)

    with pytest.raises(StoreFull):
        read(sent([b"x" * 400_000] * 9), None)


def test_a_body_that_stops_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "FIRST_SECONDS", 0.05)

    with pytest.raises(TooSlow, match="3 bytes of it came within"):
        read(sent([b"abc"], ends=False), 10)


def test_a_body_may_take_no_longer_than_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "FIRST_SECONDS", 0.05)
    monkeypatch.setattr(bodies, "MIN_BYTES_A_SECOND", 1)

    with pytest.raises(TooSlow):
        read(sent([b"x" * 1_000], ends=False), 2_000, BodyLimits(5_000, 0.1))


def test_who_goes_before_the_end_is_not_answered() -> None:
    with pytest.raises(ClientGone):
        read(sent([b"abc", None]), 10)
