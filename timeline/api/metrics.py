"""`/metrics`: how the service does, in the text format of Prometheus.

One registry an application, so that two in one process count for themselves. No label takes a value that a client could
make up: paths are counted by their rule, all unknown ones as one, and so are unknown methods.
"""

from collections.abc import Iterator
from functools import lru_cache

import structlog
from eventsourcing.persistence import PersistenceError
from flask import Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from timeline.api import access
from timeline.api.http import ApiBlueprint
from timeline.api.outcomes import Outcome
from timeline.errors import StoreUnusable
from timeline.projections.running import Runner

log = structlog.get_logger(__name__)

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper bounds in seconds."""


class Metrics:
    """What is counted while the service runs; the rest is asked of the runner when somebody looks."""

    def __init__(self, runner: Runner) -> None:
        self.registry = CollectorRegistry()
        self._durations = Histogram(
            "timeline_request_duration_seconds",
            "Time until the answer began, by rule of the path, method and class of the status.",
            ("rule", "method", "status"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._in_progress = Gauge(
            "timeline_requests_in_progress", "Requests that are being answered.", registry=self.registry
        )
        self._events = Counter(
            "timeline_events_appended_total",
            "Events that somebody wished to append, by what became of them.",
            ("outcome",),
            registry=self.registry,
        )
        self.open_streams = Gauge("timeline_event_streams_open", "Clients that follow the log.", registry=self.registry)
        # Looked up once each: to find a series by its labels takes longer than to count.
        self._of_outcome = {outcome: self._events.labels(outcome.value) for outcome in Outcome}
        self._of_answers = lru_cache(maxsize=1_000)(self._durations.labels)
        ProcessCollector(registry=self.registry)
        self.registry.register(_Standing(runner))

    def appended(self, outcome: Outcome, count: int = 1) -> None:
        """Count events by what became of them."""
        self._of_outcome[outcome].inc(count)

    def began(self) -> None:
        """Count a request as being answered."""
        self._in_progress.inc()

    def ended(self) -> None:
        """Count it no more."""
        self._in_progress.dec()

    def answered(self, rule: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        known = method if method in _METHODS else "other"
        self._of_answers(rule, known, f"{status // 100}xx").observe(seconds)

    def shown(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Standing(Collector):
    """Where the log and its rows stand, asked when somebody looks."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def describe(self) -> list[Metric]:
        """Nothing is asked before somebody looks."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges; where the store can not be asked, only that."""
        try:
            lag, aside = self._runner.lag(), len(self._runner.set_aside())
        except (StoreUnusable, PersistenceError) as error:
            log.warning("the store can not be asked for its metrics", reason=str(error))
            yield GaugeMetricFamily("timeline_store_up", _STORE_UP, 0)
            return
        yield GaugeMetricFamily("timeline_store_up", _STORE_UP, 1)
        yield GaugeMetricFamily("timeline_log_position", "Position of the last record of the log.", lag.log_position)
        yield GaugeMetricFamily("timeline_rows_behind_records", "Records that are not in the rows yet.", lag.behind)
        yield GaugeMetricFamily("timeline_events_set_aside", "Events that could not be handled.", aside)


_STORE_UP = "Whether the store can be asked."


def blueprint(metrics: Metrics) -> ApiBlueprint:
    """The endpoint."""
    measured = ApiBlueprint("metrics", __name__, description="How the service does")

    @measured.get("/metrics")
    @measured.doc(
        summary="Requests, appended events, where the log stands, and the process, for Prometheus", security=access.OPEN
    )
    @measured.response(200, content_type="text/plain", description="Text format 0.0.4 of Prometheus")
    def show() -> Response:
        return Response(metrics.shown(), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return measured
