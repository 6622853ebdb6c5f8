"""A plan on paper, on the phone, on a map."""
