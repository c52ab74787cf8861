"""What readers ask, and the rows that answer it."""
