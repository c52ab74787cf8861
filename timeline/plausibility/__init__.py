"""What a receipt warns of: messages that are well formed, fit the log, and are probably not what was meant."""
