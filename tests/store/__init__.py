"""What the store and the projections hold to."""
