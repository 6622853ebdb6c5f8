"""The coverage matrix: class by street by facts, and where the specification leaves holes."""
