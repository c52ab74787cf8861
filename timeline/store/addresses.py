"""Where a log is: a SQLite file, or a schema of a PostgreSQL database."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from msgspec import Struct
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from timeline.errors import InvalidValue

DEFAULT_SCHEMA = "timeline"
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,27}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
ALLOWED = (
    "a file path, sqlite:////absolute/path.db, sqlite:///relative/path.db, or "
    "postgresql://user@host/database?schema=name"
)


class SqliteAddress(Struct, frozen=True):
    """A SQLite file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def key_file(self) -> Path:
        """Where its signing key is, where the settings do not say."""
        return self.path.with_name(f"{self.path.name}.key")

    @property
    def access_file(self) -> Path:
        """Where the access tokens to it are kept (`timeline.access`)."""
        return self.path.with_name(f"{self.path.name}.access")


class PostgresAddress(Struct, frozen=True):
    """A schema of a PostgreSQL database; `parameters` are libpq's, with a password if one was given."""

    parameters: dict[str, Any]
    schema: str = DEFAULT_SCHEMA

    def __str__(self) -> str:
        """The address as it may be shown: without the password."""
        where = {name: value for name, value in self.parameters.items() if name in ("host", "port", "dbname", "user")}
        user = f"{where['user']}@" if "user" in where else ""
        port = f":{where['port']}" if "port" in where else ""
        return f"postgresql://{user}{where.get('host', '')}{port}/{where.get('dbname', '')}?schema={self.schema}"

    @property
    def connection(self) -> dict[str, Any]:
        """The parameters of a connection on which unqualified names are those of the schema."""
        # A line that is dead without saying so is given up after half a minute, not after hours.
        patience = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
        options = f"{self.parameters.get('options', '')} -c search_path={self.schema}"
        return {"connect_timeout": 5, **patience, **self.parameters, "options": options.strip()}

    @property
    def key_file(self) -> Path:
        """Where the signing key of this machine is, where the settings do not say."""
        return Path("timeline.key")


Address = SqliteAddress | PostgresAddress


def parse_address(store: str) -> Address:
    """The address that a store URL names. Raises `InvalidValue`, without repeating a password."""
    if not _URL.match(store):
        return SqliteAddress(Path(store))
    scheme, _, rest = store.partition(":")
    try:
        parts = urlsplit(store)
        _ = parts.port
    except ValueError:
        parts = urlsplit("unreadable://")
    if parts.fragment or not rest.startswith("//"):
        # A password with a sign that a URL needs otherwise; nothing of it is repeated.
        raise InvalidValue(
            "store", f"{scheme.partition('+')[0]}:…", f"{ALLOWED}, with signs such as / and # in it spelt %2F and %23"
        )
    if parts.scheme in ("postgresql", "postgres"):
        return _postgres(store)
    if parts.scheme != "sqlite" or parts.netloc or parts.query or len(parts.path) < 2:
        raise InvalidValue("store", f"{parts.scheme}://…", ALLOWED)
    return SqliteAddress(Path(unquote(parts.path[1:])))


def _postgres(store: str) -> PostgresAddress:
    parts = urlsplit(store)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    schema = query.pop("schema", DEFAULT_SCHEMA)
    if not _SCHEMA.fullmatch(schema):
        raise InvalidValue("store", f"schema={schema}", "at most 28 lower-case letters, digits and underscores")
    try:
        parameters = conninfo_to_dict(f"postgresql://{parts.netloc}{parts.path}?{urlencode(query, quote_via=quote)}")
    except ProgrammingError:
        raise InvalidValue("store", f"{parts.scheme}://…", ALLOWED) from None
    return PostgresAddress(dict(parameters), schema)
