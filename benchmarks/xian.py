"""The real streets of the south of Xi'an, without a database."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import shapely

from gridsvc.roads import Roads, clean_name, role_of

FILE = "xian_south_road_links_wgs84.geojson.gz"
CLIP = "beilin_road_links_wgs84.geojson"


def xian_roads(folder: Path, file: str = FILE) -> Roads:
    """Return the links of the file as a road layer; `folder`: that of the real data."""
    raw = (folder / file).read_bytes()
    features = json.loads(gzip.decompress(raw) if file.endswith(".gz") else raw)["features"]
    said = [each["properties"] for each in features]
    names = [str(each["road_name"]) for each in said]
    nothing = np.full(len(said), None, object)
    return Roads(
        np.arange(len(said)),
        np.array([clean_name(name) for name in names], object),
        nothing,
        np.array([role_of(name) for name in names], object),
        np.array(["forward" if each["dir"] == 1 else "both" for each in said], object),
        np.array([str(each["link_id"]) for each in said], object),
        np.full(len(said), file, object),
        nothing,
        nothing,
        np.array([shapely.LineString(each["geometry"]["coordinates"]) for each in features], object),
    )
