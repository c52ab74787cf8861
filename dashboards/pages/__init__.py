"""The pages beside the timeline, each at an address of its own, and all at the same cuts."""
