"""The wire format: CloudEvents in, CloudEvents and timeline answers out. Shared by API, CLI and importers."""
