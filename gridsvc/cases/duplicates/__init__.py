"""Reports of an incident that another report told before: suggested, counted once, never deleted."""
