"""What a planner asks for: each product from a question to a sheet of cells, with its provenance."""
