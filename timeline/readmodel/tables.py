"""The tables of a read model, in the spelling of each engine."""

from timeline.readmodel.counts import Counts

VERSION_COLUMNS = (
    "front",
    "span",
    "start_at",
    "id",
    "reported_from",
    "recorded_from",
    "reported_to",
    "recorded_to",
    "end_at",
    "further_days",
    "status",
    "kind",
    "aspects",
    "described_by",
    "title",
    "edtf",
    "exact_start",
    "exact_end",
    "lat",
    "lon",
    "parties",
    "speakers",
    "doubts",
    "keywords",
    "first_reported",
    "first_position",
)
"""Of `versions`, in their order; the first six are its key."""

DENSITY = Counts("density")
"""Developments by front, status and the day or days on which each may have begun (`cells`)."""
VOICES = Counts("voices")
"""Accounts by source, and how many of them are in force."""
SORTS = Counts("sorts")
"""Developments by front, kind, status and month of start (`cubes`)."""
LABELS = Counts("labels")
"""Developments by actor in a role, or source, front and month of start (`cubes`)."""

_VERSIONS = """CREATE TABLE versions (
    front {int4} NOT NULL, span {int2} NOT NULL, start_at {int8} NOT NULL, id {bytes} NOT NULL,
    reported_from {int8} NOT NULL, recorded_from {int8} NOT NULL, reported_to {int8}, recorded_to {int8},
    end_at {int8}, further_days {int4} NOT NULL, status {int2} NOT NULL, kind {int2} NOT NULL,
    aspects {int4} NOT NULL, described_by {int8} NOT NULL, title TEXT NOT NULL, edtf TEXT NOT NULL,
    exact_start {int8}, exact_end {int8}, lat {real}, lon {real}, parties {int8} NOT NULL, speakers {int8} NOT NULL,
    doubts {int2} NOT NULL, keywords {int8} NOT NULL,
    first_reported {int8} NOT NULL, first_position {int8} NOT NULL
    {key}
){clustered}"""
_KEY = "front, span, start_at, id, reported_from, recorded_from"

_SMALL = (
    """CREATE TABLE progress (
        one {int2} PRIMARY KEY CHECK (one = 1), position {int8} NOT NULL, leaf_hash {bytes},
        first_reported {int8}, last_reported {int8}
    )""",
    "INSERT INTO progress (one, position) VALUES (1, 0)",
    """CREATE TABLE names (
        sort TEXT NOT NULL, number {int4} NOT NULL, slug TEXT NOT NULL, recorded_from {int8} NOT NULL,
        PRIMARY KEY (sort, number)
    )""",
    """CREATE TABLE casts (
        digest {int8} NOT NULL, sort TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
        PRIMARY KEY (digest, name, role)
    )""",
    "CREATE INDEX casts_by_name ON casts (name)",
    "CREATE TABLE catalogue (position {int8} PRIMARY KEY)",
    "CREATE TABLE merges (position {int8} PRIMARY KEY, id {bytes} NOT NULL, target {bytes} NOT NULL)",
    """CREATE TABLE set_aside (
        position {int8} PRIMARY KEY, recorded_at {int8} NOT NULL, subject {bytes} NOT NULL, topic TEXT NOT NULL,
        reason TEXT NOT NULL
    )""",
)
_INDEXES = (
    "CREATE INDEX versions_by_reported_from ON versions (reported_from)",
    "CREATE INDEX versions_by_reported_to ON versions (reported_to) WHERE reported_to IS NOT NULL",
    "CREATE INDEX versions_by_doubts ON versions (doubts) WHERE doubts <> 0",
)

_TYPES = {
    "sqlite": {"int2": "INTEGER", "int4": "INTEGER", "int8": "INTEGER", "bytes": "BLOB", "real": "REAL"},
    "postgres": {"int2": "smallint", "int4": "integer", "int8": "bigint", "bytes": "bytea", "real": "float8"},
}

_SEARCH = {
    # The words are split by us, alike for both engines, and come joined by spaces (`search`).
    "sqlite": (
        """CREATE VIRTUAL TABLE words USING fts5 (
            found_by, content='', detail=none, columnsize=0, tokenize="ascii tokenchars ':-'"
        )""",
    ),
    "postgres": ("CREATE TABLE words (position bigint PRIMARY KEY, found_by tsvector NOT NULL)",),
}

_UNSORTED = """CREATE TEMPORARY TABLE opened (
    front TEXT, span {int2}, start_at {int8}, id {bytes}, reported_from {int8}, recorded_from {int8},
    reported_to {int8}, recorded_to {int8}, end_at {int8}, further_days {int4}, status {int2}, kind {int2},
    aspects {int4}, described_by {int8}, title TEXT, edtf TEXT, exact_start {int8}, exact_end {int8}, lat {real},
    lon {real}, parties {int8}, speakers {int8}, doubts {int2},
    keywords {int8}, first_reported {int8}, first_position {int8}
)"""
UNSORTED = {
    engine: (_UNSORTED.format(**types), f"CREATE TEMPORARY TABLE spoken (position {types['int8']}, found_by TEXT)")
    for engine, types in _TYPES.items()
}
"""What holds rows, with the slugs of fronts, and the words of events as they come while all is built from nothing."""
_FROM_SPOKEN = {
    "sqlite": "INSERT INTO words (rowid, found_by) SELECT position, found_by FROM spoken ORDER BY position",
    "postgres": """INSERT INTO words (position, found_by)
        SELECT position, array_to_tsvector(string_to_array(found_by, ' ')) FROM spoken ORDER BY position""",
}
SORTED = {
    engine: (
        f"""INSERT INTO versions ({", ".join(VERSION_COLUMNS)})
            SELECT names.number, {", ".join(f"opened.{column}" for column in VERSION_COLUMNS[1:])}
            FROM opened JOIN names ON names.sort = 'front' AND names.slug = opened.front
            ORDER BY names.number, span, start_at, id, reported_from, opened.recorded_from""",
        "DROP TABLE opened",
        from_spoken,
        "DROP TABLE spoken",
    )
    for engine, from_spoken in _FROM_SPOKEN.items()
}
"""How they get from there to where they belong, each in the order of its key."""


def tables(engine: str) -> list[str]:
    """Everything but `versions` and its indexes."""
    small = [statement.format(**_TYPES[engine]) for statement in _SMALL]
    counts = [statement for one in (DENSITY, VOICES, SORTS, LABELS) for statement in one.tables(engine)]
    return [*small, *_SEARCH[engine], *counts]


def versions_table(engine: str) -> str:
    """The table of version rows; on PostgreSQL its key is made afterwards (`indexes`)."""
    clustered = engine == "sqlite"
    return _VERSIONS.format(
        **_TYPES[engine],
        key=f", PRIMARY KEY ({_KEY})" if clustered else "",
        clustered=" WITHOUT ROWID" if clustered else "",
    )


def indexes(engine: str) -> list[str]:
    """What makes the questions fast, to be made when most rows are there."""
    key = [f"ALTER TABLE versions ADD PRIMARY KEY ({_KEY})"] if engine == "postgres" else []
    search = ["CREATE INDEX words_by_word ON words USING gin (found_by)"] if engine == "postgres" else []
    # It would look for a word that nearly all have by its index, until it has counted by itself some minutes later.
    counted = [f"ANALYZE {table}" for table in ("versions", "words", "casts")] if engine == "postgres" else []
    return [*key, *_INDEXES, *search, *counted]
