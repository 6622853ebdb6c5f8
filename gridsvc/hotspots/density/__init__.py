"""Density for the eye: on the plane and along streets, rasters and contours."""
