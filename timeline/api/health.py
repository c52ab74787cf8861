"""`/healthz`: whether the process answers; `/readyz`: whether it should be asked."""

from flask import Response

from timeline.api import access
from timeline.api.http import ApiBlueprint, answer
from timeline.api.schemas import HealthSchema, ReadySchema
from timeline.projections.running import Runner

MOST_BEHIND = 10_000
"""Records that the rows may be behind the log before others had better be asked."""


def blueprint(runner: Runner) -> ApiBlueprint:
    """The endpoints, on what keeps the rows."""
    health = ApiBlueprint("health", __name__, description="Whether the service is well")

    @health.get("/healthz")
    @health.doc(
        summary="Whether the process answers; it looks at no store, so a fault of the store never restarts the service",
        security=access.OPEN,
    )
    @health.response(200, HealthSchema)
    def healthz() -> Response:
        return answer({"status": "ok"})

    @health.get("/readyz")
    @health.doc(
        summary="Whether the rows are up to date: how far behind the log, and what had to be set aside",
        security=access.OPEN,
    )
    @health.response(200, ReadySchema)
    @health.alt_response(503, schema=ReadySchema, description="Too far behind the log, or of another")
    def readyz() -> Response:
        lag = runner.lag()
        ready = runner.generation > 0 and lag.behind <= MOST_BEHIND and not lag.replaced
        aside = [{"position": one.position, "type": one.topic, "reason": one.reason} for one in runner.set_aside()]
        body = {
            "status": "ready" if ready else "replaced" if lag.replaced else "behind",
            "generation": runner.generation,
            "position": lag.position,
            "log_position": lag.log_position,
            "behind": lag.behind,
            "set_aside": aside,
        }
        return answer(body, 200 if ready else 503)

    return health
