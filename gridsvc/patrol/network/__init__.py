"""The streets as a directed network: built from the road layer, places snapped to it, times and ways."""
