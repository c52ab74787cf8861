"""The words and rules of the service (DESIGN sections 1 to 3). No I/O, no clock, no framework."""
