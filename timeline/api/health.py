"""`/healthz`: whether the process answers; `/readyz`: whether it should be asked."""

from flask import Response

from timeline.api import access
from timeline.api.http import ApiBlueprint, answer
from timeline.api.readiness import Probe
from timeline.api.schemas import HealthSchema, ReadySchema


def blueprint(probe: Probe) -> ApiBlueprint:
    """The endpoints, on what looks at the service."""
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
        summary="Whether the service should be asked: log, rows, disk, key and clock, each with its check",
        security=access.OPEN,
    )
    @health.response(200, ReadySchema)
    @health.alt_response(503, schema=ReadySchema, description="At least one check fails")
    def readyz() -> Response:
        found = probe.look()
        seen = found.seen
        body = {
            "status": found.status,
            "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in found.checks],
            "generation": seen.generation,
            "position": seen.lag.position if seen.lag else None,
            "log_position": seen.lag.log_position if seen.lag else None,
            "behind": seen.lag.behind if seen.lag else None,
            "set_aside": [
                {"position": event.position, "type": event.topic, "reason": event.reason} for event in seen.set_aside
            ],
        }
        return answer(body, 200 if found.is_ready else 503)

    return health
