"""From events to rows: what files each event, and what reads the log to do so."""
