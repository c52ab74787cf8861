"""Paging on a real server while somebody appends: with a fixed recorded cut nothing is missed and nothing doubled."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.scenarios import message
from tests.servers import UNLIMITED, Running, serving

BEFORE, MEANWHILE = 1_500, 5_000


def lines(numbers: range) -> bytes:
    """Developments on two fronts, begun on days all over a year, so that new ones fall between those of any page."""
    return b"\n".join(
        json.dumps(
            message(
                id=f"m-{number}",
                data={
                    "title": f"Number {number}",
                    "front": f"front-{number % 2}",
                    "occurred": f"2022-{number * 7 % 12 + 1:02}-{number * 11 % 28 + 1:02}",
                },
            )
        ).encode()
        for number in numbers
    )


def append(service: Running, token: str, numbers: range) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    address = f"{service.address}/api/v1/events?outcomes=refused"
    answer = httpx.post(address, content=lines(numbers), headers=headers, timeout=120)
    return json.loads(answer.text.splitlines()[0])


def pages(service: Running, **query: Any) -> list[str]:
    """The titles of a whole timeline, read page by page."""
    found: list[str] = []
    with httpx.Client(timeout=60) as client:
        while True:
            page = client.get(f"{service.address}/api/v1/timeline", params={"limit": 37, **query}).json()
            found += [one["title"] for one in page["items"]]
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]


def test_two_readers_page_while_a_third_appends_and_miss_nothing(tmp_path: Path) -> None:
    with serving(str(tmp_path / "paging.db"), **UNLIMITED) as service, ThreadPoolExecutor(3) as threads:
        token = service.token("writer", "append")
        assert append(service, token, range(BEFORE))["accepted"] == BEFORE

        appending = threads.submit(append, service, token, range(BEFORE, BEFORE + MEANWHILE))
        fixed = threads.submit(pages, service, recorded_at=BEFORE)
        latest = threads.submit(pages, service)

        assert appending.result()["accepted"] == MEANWHILE
        assert sorted(fixed.result()) == sorted(f"Number {number}" for number in range(BEFORE))
        # Whoever names no cut pages at that of the first page: the beginning of the log up to some position.
        found = latest.result()
        assert sorted(found) == sorted(f"Number {number}" for number in range(len(found)))
        assert fixed.result() == pages(service, recorded_at=BEFORE)
