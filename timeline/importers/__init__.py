"""What brings developments in from files: one module a format, one line each in `IMPORTERS` or `RELEASES`."""

from timeline.importers import ndjson
from timeline.importers.running import Importer
from timeline.importers.ucdp_press import DATA_SET

IMPORTERS: dict[str, Importer] = {
    "ndjson": ndjson.event_file,
}
"""`--format` of `timeline import` -> what looks into a file of events, each of which stands for itself."""

RELEASES: dict[str, str] = {
    "ucdp": DATA_SET,
}
"""`--format` of `timeline import` -> the data set of which a file is a release."""
