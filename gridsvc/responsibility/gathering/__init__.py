"""Facts and parties of reports, gathered in bulk."""
