"""Server-Sent Events: one thread reads the log and makes each event's text once, for everybody who listens.

A listener keeps only the position that it has come to. While that is among the last events they are handed out from
memory, and otherwise it reads the log by itself: whoever is slow waits for nobody but for itself, and nothing is kept
for it (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Condition, Event, Thread

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError
from msgspec import Struct

from timeline.api.following import Read, Wanted, fronts_of, read_on, type_of
from timeline.api.problems import problem_document
from timeline.errors import LogReplaced, OutOfEpoch, StoreUnusable, TooManyStreams
from timeline.store.epochs import Tip
from timeline.store.log import ConflictLog
from timeline.store.tailing import POLL
from timeline.wire.events import dump_event
from timeline.wire.positions import Place, refusal

logger = structlog.get_logger(__name__)

KEPT = 10_000
"""Events that are handed out from memory."""
TOGETHER = 1_000
"""Events that are sent in one piece at most."""
GATHER = 0.05
"""Seconds between two rounds: what comes meanwhile is handed out together."""
GATHER_PER_LISTENER = 0.00005
"""Seconds more for each listener: to hand out to many takes a while, and then more is handed out at once."""
HEARTBEAT = 15.0
"""Seconds of silence after which a listener is told that all is well, and how far the log was looked through."""
RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a browser comes back."""


class Told(Struct, frozen=True, gc=False):
    """An event as it is sent, and what it can be chosen by."""

    position: int
    type: str
    fronts: frozenset[str]
    text: bytes


class Taken(Struct, frozen=True, gc=False):
    """What a listener is sent next, and the position that it has come to then."""

    text: bytes
    position: int


class EventStream:
    """What one listener is sent, from a position of an epoch on, without end; closed, it makes room for another."""

    def __init__(self, broadcast: "Broadcast", after: int | None, wanted: Wanted, epoch: str) -> None:
        self.broadcast = broadcast
        self.after = after
        self.wanted = wanted
        self.epoch = epoch
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        """The same as this thread waits for it."""
        return self.broadcast.sent(self.after, self.wanted, self.epoch)

    def close(self) -> None:
        """Listen no more; a second time, nothing."""
        if not self._closed:
            self._closed = True
            self.broadcast.leave()


class Broadcast:
    """Hands out what is appended to one log to up to `most` listeners, until the service is `stopping`."""

    def __init__(self, log: ConflictLog, most: int, stopping: Event) -> None:
        self._log = log
        self._most = most
        self._stopping = stopping
        self._news = Condition()
        """Guards all that follows."""
        self._kept: deque[Told] = deque(maxlen=KEPT)
        self._since = 0
        """Everything after this position is kept, up to `_last`."""
        self._last = 0
        self._epoch = ""
        """That of the log when its reading began: all that is kept is of it."""
        self._listeners = 0
        self._round: Event | None = None
        """Set to end the thread that reads the log; None where there is none."""
        self._closed = False
        self._news_callbacks: list[Callable[[], None]] = []

    def on_news(self, callback: Callable[[], None]) -> None:
        """Have a function called, from another thread, whenever there may be more to take, or nothing any more."""
        self._news_callbacks.append(callback)

    @property
    def round(self) -> Event | None:
        """What tells those who listen now apart from those who come after the log could not be followed."""
        return self._round

    @property
    def last(self) -> int:
        """The last position that was read."""
        return self._last

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return self._listeners

    def join(self, tip: Tip | None = None) -> None:
        """Begin to listen; whoever does must `leave` again. Raises `TooManyStreams`.

        Where the log is in another epoch than that of which the events are kept, these are dropped, and their listeners
        told; `tip` is where the log stands.
        """
        tip = tip or self._log.tip()
        with self._news:
            if self._closed or self._listeners >= self._most:
                raise TooManyStreams(self._most)
            self._listeners += 1
            if self._round is not None and self._epoch != tip.epoch:
                self._stop()
            if self._round is None:
                self._start()

    def leave(self) -> None:
        """Listen no more; where nobody does the log is not read."""
        with self._news:
            self._listeners -= 1
            if not self._listeners:
                self._stop()

    def close(self) -> None:
        """End every stream."""
        with self._news:
            self._closed = True
            self._stop()

    def sent(self, after: int | None, wanted: Wanted, epoch: str | None = None) -> Iterator[bytes]:
        """What one who joined is sent from a position of an epoch on (None: from now on), without end."""
        position, round_ = (self._last if after is None else after), self._round
        epoch = epoch or self._epoch
        yield RETRY
        spoke = time.monotonic()
        while self.goes_on(round_, epoch):
            taken = self.take(position, wanted, epoch) or self.read(position, wanted, epoch)
            if taken.text:
                yield taken.text
                spoke = time.monotonic()
            elif taken.position == position:
                self._wait(position, round_, epoch, spoke + HEARTBEAT - time.monotonic())
            if time.monotonic() - spoke >= HEARTBEAT:
                yield heartbeat(Place(taken.position, epoch))
                spoke = time.monotonic()
            position = taken.position
        if said := self.farewell(Place(position, epoch)):
            yield said

    def farewell(self, place: Place) -> bytes:
        """What is sent last to one who came so far, where the log no longer holds that; nothing where it does."""
        if not (self._stopping.is_set() or self._closed):
            with suppress(PersistenceError, StoreUnusable):
                if gone := refusal(self._log, place, "Last-Event-ID"):
                    return farewell(gone)
        return b""

    def take(self, position: int, wanted: Wanted, epoch: str) -> Taken | None:
        """What of the events after a position is wanted, from memory; None where that position is too long ago.

        Nothing where the epoch has ended.
        """
        with self._news:
            if epoch != self._epoch:
                return Taken(b"", position)
            if position < self._since:
                return None
            some = self._kept_after(position) if position < self._last else []
        text = b"".join([one.text for one in some if wanted.has(one.type, one.fronts)])
        return Taken(text, some[-1].position if some else position)

    def read(self, position: int, wanted: Wanted, epoch: str) -> Taken:
        """The same from the log."""
        records, come_to = read_on(self._log, position, TOGETHER, wanted)
        if self._log.tip().epoch != epoch:
            with self._news:
                if self._epoch == epoch:
                    self._stop()
            return Taken(b"", position)
        return Taken(b"".join([text_of(one, epoch) for one in records]), come_to)

    def _kept_after(self, position: int) -> list[Told]:
        """Positions have no gaps, so where an event is among those kept is known."""
        start = len(self._kept) - (self._last - position)
        return [self._kept[place] for place in range(start, min(len(self._kept), start + TOGETHER))]

    def _wait(self, position: int, round_: Event | None, epoch: str, seconds: float) -> None:
        with self._news:
            self._news.wait_for(
                lambda: not self.goes_on(round_, epoch) or self._last > position, min(POLL, max(0.0, seconds))
            )

    def goes_on(self, round_: Event | None, epoch: str) -> bool:
        """Whether the log, in this epoch, is still read for those who joined in a round; not once the service stops."""
        return round_ is not None and self._round is round_ and self._epoch == epoch and not self._stopping.is_set()

    def _start(self) -> None:
        """Begin to read the log where it stands."""
        self._round = Event()
        self._kept.clear()
        tip = self._log.tip()
        self._since = self._last = tip.position
        self._epoch = tip.epoch
        Thread(target=self._read, args=(tip, self._round), name="broadcast", daemon=True).start()

    def _stop(self) -> None:
        if self._round:
            self._round.set()
        self._round = None
        self._tell_news()

    def _tell_news(self) -> None:
        """Wake those who wait; the lock is held."""
        self._news.notify_all()
        for callback in self._news_callbacks:
            callback()

    def _read(self, tip: Tip, ended: Event) -> None:
        """Keep what is appended, until ended. Where that fails all streams end; whoever comes back begins anew."""
        try:
            for records in self._log.tail(tip.position, epoch=tip.epoch).follow(ended):
                told = [
                    Told(one.position, type_of(one), fronts, text_of(one, tip.epoch))
                    for one, fronts in zip(records, fronts_of(self._log, records), strict=True)
                ]
                with self._news:
                    if ended.is_set():
                        return
                    self._kept.extend(told)
                    self._last = told[-1].position
                    self._since = self._last - len(self._kept)
                    self._tell_news()
                ended.wait(GATHER + GATHER_PER_LISTENER * self._listeners)
        except LogReplaced as error:
            logger.warning("the log was restored; its streams end", reason=error.detail)
            self._end(ended)
        except Exception:
            logger.exception("the log can not be followed any more; its streams end")
            self._end(ended)

    def _end(self, round_: Event) -> None:
        with self._news:
            if self._round is round_:
                self._stop()


def text_of(one: Read, epoch: str) -> bytes:
    """An event as it is sent: its position with its epoch as id, and the CloudEvent on one line."""
    id = str(Place(one.position, epoch)).encode()
    return b"id: %s\ndata: %s\n\n" % (id, msgspec.json.encode(dump_event(one)))


def farewell(gone: OutOfEpoch) -> bytes:
    """What a listener is sent last where the log no longer holds what it heard: an event `gone` with the problem.

    It has no id, so that a listener that comes back by itself brings the last one that it saw, and is refused.
    """
    told = problem_document(gone, "/api/v1/events/stream")
    return b"event: gone\ndata: %s\n\n" % msgspec.json.encode(told)


def heartbeat(place: Place) -> bytes:
    """A sign of life with how far the log was looked through: an `id` without data, which nobody is shown.

    A browser keeps it and comes back with it as `Last-Event-ID`, so that what its filters leave out is not read again.
    """
    return b": all is well, up to this position\nid: %s\n\n" % str(place).encode()
