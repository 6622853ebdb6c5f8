"""Whether a cell has more than chance: exact tests, discovery control, descriptive scores."""
