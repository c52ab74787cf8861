"""The dashboard: a Dash app that reads through the read model."""
