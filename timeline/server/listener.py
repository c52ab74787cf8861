"""The socket that the server listens on, and how many descriptors the process may have."""

import resource
import socket
from contextlib import suppress

from timeline.server.errors import AddressUnusable

BACKLOG = 4_096
"""Connections that the system keeps until the server takes them."""
UNACKNOWLEDGED_MILLISECONDS = 60_000
"""After so long without a sign of the other side the system gives a connection up (RFC 5482)."""
RESERVED_DESCRIPTORS = 500
"""Kept for the store, the rows and the log: connections never take them."""


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens at an address of this machine. Raises `AddressUnusable` where another process has it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressUnusable(host, port, error.strerror or str(error)) from error
    try:
        # Not SO_REUSEPORT: with it a second server would start on the same port, and either might answer.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        with suppress(OSError, AttributeError):  # only Linux has it; connections inherit it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLISECONDS)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressUnusable(host, port, error.strerror or str(error)) from error
    listener.setblocking(False)
    return listener


def connections_allowed() -> int:
    """Raise the limit of descriptors as far as this process may, and return how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or soft < hard:
        wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
            soft = max(soft, wanted)
    return max(100, soft - RESERVED_DESCRIPTORS)
