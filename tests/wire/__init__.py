"""What the wire format holds to."""
