"""Who may do what: access tokens, kept beside the log and never in it."""
