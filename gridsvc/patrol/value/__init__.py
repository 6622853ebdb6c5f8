"""What a visit is worth: places with what is expected there, when, and why one must go."""
