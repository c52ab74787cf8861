"""The event store, on `eventsourcing`: the log, its recorders, and the byte form of events."""
