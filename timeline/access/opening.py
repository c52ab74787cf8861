"""The tokens of a log, wherever that is."""

from collections.abc import Callable
from datetime import datetime

from timeline.access.keeping import Tokens
from timeline.access.postgres import PostgresEngine
from timeline.access.sqlite import SqliteEngine
from timeline.store.addresses import Address, SqliteAddress


def tokens_of(address: Address, clock: Callable[[], datetime]) -> Tokens:
    """The tokens of the log at an address. Nothing is made before the first of them is."""
    if isinstance(address, SqliteAddress):
        return Tokens(SqliteEngine(address.access_file), clock)
    return Tokens(PostgresEngine(address), clock)
