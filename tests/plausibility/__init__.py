"""What the domain holds to."""
