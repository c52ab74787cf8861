"""The names of the operations in the OpenAPI document: generators of clients make the names of their functions of them.

They are part of the interface, as the paths are: a name that is there stays.
"""

import re

OPERATION_IDS = {
    "post /api/v1/events": "appendEvents",
    "get /api/v1/events": "listEvents",
    "get /api/v1/events/stream": "followEvents",
    "get /api/v1/timeline": "getTimeline",
    "get /api/v1/fronts": "listFronts",
    "get /api/v1/fronts/{slug}": "getFront",
    "get /api/v1/fronts/{slug}/timeline": "getFrontTimeline",
    "get /api/v1/fronts/{slug}/changes.atom": "getFrontChangesAsAtom",
    "get /api/v1/fronts/{slug}/changes.json": "getFrontChangesAsJsonFeed",
    "get /api/v1/changes": "listChanges",
    "get /api/v1/changes.atom": "getChangesAsAtom",
    "get /api/v1/changes.json": "getChangesAsJsonFeed",
    "get /api/v1/density": "getDensity",
    "get /api/v1/sources": "listSources",
    "get /api/v1/sources/{slug}": "getSource",
    "get /api/v1/actors": "listActors",
    "get /api/v1/places": "listPlaces",
    "get /api/v1/checks": "listFindings",
    "get /api/v1/developments/{id}": "getDevelopment",
    "get /api/v1/developments/{id}/history": "getDevelopmentHistory",
    "get /api/v1/exports/{format}": "exportTimeline",
    "get /api/v1/log/checkpoint": "getCheckpoint",
    "get /api/v1/log/keys": "getSigningKeys",
    "get /api/v1/log/proof/inclusion": "proveInclusion",
    "get /api/v1/log/proof/consistency": "proveConsistency",
    "get /healthz": "getHealth",
    "get /readyz": "getReadiness",
    "get /metrics": "getMetrics",
}
"""Method and path -> name of the operation."""


def operation_id(method: str, path: str) -> str:
    """The name of an operation: the one of the list, or one made of its path, such as `getActorsSlug`."""
    made_up = (word.capitalize() for word in re.findall(r"[a-z0-9]+", path.removeprefix("/api/v1").lower()))
    return OPERATION_IDS.get(f"{method} {path}") or method + "".join(made_up)
