"""What a start must not wait for: a command's help, and a worker of the service."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"folium", "jenkspy", "matplotlib", "numba", "rasterio", "sklearn"}
FILES = {"geopandas", "openpyxl", "pyvrp", "vroom", "reportlab", "gpxpy"}

# In the order in which one process imports them: what one of them brings is there for all that follow.
UNWANTED = {
    "gridsvc.cli": {*HEAVY, *FILES, "alembic", "numpy", "pandas", "pyarrow", "scipy", "shapely"},
    "gridsvc.api": HEAVY | FILES,
    "gridsvc.web": HEAVY | FILES,
    "gridsvc.hotspots": HEAVY,
    "gridsvc.hotspots.products.hot_cells": HEAVY,
    "gridsvc.hotspots.products.trend": HEAVY,
}


def test_heavy_imports_wait_until_they_are_needed() -> None:
    script = (
        "import importlib, json, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    print(json.dumps([name, *sys.modules]))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, *UNWANTED], capture_output=True, text=True, check=True
    )
    found = {}
    for line in told.stdout.splitlines():
        name, *modules = json.loads(line)
        found[name] = UNWANTED[name] & set(modules)
    assert found == {name: set() for name in UNWANTED}
