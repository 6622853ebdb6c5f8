"""Hotspots as objects: outlined, named, ranked, followed from week to week."""
