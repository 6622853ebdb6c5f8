"""What is counted: reports by cell and day, their hours, their places; default coordinates set aside."""
