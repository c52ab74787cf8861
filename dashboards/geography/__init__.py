"""Coastlines, borders and the names of countries for the map, from a bundled Natural Earth file."""
