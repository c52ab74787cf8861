"""What gives timelines to other programs: one module a format, one line each in `EXPORTERS`."""

from timeline.exporters import cloudevents_file, comma_separated, geojson, icalendar_file, ndjson, timelinejs
from timeline.exporters.export import Format, Of

_READS = (Of.DEVELOPMENTS, Of.ACCOUNTS, Of.CHANGES, Of.FRONTS, Of.SOURCES)
_ONLY = (Of.DEVELOPMENTS,)

EXPORTERS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("csv", "text/csv; charset=utf-8; header=present", "csv", comma_separated.write, _READS, "tables"),
        Format("ndjson", "application/x-ndjson", "ndjson", ndjson.write, _READS, "JSON, one object a line"),
        Format("geojson", "application/geo+json", "geojson", geojson.write, _ONLY, "maps (RFC 7946)"),
        Format("timelinejs", "application/json", "json", timelinejs.write, _ONLY, "TimelineJS 3"),
        Format("icalendar", "text/calendar; charset=utf-8", "ics", icalendar_file.write, _ONLY, "calendars (RFC 5545)"),
        Format(
            "cloudevents",
            "application/cloudevents-batch+json",
            "json",
            cloudevents_file.write,
            (Of.EVENTS,),
            "the events behind the developments, for another log (CloudEvents 1.0)",
        ),
    )
}
"""Name of a format -> what it is called on the web, how its files end, what writes it, what it can be of, what for."""
