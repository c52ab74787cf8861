"""Files each event in the journal, and keeps the journal up to date with the log."""

from threading import Lock

from timeline.domain.facts import Recorded, Unreadable
from timeline.readmodel.journal import Histories, Journal
from timeline.store.log import ConflictLog

_BATCH = 1_000


def file_event(journal: Journal, one: Recorded) -> None:
    """Put an event under the development, front, source or data set that it is about."""
    filed_under: dict[str, Histories] = {
        "development": journal.developments,
        "account": journal.developments,
        "front": journal.fronts,
        "source": journal.sources,
        "dataset": journal.data_sets,
    }
    journal.file(filed_under[one.event.fact.TOPIC.partition(".")[0]], one)


class JournalRunner:
    """Reads the log from where the journal stands. An event that can not be read is set aside, and the rest goes on."""

    def __init__(self, log: ConflictLog, journal: Journal) -> None:
        self._log = log
        self._tail = log.tail(journal.position)
        self._journal = journal
        self._one_at_a_time = Lock()

    def catch_up(self, *, settled: bool = False) -> None:
        """Bring the journal up to the end of the log; `settled`: after what is being written at this moment.

        Raises `LogReplaced` where the journal holds more than the log, or something else.
        """
        if settled:
            self._tail.settle()
        with self._one_at_a_time:
            if self._tail.position != self._journal.position:
                self._tail = self._log.tail(self._journal.position)  # The last time was broken off half way.
            while records := self._tail.read(_BATCH):
                for one in records:
                    if isinstance(one, Unreadable):
                        self._journal.put_aside(one)
                    else:
                        file_event(self._journal, one)
                    self._journal.moved_to(one.position, one.recorded_at)
