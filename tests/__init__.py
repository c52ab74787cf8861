"""The tests: sentences about the service, on named scenarios."""
