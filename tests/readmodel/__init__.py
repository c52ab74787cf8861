"""What the read model holds to."""
