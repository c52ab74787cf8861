"""`/healthz` goes by the process alone, whatever becomes of the store."""

import json
import urllib.request
from pathlib import Path

from tests.servers import serving


def test_a_server_whose_store_was_deleted_still_says_that_it_lives(tmp_path: Path) -> None:
    store = tmp_path / "log.db"
    with serving(str(store)) as server:
        assert store.exists()
        for file in tmp_path.glob("log.db*"):
            file.unlink()
        with urllib.request.urlopen(f"{server.address}/healthz") as answered:
            assert (answered.status, json.load(answered)) == (200, {"status": "ok"})
