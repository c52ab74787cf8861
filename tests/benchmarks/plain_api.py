"""What stands beside our API in its benchmark: Flask, marshmallow, and one durable insert for each request.

It validates the same schemas and keeps the body as it came; it has no log, no tokens and no idea of time. Started by
granian as ours is: `PLAIN_STORE` names its file, `PLAIN_ROWS` a file with the items that `/dump` dumps.
"""

import json
import os
import sqlite3
from pathlib import Path
from threading import local

from flask import Flask, Response, request

from timeline.api.schemas import ItemSchema
from timeline.wire.events import EnvelopeSchema
from timeline.wire.facts import SCHEMAS


def app() -> Flask:
    """The application."""
    plain = Flask("plain")
    store = os.environ["PLAIN_STORE"]
    rows = json.loads(Path(os.environ["PLAIN_ROWS"]).read_text()) if os.environ.get("PLAIN_ROWS") else []
    envelope, item, mine = EnvelopeSchema(), ItemSchema(many=True), local()
    with sqlite3.connect(store) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, id TEXT UNIQUE, state BLOB)")

    def connection() -> sqlite3.Connection:
        if not hasattr(mine, "connection"):
            mine.connection = sqlite3.connect(store, isolation_level=None, timeout=30)
            mine.connection.execute("PRAGMA synchronous=FULL")
        return mine.connection

    @plain.post("/events")
    def append() -> tuple[dict[str, int | None], int]:
        told = envelope.load(request.get_json())
        SCHEMAS[told["type"]].load(told["data"])
        given = (told["id"], request.get_data())
        position = connection().execute("INSERT INTO events (id, state) VALUES (?, ?)", given).lastrowid
        return {"position": position}, 201

    @plain.get("/dump")
    def dump() -> Response:
        return Response(json.dumps({"items": item.dump(rows)}), content_type="application/json")

    @plain.get("/nothing")
    def nothing() -> Response:
        return Response(b"{}", content_type="application/json")

    return plain
