"""What a request is, by its path and method alone: what access, limits and headers go by."""

from enum import Enum

from flask import Request, request

_PROBES = ("/healthz", "/readyz", "/metrics")
_API = ("/api", *_PROBES)
_ASSETS = ("/_dash-component-suites/", "/assets/", "/_favicon.ico")
_DOCUMENTATION = ("/api/v1/openapi.json", "/api/docs")


class Sort(Enum):
    """The sorts of requests."""

    PROBE = "probe"
    """Asked by machines that watch over the service: open to all, and not limited."""
    ASSET = "asset"
    """Scripts and styles of the dashboard: open to all, and counted by themselves."""
    DOCUMENTATION = "documentation"
    """Tells what may be asked and nothing of what is known: open to all."""
    READ = "read"
    """Asks what is known: the API's reads, the dashboard and what its page asks while it is used."""
    WRITE = "write"
    """Means to change something."""


def sort_of(asked: Request | None = None) -> Sort:
    """The sort of a request, by default of the one that is being answered."""
    path, method = (asked or request).path, (asked or request).method
    if path in _PROBES:
        return Sort.PROBE
    if path.startswith(_ASSETS):
        return Sort.ASSET
    if path.startswith(_DOCUMENTATION) or method == "OPTIONS":
        return Sort.DOCUMENTATION
    return Sort.READ if method in ("GET", "HEAD") or not is_api(path) else Sort.WRITE


def is_api(path: str) -> bool:
    """Whether a path is answered by the API and not by the dashboard."""
    return path.startswith("/api/") or path.rstrip("/") in _API
