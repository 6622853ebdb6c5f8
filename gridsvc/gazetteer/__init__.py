"""Place names: imported ones, roads, crossings, house numbers and areas, found by what people say."""

from gridsvc.gazetteer.finding import Candidate, Found, Placed, find_places, place_address, placed_by
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.loading import load_gazetteer, names_until
from gridsvc.gazetteer.place_import import PlaceImport, import_places
from gridsvc.gazetteer.places import IMPORTED_KINDS

__all__ = [
    "IMPORTED_KINDS",
    "Candidate",
    "Found",
    "Gazetteer",
    "PlaceImport",
    "Placed",
    "find_places",
    "import_places",
    "load_gazetteer",
    "names_until",
    "place_address",
    "placed_by",
]
