"""The resolver: which cell, which clause, which unit, by when, and why."""

from gridsvc.responsibility.answers import answer_of
from gridsvc.responsibility.atlas import Atlas, build_atlas, load_atlas
from gridsvc.responsibility.columns import COLUMNS, PLACE_COLUMNS, columns_of
from gridsvc.responsibility.facts import read_headings, read_house_numbers
from gridsvc.responsibility.grid import UPPER_LEVELS, Grid
from gridsvc.responsibility.queries import MISSING_INSTANT, Queries
from gridsvc.responsibility.resolutions import Resolutions
from gridsvc.responsibility.resolving import resolve

__all__ = [
    "COLUMNS",
    "MISSING_INSTANT",
    "PLACE_COLUMNS",
    "UPPER_LEVELS",
    "Atlas",
    "Grid",
    "Queries",
    "Resolutions",
    "answer_of",
    "build_atlas",
    "columns_of",
    "load_atlas",
    "read_headings",
    "read_house_numbers",
    "resolve",
]
