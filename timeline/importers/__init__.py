"""What brings developments in from files: one module a format, one line each in `IMPORTERS`."""

from timeline.importers import ndjson
from timeline.importers.running import Importer

IMPORTERS: dict[str, Importer] = {
    "ndjson": ndjson.read,
}
"""`--format` of `timeline import` -> what reads such a file."""
