"""The mathematical problem of a patrol plan and its solution: whole deciseconds, no maps, no database."""
