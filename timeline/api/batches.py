"""Appending many events of one request: what became of each, told in the order in which they came.

The answer is written to a file while the request is read and sent when that has ended: a client that first sends
everything and then reads would otherwise wait for a server that waits for it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from tempfile import SpooledTemporaryFile
from threading import Event
from typing import IO, Any

import msgspec
from flask import Response

from timeline.access.tokens import redacted_bytes
from timeline.api.access import challenge
from timeline.api.errors import AllRefused
from timeline.api.messages import named_by_key, submission_of
from timeline.api.outcomes import Outcome, outcome_of, told_of
from timeline.api.problems import problem_of, problem_response, status_of
from timeline.domain.aggregates import Submission
from timeline.errors import (
    InvalidValue,
    MessageIdReused,
    ServiceStopping,
    StoreUnusable,
    TimelineError,
    Withheld,
)
from timeline.store.appending import MOST_TOGETHER
from timeline.store.log import ConflictLog
from timeline.store.wishes import Receipt

TOGETHER = 1_000
"""How many events of a stream are appended in one transaction."""
_IN_MEMORY = 1_000_000
"""Bytes of an answer that are not put into a file."""

Permit = Callable[[Submission], Submission]
"""Gives what the sender appends with their name; raises where they may not."""
Count = Callable[[Outcome, int], None]
"""Is told how many events more came to an outcome."""


class Batch:
    """Appends the events of one request, or only validates them, and keeps what became of them.

    Once the service is `stopping` no more of them are read: those that were are appended, and `ServiceStopping` is
    raised.
    """

    def __init__(
        self,
        log: ConflictLog,
        permit: Permit,
        count: Count,
        stopping: Event,
        key: str | None,
        *,
        quiet: bool,
        strict: bool,
        validate: bool = False,
    ) -> None:
        self._permit = permit
        self._stopping = stopping
        self._count = _not_at_all if validate else count
        self._validates = validate
        self._key = key
        self._quiet = quiet
        self._record_all = partial(log.record_all, strict=strict)
        self._record_together = partial(log.record_together, strict=strict)
        self._rehearse_all = partial(log.rehearse_all, strict=strict)
        self._counts = Counter[Outcome]()
        self._refusals: dict[type[TimelineError], TimelineError] = {}
        """The first refusal for each reason."""
        self._items: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the answer

    def append(self, messages: Iterable[tuple[int, Any | TimelineError]]) -> None:
        """Append each for itself. Raises `StoreUnusable` where the store fails, and what reading raises."""
        remaining = iter(messages)
        while some := self._next(remaining):
            self._settle(some, self._record_all)

    def append_together(self, messages: Iterable[tuple[int, Any | TimelineError]]) -> bool:
        """Append all or none; whether they were."""
        some = self._read_all(messages)
        if any(isinstance(read, TimelineError) for _, read in some):
            some = [(number, read if isinstance(read, TimelineError) else Withheld()) for number, read in some]
        rehearse = partial(self._rehearse_all, together=True)
        self._settle(some, rehearse if self._validates else self._record_together)
        return not (self._counts[Outcome.REJECTED] or self._counts[Outcome.WITHHELD])

    def validate(self, messages: Iterable[tuple[int, Any | TimelineError]]) -> None:
        """Say of each what would become of it after those before it. Raises `InvalidValue` for too many."""
        self._settle(self._read_all(messages), self._rehearse_all)

    def summary(self) -> dict[str, int]:
        """How many events came to which outcome so far, or would; then `validated` is true."""
        return {
            **({"validated": True} if self._validates else {}),
            "events": self._counts.total(),
            **{one.value: self._counts[one] for one in Outcome},
        }

    def answer(self, *, as_lines: bool) -> Response:
        """The counts and then what became of each, as one JSON object or line by line.

        Where every event was refused it is a problem instead, with the same counts and items: no client that only looks
        at the status takes that for a success.
        """
        self._items.seek(0)
        events = self._counts.total()
        if events and self._counts[Outcome.REJECTED] == events:
            return self._all_refused(events)
        head = msgspec.json.encode(self.summary())
        parts = _as_lines(head, self._items) if as_lines else _as_object(head, self._items)
        response = Response(parts, content_type="application/x-ndjson" if as_lines else "application/json")
        response.call_on_close(self._items.close)
        return response

    def _all_refused(self, events: int) -> Response:
        """The problem, under the status that all refusals share, or else 422."""
        statuses = {status_of(refusal) for refusal in self._refusals.values()}
        body = problem_of(AllRefused(events), statuses.pop() if len(statuses) == 1 else None)
        parts = map(redacted_bytes, _as_object(msgspec.json.encode({**body, **self.summary()}), self._items))
        response = Response(parts, body["status"], content_type="application/problem+json")
        response.call_on_close(self._items.close)
        if len(self._refusals) == 1 and (asked := challenge(*self._refusals.values())):
            response.headers["WWW-Authenticate"] = asked
        return response

    def stopped(self, error: TimelineError, *, told: bool = False) -> Response:
        """The answer where it came to nothing, or ended before its time: the problem, and how far it came.

        `told`: with what became of each.
        """
        self._items.seek(0)
        items = {"items": [msgspec.json.decode(line) for line in self._items]} if told else {}
        self._items.close()
        body = problem_of(error)
        return problem_response({**body, **self.summary(), **items})

    def close(self) -> None:
        """Let go of what was kept."""
        self._items.close()

    def _next(
        self, remaining: Iterator[tuple[int, Any | TimelineError]]
    ) -> list[tuple[int, Submission | TimelineError]]:
        """The next events that are appended together. Where reading fails, those before are appended first."""
        some: list[tuple[int, Submission | TimelineError]] = []
        try:
            for one in islice(self._read(remaining), TOGETHER):
                some.append(one)  # noqa: PERF402 - what was read is kept although reading may end with an error
        except BaseException:
            self._settle(some, self._record_all)
            raise
        return some

    def _read_all(
        self, messages: Iterable[tuple[int, Any | TimelineError]]
    ) -> list[tuple[int, Submission | TimelineError]]:
        """All events at once. Raises `InvalidValue` where they are more than one transaction takes."""
        some = list(islice(self._read(messages), MOST_TOGETHER + 1))
        if len(some) > MOST_TOGETHER:
            more = f"more than {MOST_TOGETHER} events"
            raise InvalidValue("body", more, f"at most {MOST_TOGETHER} events, all or nothing or to validate")
        return some

    def _read(
        self, messages: Iterable[tuple[int, Any | TimelineError]]
    ) -> Iterator[tuple[int, Submission | TimelineError]]:
        for number, message in messages:
            if self._stopping.is_set():
                raise ServiceStopping("the service is stopping; send what was not appended again, in a while")
            if isinstance(message, TimelineError):
                yield number, message
                continue
            try:
                yield number, self._permit(submission_of(message, self._key and f"{self._key}/{number}"))
            except TimelineError as error:
                yield number, error

    def _settle(
        self,
        some: Sequence[tuple[int, Submission | TimelineError]],
        record: Callable[[Sequence[Submission]], Sequence[Receipt | TimelineError]],
    ) -> None:
        outcomes = iter(record([read for _, read in some if isinstance(read, Submission)]))
        for number, read in some:
            became = next(outcomes) if isinstance(read, Submission) else read
            if isinstance(became, MessageIdReused) and isinstance(read, Submission):
                became = named_by_key(became, read, self._key)
            if isinstance(became, StoreUnusable):
                raise became
            outcome = outcome_of(became)
            if isinstance(became, TimelineError):
                self._refusals.setdefault(type(became), became)
            self._counts[outcome] += 1
            self._count(outcome, 1)
            if not (self._quiet and isinstance(became, Receipt)):
                self._items.write(msgspec.json.encode({"line": number, "outcome": outcome, **told_of(became)}) + b"\n")


def _not_at_all(_: Outcome, __: int) -> None:
    """Counts nothing."""


def _as_lines(head: bytes, items: IO[bytes]) -> Iterator[bytes]:
    with items:
        yield head + b"\n"
        yield from items


def _as_object(head: bytes, items: IO[bytes]) -> Iterator[bytes]:
    with items:
        yield head[:-1] + b',"items":['
        for count, line in enumerate(items):
            yield (b"," if count else b"") + line.rstrip(b"\n")
        yield b"]}"
