"""The road layer, and who keeps the roads that are borders."""
