"""Feature collections and vector tiles out of PostGIS: what is served at `/ogc` and `/tiles`."""
