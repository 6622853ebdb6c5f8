"""Whether something began in the last days: scan statistics."""
