"""Figures as pure functions: entries in, a Plotly figure (a plain dict) out."""
