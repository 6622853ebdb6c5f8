"""What reports are counted against: streets, ground, people, minutes of patrol."""
