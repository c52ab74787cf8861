"""Many listeners of a running service at once, on plain sockets, and one that is cut off and goes on where it was."""

import asyncio
import json
import time
from datetime import datetime

from msgspec import Struct, field

from tests.scenarios import message
from tests.servers import Running


class Heard(Struct):
    """What one listener was told: positions, and seconds from the recording of each to its arrival."""

    positions: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


async def listen(service: Running, heard: Heard, until: int, after: int | None = None) -> None:
    """Listen until an event of a position, or until cut off (by cancellation)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    last = f"Last-Event-ID: {after}\r\n" if after is not None else ""
    writer.write(f"GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n{last}\r\n".encode())
    try:
        while not heard.positions or heard.positions[-1] < until:
            line = await reader.readline()
            assert line, "the stream ended"
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                heard.positions.append(event["position"])
                recorded = datetime.fromisoformat(event["recordedtime"]).timestamp()
                heard.delays.append(time.time() - recorded)
    finally:
        writer.close()


async def append(service: Running, token: str, count: int, a_second: float) -> None:
    """Append so many events, one after another, at an even pace."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    began = time.monotonic()
    for number in range(count):
        body = json.dumps(message(id=f"s-{number}")).encode()
        writer.write(
            f"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        status = await reader.readline()
        assert b" 201 " in status, status
        length = 0
        while (line := await reader.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        await reader.readexactly(length)
        await asyncio.sleep(max(0.0, began + (number + 1) / a_second - time.monotonic()))
    writer.close()


async def all_listen(service: Running, listeners: int, seconds: float, a_second: float) -> list[Heard]:
    """So many listen while events are appended; one more is cut off half way and goes on. What each heard."""
    count = int(seconds * a_second)
    token = service.token("writer", "append")
    heard = [Heard() for _ in range(listeners + 1)]
    listening = [asyncio.create_task(listen(service, one, count)) for one in heard[1:]]
    cut_off = asyncio.create_task(listen(service, heard[0], count))
    await asyncio.sleep(1)
    appending = asyncio.create_task(append(service, token, count, a_second))
    await asyncio.sleep(seconds / 2)
    cut_off.cancel()
    await asyncio.sleep(seconds / 10)
    await listen(service, heard[0], count, after=heard[0].positions[-1])
    await asyncio.gather(appending, *listening)
    return heard
