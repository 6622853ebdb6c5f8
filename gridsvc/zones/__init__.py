"""Zones: sets of cells or polygons given to a unit for one purpose, with dates."""
