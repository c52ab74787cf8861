"""`/healthz`: whether the process answers and can read its log."""

from flask import Response

from timeline.api.http import ApiBlueprint, answer
from timeline.api.schemas import HealthSchema
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.questions import Reader


def blueprint(reader: Reader) -> ApiBlueprint:
    """The endpoint, on what reads the log."""
    health = ApiBlueprint("health", __name__, description="Whether the service is well")

    @health.get("/healthz")
    @health.doc(summary="Whether the process answers and can read its log")
    @health.response(200, HealthSchema)
    def healthz() -> Response:
        held = reader.hold(WantedCuts())
        return answer(
            {"status": "ok", "position": held.cuts.position, "set_aside": [one.position for one in reader.set_aside()]}
        )

    return health
