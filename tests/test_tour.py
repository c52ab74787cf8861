"""The README's tour, run as it stands there, on the command `timeline serve` as a newcomer starts it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.scenarios import message
from tests.servers import TIMELINE, UNLIMITED, Running, serving
from timeline.domain.facts import TOPICS

README = Path(__file__).parent.parent / "README.md"


def tour() -> list[str]:
    """The commands of the tour: indented lines that begin with curl, with the lines they run on to."""
    text = README.read_text("utf-8").partition("## A five-minute tour")[2].partition("\n## ")[0]
    blocks = [block for block in text.split("\n\n") if block.startswith("    curl ")]
    commands = [command for block in blocks for command in re.split(r"\n(?=    curl )", block)]
    return [re.sub(r"^ {4}", "", command, flags=re.MULTILINE).strip() for command in commands]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the demo."""
    store = str(tmp_path_factory.mktemp("tour") / "demo.db")
    subprocess.run([*TIMELINE, "--store", store, "demo"], check=True, capture_output=True)
    with serving(store) as running:
        yield running


def test_the_tour_does_what_the_readme_says(server: Running) -> None:
    curl = shutil.which("curl")
    assert curl, "the tour is run with curl; install it"

    said = []
    environment = {**os.environ, "TOKEN": server.token("demo", "append", "assess")}
    for command in tour():
        here = command.replace("http://127.0.0.1:8050", server.address).replace("curl ", f"{curl} ", 1)
        done = subprocess.run(["/bin/sh", "-c", here], check=True, capture_output=True, env=environment)
        said.append(json.loads(done.stdout))

    assert len(said) == 8
    on_22_may, on_20_may, appended, before, after, history, unaware, refused = said
    capture = on_22_may["items"][0]
    assert capture["status"] == "disputed"
    assert {"occurrence": "denies", "extent": "concedes"} in [one["stance"] for one in capture["accounts"]]
    assert [item["status"] for item in on_20_may["items"]] == ["claimed"]
    assert set(appended) == {"position", "subject", "version", "recorded_at", "origin", "epoch", "warnings"}
    assert [one["item"]["status"] for one in (before, after)] == ["claimed", "disputed"]
    assert [step["status"] for step in history["steps"]] == ["claimed", "disputed"]
    assert unaware["item"]["status"] == "claimed"
    assert refused["status"] == 422
    assert refused["errors"][0]["field"] == "source"


def test_the_tour_in_python_does_what_the_readme_says(server: Running) -> None:
    text = README.read_text("utf-8").partition("From Python, with")[2].partition("\nReload <")[0]
    script = "\n".join(line[4:] for line in text.splitlines() if line.startswith("    ") or not line)
    script = script.replace("http://127.0.0.1:8050", server.address)

    environment = {**os.environ, "TOKEN": server.token("python", "append")}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60)

    assert done.returncode == 0, done.stderr
    counts, developments, event, copy = done.stdout.splitlines()
    assert "'accepted': 2" in counts
    assert int(developments.split()[0]) > 5
    assert event in TOPICS
    assert re.fullmatch(r"(8[0-9]{2}) events, up to \1-[0-9a-f]{12}", copy)


def test_the_follower_of_the_tour_ends_with_what_the_log_holds_whatever_is_restored(tmp_path: Path) -> None:
    text = README.read_text("utf-8").partition("    def follow(")[2].partition("\n    kept = {}")[0]
    follower = "\n".join(line[4:] for line in f"    def follow({text}".splitlines())
    with serving(str(tmp_path / "log.db"), **UNLIMITED) as running, httpx.Client() as api:
        api.base_url = httpx.URL(f"{running.address}/api/v1")
        api.headers["Authorization"] = f"Bearer {running.token('tour', 'append')}"
        here: dict[str, Any] = {"api": api}
        exec(follower, here)
        kept: dict[int, Any] = {}

        def report(*ids: str) -> None:
            for id in ids:
                api.post("/events", json=message(id=id, subject=f"tour:{id}")).raise_for_status()

        def held() -> list[str]:
            return [event["id"] for event in api.get("/events").json()["items"]]

        report("a", "b")
        running.timeline("backup", str(tmp_path / "two.ndjson"))
        report("c", "d")
        after = here["follow"](kept)
        running.timeline("restore", "--replace", str(tmp_path / "two.ndjson"))
        assert api.get("/events", params={"after": after}).json()["restart_after"].startswith("2-")
        after = here["follow"](kept, after)
        assert [kept[position]["id"] for position in sorted(kept)] == held() == ["a", "b"]

        report("e", "f", "g")
        after = here["follow"](kept, after)
        running.timeline("restore", "--replace", str(tmp_path / "two.ndjson"))
        report("h", "i", "j", "k")
        here["follow"](kept, after)
        assert [kept[position]["id"] for position in sorted(kept)] == held() == ["a", "b", "h", "i", "j", "k"]


def test_the_position_that_the_tour_names_is_where_the_demo_ends(server: Running) -> None:
    named = re.findall(r"recorded_at=(\d+)", README.read_text("utf-8"))

    with urllib.request.urlopen(f"{server.address}/api/v1/events?after={int(named[0]) - 1}&limit=2") as answer:
        events = json.load(answer)["items"]

    assert events[0]["source"].startswith("//fixtures/")
    assert all(not event["source"].startswith("//fixtures/") for event in events[1:])


def test_an_unknown_path_below_the_api_is_an_error_and_not_the_page(server: Running) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.address}/api/v1/nothing")

    assert refused.value.code == 404
    assert refused.value.headers["Content-Type"] == "application/problem+json"
    refused.value.close()


def test_the_server_stops_when_it_is_asked_to(server: Running) -> None:
    server.process.send_signal(signal.SIGTERM)

    assert server.process.wait(timeout=15) == 0
