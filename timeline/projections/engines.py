"""Which generations go with which engine."""

from timeline.projections.generations import GRACE, Generations
from timeline.projections.postgres_generations import PostgresGenerations
from timeline.projections.projection import VERSION
from timeline.projections.sqlite_generations import SqliteGenerations
from timeline.store.addresses import Address, SqliteAddress


def generations_of(address: Address, version: int = VERSION, grace: float = GRACE) -> Generations:
    """The generations beside the log of an address."""
    if isinstance(address, SqliteAddress):
        return SqliteGenerations(address.path, version, grace)
    return PostgresGenerations(address, version, grace)
