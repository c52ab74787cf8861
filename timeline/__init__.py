"""A timeline of what was reported of a conflict, by whom, and when it was known."""
