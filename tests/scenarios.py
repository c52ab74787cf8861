"""Named scenarios: instants, facts, recorded histories, and a whole service on a temporary file with a fake clock.

Everything here is plain functions with defaults that read well, so that a test names only what it is about.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from msgspec import Struct
from werkzeug.test import TestResponse

from tests.engines import Engine
from timeline.access.keeping import Tokens
from timeline.access.opening import tokens_of
from timeline.access.tokens import Scope
from timeline.api.app import create_api
from timeline.config import Config
from timeline.domain.aggregates import Submission
from timeline.domain.descriptions import Description
from timeline.domain.facts import AccountGiven, DevelopmentReported, Event, Fact, Recorded, SourceRegistered
from timeline.domain.moments import Occurred, parse_instant
from timeline.domain.status import Identity
from timeline.domain.values import Account, MessageId, development_id_of, source_id
from timeline.domain.vocabulary import Aspect, Kind, SourceKind, Stance
from timeline.projections.engines import generations_of
from timeline.projections.running import Runner
from timeline.readmodel.questions import Reader
from timeline.store.log import ConflictLog

NOW = datetime(2023, 6, 1, 12, tzinfo=UTC)
BAKHMUT = development_id_of("test:bakhmut-capture")
GRAYVORON = development_id_of("test:grayvoron-entry")
KOZINKA = development_id_of("test:kozinka")

SIDES = {"ru-mod": "russia", "wagner": "russia", "rybar": "russia", "ua-mod": "ukraine", "ua-stratcom": "ukraine"}
"""Sources of the scenarios and the side that each stands on; any other source stands only for itself."""


class FakeClock:
    """A clock that shows what it is told to show."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        self.now = instant(text)

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def instant(text: str) -> datetime:
    """An instant as the wire spells it; a plain date is the start of that day."""
    return parse_instant(text, "test")


def account(source: str = "ru-mod", occurrence: str | None = "asserts", **more: Any) -> Account:
    """What a source says: `account("ua-mod", "denies", extent="concedes")`; other words are fields of the account."""
    stances = {"occurrence": occurrence} | {str(aspect): more.pop(str(aspect), None) for aspect in list(Aspect)[1:]}
    return Account(source, {Aspect(a): Stance(s) for a, s in stances.items() if s}, **more)


def described(**changed: Any) -> Description:
    """A complete description; name only what matters."""
    told = {"front": "bakhmut", "kind": Kind.CAPTURE, "title": "Bakhmut capture claimed", "occurred": "2023-05-20"}
    told |= changed
    return Description(**{**told, "occurred": Occurred(told["occurred"])})


def reported(source: str = "ru-mod", occurrence: str | None = "asserts", **changed: Any) -> DevelopmentReported:
    """A complete report by a source."""
    return DevelopmentReported(described(**changed), account(source, occurrence))


def given(source: str, occurrence: str | None = "asserts", **more: Any) -> AccountGiven:
    """An account of something already reported."""
    return AccountGiven(account(source, occurrence, **more))


def registered(slug: str, affiliation: str | None = None) -> SourceRegistered:
    """A source taken into the catalogue."""
    return SourceRegistered(slug, slug.upper(), SourceKind.OTHER, affiliation)


def identity_of(slug: str) -> Identity:
    """Who a source of the scenarios is: each is registered."""
    return Identity(slug, True, frozenset(filter(None, (SIDES.get(slug),))))


def at(position: int, reported_at: str, fact: Fact, id: UUID = BAKHMUT) -> Recorded:
    """A fact as the log holds it: recorded a minute a position after noon of 1 June 2023."""
    recorded_at = NOW + timedelta(minutes=position)
    message = MessageId("//test", f"m-{position}")
    return Recorded(position, recorded_at, Event(id, position, instant(reported_at), message, fact))


def submission(
    fact: Fact, reported_at: str | None = "2023-05-21", id: UUID = BAKHMUT, message: str = "m"
) -> Submission:
    """A wish to append."""
    return Submission(id, instant(reported_at) if reported_at else None, MessageId("//test", message), fact)


class Scene(Struct):
    """A whole service on one file, with the clock that it goes by."""

    log: ConflictLog
    runner: Runner
    reader: Reader
    clock: FakeClock
    tokens: Tokens
    app: Flask
    client: FlaskClient
    """A client with a token that may do everything."""

    def tell(self, fact: Fact, reported_at: str | None = "2023-05-21", id: UUID | None = None) -> Any:
        """Append a fact past the wire; its message id is the position that it will take."""
        about = id or (source_id(fact.slug) if isinstance(fact, SourceRegistered) else BAKHMUT)
        return self.log.record(submission(fact, reported_at, about, f"m-{self.head + 1}"))

    def post(self, body: Any, content_type: str = "application/json") -> TestResponse:
        """POST a message; bytes and text go as they are."""
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post("/api/v1/events", data=raw, content_type=content_type)

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        """The JSON answer of a read below `/api/v1`, which must have this HTTP status."""
        response = self.client.get(f"/api/v1{path}", query_string=query)
        assert response.status_code == expect, response.get_data(as_text=True)
        return response.get_json(force=True)

    def raw(self, path: str, **query: Any) -> bytes:
        """The bytes of an answer."""
        return self.client.get(f"/api/v1{path}", query_string=query).get_data()

    @property
    def head(self) -> int:
        """The last position of the log."""
        return self.log.head().position


@contextmanager
def open_log(place: Path | Engine, clock: FakeClock | None = None) -> Iterator[ConflictLog]:
    """A log in a place, closed in the end."""
    clock = clock or FakeClock()
    log = ConflictLog(place.store, clock, place.key_file) if isinstance(place, Engine) else ConflictLog(place, clock)
    try:
        yield log
    finally:
        log.close()


@contextmanager
def open_scene(place: Path | Engine, body_limit: int = 100_000, **settings: Any) -> Iterator[Scene]:
    """A service on a log in a place, with these settings, closed in the end."""
    clock = FakeClock()
    with open_log(place, clock) as log:
        runner = Runner(log, generations_of(log.address))
        reader = Reader(runner.freshest, log, clock)
        tokens = tokens_of(log.address, clock)
        app = create_api(
            log, runner, reader, tokens, Config(body_limit=body_limit, **settings), clock, threading.Event()
        )
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = bearer(tokens, "tests", Scope.ADMIN)
        try:
            yield Scene(log, runner, reader, clock, tokens, app, client)
        finally:
            runner.close()
            tokens.close()


def bearer(tokens: Tokens, name: str, *scopes: Scope) -> str:
    """The `Authorization` of a new token."""
    return f"Bearer {tokens.create(name, scopes, replace=True)[0]}"


def message(type: str = "development.reported", **attributes: Any) -> dict[str, Any]:
    """A CloudEvent as the issue spells it; `message(data={...})` replaces fields of its data."""
    told = {"type": type, "source": "//example.org/desk", "id": "a-1", "time": "2023-05-22T12:00:00Z"}
    data: dict[str, Any] = {}
    if type == "development.reported":
        data = {
            "front": "belgorod-border",
            "kind": "entry",
            "title": "Fighters enter Grayvoron",
            "summary": "Armed groups cross the border.",
            "occurred": "2023-05-22",
            "place": {"name": "Grayvoron", "lat": 50.48, "lon": 35.66},
            "actors": [{"name": "Freedom of Russia Legion", "role": "attacker"}],
            "account": {
                "source": "freedom-of-russia-legion",
                "stance": {"occurrence": "asserts", "attribution": "asserts"},
                "quote": "We are here.",
                "url": "https://example.org/legion/1",
            },
        }
    data |= attributes.pop("data", {})
    return {**told, **attributes, "data": {name: value for name, value in data.items() if value is not ...}}


def fill(scene: Scene, count: int) -> None:
    """Report so many developments, one a day from 1 January 2023 on, on two fronts, by two sources in turn."""
    for number in range(count):
        day = (datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=number)).date().isoformat()
        source, front = (("ru-mod", "bakhmut"), ("ua-mod", "kherson"))[number % 2]
        told = reported(source, front=front, title=f"Development {number}", occurred=day)
        scene.tell(told, day, development_id_of(f"test:filled-{number}"))
