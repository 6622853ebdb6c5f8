"""Which component of the inventory a report is about."""
