"""Plans: from a request to timed routes with reasons, kept and planned anew."""
