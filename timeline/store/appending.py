"""Appending: submissions are decided and written in groups, each group in one transaction (see `groups`).

So the price of a durable commit is shared, and each is still acknowledged only after its own commit.
Decisions are made under the write lock, on streams that can not change meanwhile.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from threading import Lock
from typing import cast
from uuid import UUID

import structlog
from eventsourcing.persistence import PersistenceError
from msgspec import structs

from timeline.domain.aggregates import Stream, Submission, decide, replayed, stream_after, with_subject
from timeline.domain.facts import Event, Recorded
from timeline.domain.moments import to_micros
from timeline.errors import InvalidValue, LogReplaced, StoreUnusable, TimelineError, VersionMismatch, Withheld
from timeline.plausibility.registry import ReceiptWarning, strict_refusal
from timeline.store.clocks import ClockWatch
from timeline.store.epochs import Tip, guard_goes_on, tip_of
from timeline.store.failures import ATTEMPTS, LastFailure, append_failure, store_failure, with_patience
from timeline.store.groups import Groups
from timeline.store.recorders import LogRecorder
from timeline.store.records import Head, New, Row, key_of, placed
from timeline.store.transactions import SIGN_EVERY, AppendTransaction
from timeline.store.transcoding import FactMapper
from timeline.store.unusual import Unusual
from timeline.store.wishes import Decided, Undone, Wish, guard_same

log = structlog.get_logger(__name__)

MOST_TOGETHER = 4_000
"""How many submissions one transaction takes. The ids of developments lie all over their index, so that a thousand
new ones touch most of its pages as four thousand do: written together they cost half. Others wait for them.
"""
MOST_STREAMS = 20_000
"""How many streams are remembered between transactions."""


class Appender:
    """Appends to one log; any number of threads may ask at once."""

    def __init__(self, recorder: LogRecorder, mapper: FactMapper, clock: Callable[[], datetime]) -> None:
        self._recorder = recorder
        self._mapper = mapper
        self._clock = clock
        self._clock_watch = ClockWatch(clock())
        self._writing = Lock()
        self._groups: Groups[Wish] = Groups(
            lambda group: self._settle(group, self._commit_with_patience), MOST_TOGETHER
        )
        self._streams: dict[UUID, Stream] = {}
        self._unusual = Unusual()
        self._head: Head | None = None
        self._tip = Tip(0, "", "")
        self._signed = Head()
        self._told = ""
        self.last_failure: LastFailure | None = None
        """Why the group that was written last could not be; None where it could."""
        self.written = range(0)
        """The positions, without a gap, of the records that this process appended last, each checked as it came in."""

    def append(self, submissions: Iterable[tuple[Submission, int | None]], *, strict: bool = False) -> list[Wish]:
        """Append each submission (with the version that its subject must have, or None) for itself.

        Returns once all that were accepted are durable; each wish has its outcome. `strict` refuses those that would
        be accepted with warnings.
        """
        wishes = [
            Wish(submission, key_of(submission.message), expected, strict=strict)
            for submission, expected in submissions
        ]
        self._groups.settle(wishes)
        return wishes

    def append_later(self, submission: Submission, when_done: Callable[[], None], *, strict: bool = False) -> Wish:
        """Append a submission in another thread, which calls `when_done` once the wish has its outcome."""
        wish = Wish(submission, key_of(submission.message), strict=strict)
        self._groups.settle_later([wish], when_done)
        return wish

    def append_together(self, submissions: Sequence[Submission], *, strict: bool = False) -> list[Wish]:
        """Append all of the submissions or, where one is refused, none: then the others are `Withheld`.

        There may be at most `MOST_TOGETHER`; raises `InvalidValue` for more.
        """
        if len(submissions) > MOST_TOGETHER:
            raise InvalidValue("body", f"{len(submissions)} events", f"at most {MOST_TOGETHER} events, all or nothing")
        together = object()
        wishes = [Wish(one, key_of(one.message), together=together, strict=strict) for one in submissions]
        self._groups.settle(wishes)
        return wishes

    def rehearse(
        self, submissions: Sequence[tuple[Submission, int | None]], *, together: bool = False, strict: bool = False
    ) -> list[Wish]:
        """What would become of the submissions, one after another: decided under the lock and written nowhere.

        `together` and how many there may be: as in `append_together`.
        """
        if len(submissions) > MOST_TOGETHER:
            raise InvalidValue("body", f"{len(submissions)} events", f"at most {MOST_TOGETHER} events to validate")
        mark = object() if together else None
        wishes = [Wish(one, key_of(one.message), version, None, mark, strict=strict) for one, version in submissions]
        self._settle(wishes, self._decide_and_undo)
        return wishes

    def sign(self) -> str:
        """The signed checkpoint of where the log stands now, as a note."""
        queries = self._recorder.queries
        last = queries.last_checkpoint()
        if last and last[0] == queries.head().position:
            return last[1]
        try:
            with self._writing, self._recorder.appending() as transaction:
                head = transaction.queries.head()
                transaction.guard_whole(head)
                checkpoint = transaction.sign(head)
        except PersistenceError as error:
            failure = store_failure("no checkpoint could be signed", error)
            raise StoreUnusable(failure.detail, failure.public_detail) from error
        self._signed = head
        return checkpoint.note

    def look_at_clock(self) -> datetime:
        """What the recorded clock says now, beside the last record; warns of what can not be right, once."""
        head, now = self._recorder.queries.head(), self._clock()
        self._clock_watch.look(now, head)
        return now

    def close(self) -> None:
        """Sign what was appended since the last checkpoint."""
        if self._head and self._head.position > self._signed.position:
            self.sign()

    def _settle(self, group: Sequence[Wish], work: Callable[[Sequence[Wish]], None]) -> None:
        """Give every wish of the group its outcome by this work; a failure of the store is everybody's."""
        try:
            with self._writing:
                if not self._unusual.is_read:  # before the lock of the store is taken: nobody else waits for it
                    self._unusual.catch_up(self._recorder.queries, self._recorder.queries.head())
                work(group)
                self.last_failure = None
        except BaseException as error:
            self._streams.clear()
            if isinstance(error, LogReplaced) and error.detail != self._told:
                self._told = error.detail
                log.error("nothing is appended any more", reason=self._told)  # noqa: TRY400 - it says it all
            for wish in group:
                wish.outcome = append_failure(error)
            self.last_failure = LastFailure(append_failure(error), time.monotonic())
            if not isinstance(error, PersistenceError | LookupError | TimelineError):
                raise

    def _commit_with_patience(self, group: Sequence[Wish]) -> None:
        """Commit the group, again where the connection broke: what was written after all is found by its message."""
        attempts = ATTEMPTS if self._recorder.may_try_again else 1
        with_patience(partial(self._commit, group), attempts, self._streams.clear)

    def _commit(self, group: Sequence[Wish]) -> None:
        try:
            with self._recorder.appending() as transaction:
                outcomes, new, head, now = self._decide(group, transaction)
                rows = self._write(new, head, now, transaction)
                for wish, outcome in zip(group, outcomes, strict=True):
                    wish.perhaps_written |= isinstance(outcome, Decided) and outcome.first
        except BaseException:
            self._unusual.take_back()
            raise
        self._unusual.written(rows)
        self._signed = transaction.signed or self._signed
        if rows:
            self._head = rows[-1].head
            goes_on = self.written.stop == rows[0].position
            self.written = range(self.written.start if goes_on else rows[0].position, rows[-1].position + 1)
        for wish, outcome in zip(group, outcomes, strict=True):
            wish.outcome = outcome if isinstance(outcome, TimelineError) else outcome.receipt(rows, self._tip)
        if len(self._streams) > MOST_STREAMS:
            self._streams.clear()

    def _decide_and_undo(self, group: Sequence[Wish]) -> None:
        """Give every wish the outcome that it would have; what was remembered of it is forgotten again."""
        try:
            with self._recorder.appending() as transaction:
                outcomes, new, head, now = self._decide(group, transaction)
                rows = placed(new, head, now)
                for wish, outcome in zip(group, outcomes, strict=True):
                    wish.outcome = outcome if isinstance(outcome, TimelineError) else outcome.rehearsed(rows, self._tip)
                raise Undone
        except Undone:
            for row in rows:
                self._streams.pop(row.subject, None)
        finally:
            self._unusual.take_back()

    def _caught_up(self, group: Sequence[Wish], transaction: AppendTransaction) -> tuple[Head, dict[bytes, Row]]:
        """The head of the log, and what of the group was recorded before; the group's streams are remembered."""
        keys = [wish.key for wish in group]
        missing = {wish.submission.subject for wish in group}.difference(self._streams)
        head, rows = transaction.queries.concerned(keys, list(missing))
        tip = tip_of(transaction.queries)
        restored = self._head is not None and (tip.origin, tip.epoch) != (self._tip.origin, self._tip.epoch)
        if self._head is not None and head != self._head:
            guard_goes_on(transaction.queries, self._head, self._tip, tip)
        self._tip = tip
        if restored:
            self._unusual.forget()
        if restored or head != self._head:
            self._streams.clear()
            self.written = range(0)
            transaction.guard_whole(head)
            self._head = head
            last = transaction.queries.last_checkpoint()
            self._signed = Head(last[0], head.recorded_at) if last else Head()
            missing = {wish.submission.subject for wish in group}
            rows = transaction.queries.concerned(keys, list(missing))[1]
        self._unusual.catch_up(transaction.queries, head)
        streams: dict[UUID, list[Row]] = {id: [] for id in missing}
        for row in rows:
            if row.subject in streams:
                streams[row.subject].append(row)
        self._remember(streams)
        wanted = set(keys)
        return head, {row.message_key: row for row in rows if row.message_key in wanted}

    def _decide(
        self, group: Sequence[Wish], transaction: AppendTransaction
    ) -> tuple[list["Decided | TimelineError"], list[New], Head, int]:
        """Decide each wish; with it come the records to write, after which head, and when (microseconds)."""
        (head, there), now = self._caught_up(group, transaction), self._clock()
        self._clock_watch.look(now, head)
        decided: list[Decided | TimelineError] = []
        new: list[New] = []
        mine: dict[bytes, tuple[Decided, Event]] = {}
        for together, some in groupby(group, key=lambda wish: wish.together):
            if together is None:
                decided += [self._outcome(wish, there, mine, new, transaction, now) for wish in some]
                continue
            before, mark = (len(new), dict(mine), dict(self._streams)), self._unusual.mark
            outcomes = [self._outcome(wish, there, mine, new, transaction, now) for wish in some]
            if any(isinstance(one, TimelineError) for one in outcomes):
                outcomes = [one if isinstance(one, TimelineError) else Withheld() for one in outcomes]
                count, mine, self._streams = before
                del new[count:]
                self._unusual.take_back(mark)
            decided += outcomes
        return decided, new, head, to_micros(now)

    def _write(self, new: Sequence[New], head: Head, now: int, transaction: AppendTransaction) -> list[Row]:
        rows = transaction.append(new, head, now)
        if rows and rows[-1].recorded_at - self._signed.recorded_at > SIGN_EVERY:
            transaction.sign(rows[-1].head)
        return rows

    def _outcome(
        self,
        wish: Wish,
        there: Mapping[bytes, Row],
        mine: dict[bytes, tuple[Decided, Event]],
        new: list[New],
        transaction: AppendTransaction,
        now: datetime,
    ) -> Decided | TimelineError:
        """What becomes of a wish; one that is accepted is put among those that are `mine` and `new`."""
        try:
            if row := there.get(wish.key):
                guard_same(wish.submission, self._mapper.recorded(row).event, f"at position {row.position}")
                warnings = self._first_warnings(row, transaction)
                return Decided(row=row, repeated=not wish.perhaps_written, warnings=warnings)
            if wish.key in mine:
                first, event = mine[wish.key]
                guard_same(wish.submission, event, "in the same batch")
                return structs.replace(first, repeated=True)
            event, warnings = self._accepted(wish, new, transaction, now)
            mine[wish.key] = Decided(number=len(new), warnings=warnings), event
            new.append(New(self._mapper.to_stored_event(event), wish.key))
            return mine[wish.key][0]
        except TimelineError as error:
            return error

    def _accepted(
        self, wish: Wish, new: Sequence[New], transaction: AppendTransaction, now: datetime
    ) -> tuple[Event, tuple[ReceiptWarning, ...]]:
        """The event that becomes of a wish after the new ones, with the warnings about it."""
        history_of = partial(self._history, new, transaction, now)
        submission = with_subject(wish.submission, history_of)
        stream = self._stream(submission.subject, transaction)
        if wish.expected_version not in (None, stream.version):
            raise VersionMismatch(stream.id, wish.expected_version, stream.version)

        def other(id: UUID) -> Stream:
            return self._stream(id, transaction)

        event = decide(stream, submission, now, other, history_of)
        warnings = self._unusual.warnings(event.fact, event.reported_at, stream, other)
        if warnings and wish.strict:
            raise strict_refusal(warnings)
        self._streams[stream.id] = stream_after(stream, Recorded(self._next_position(new), now, event), history_of)
        self._unusual.take_in(event.fact, len(new))
        return event, warnings

    def _first_warnings(self, row: Row, transaction: AppendTransaction) -> tuple[ReceiptWarning, ...]:
        """The warnings with which a record was accepted, on what the log held before it."""

        def then(id: UUID) -> Stream:
            if id == row.subject and row.version == 1:
                return Stream(id)
            rows = transaction.queries.streams([id])[id]
            return replayed(id, [self._mapper.recorded(before) for before in rows if before.position < row.position])

        event = self._mapper.recorded(row).event
        return self._unusual.warnings(event.fact, event.reported_at, then(row.subject), then, row.position)

    def _history(self, new: Sequence[New], transaction: AppendTransaction, now: datetime, id: UUID) -> list[Recorded]:
        """All events of a stream, also those that are about to be written."""
        history = [self._mapper.recorded(row) for row in transaction.queries.streams([id])[id]]
        first = self._next_position(())
        for place, record in enumerate(new):
            if record.event.originator_id == id:
                event = cast("Event", self._mapper.to_domain_event(record.event))
                history.append(Recorded(first + place, now, event))
        return history

    def _next_position(self, new: Sequence[New]) -> int:
        """The position that is given after those of the records that this transaction is about to write."""
        return (self._head.position if self._head else 0) + len(new) + 1

    def _stream(self, id: UUID, transaction: AppendTransaction) -> Stream:
        stream = self._streams.get(id)
        if stream is None:
            self._remember(transaction.queries.streams([id]))
            stream = self._streams.get(id)
        if stream is None:
            unread = f"subject: a record of {id} can not be read, so nothing can be decided about it"
            raise StoreUnusable(unread, unread)
        return stream

    def _remember(self, streams: dict[UUID, list[Row]]) -> None:
        """Remember these streams. One with a record that can not be read is left out: nothing is decided on half."""
        for id, rows in streams.items():
            try:
                self._streams[id] = replayed(id, [self._mapper.recorded(row) for row in rows])
            except StoreUnusable as error:
                log.warning("a record can not be read", subject=str(id), reason=error.detail)
