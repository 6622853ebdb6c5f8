"""How a place changes: Mann–Kendall, emerging hot spots, near repeats, hours of the day."""
