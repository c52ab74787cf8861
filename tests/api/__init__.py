"""What the HTTP API holds to."""
