"""The addresses that answers give: below the public address of the service, or below the host that was asked."""

from flask import request


def site(public_url: str | None) -> str:
    """Where the service is found, without a slash at its end."""
    return public_url or request.root_url.rstrip("/")


def own_address(public_url: str | None) -> str:
    """The address of the request at hand, with its query."""
    return f"{site(public_url)}/{request.url.removeprefix(request.root_url)}"
