"""Tests of what brings developments in from files."""
