"""What a start must not wait for: a command's help, and a worker of the service."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("folium", "jenkspy", "matplotlib", "numba", "rasterio", "sklearn")


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("gridsvc.cli.app", (*HEAVY, "numpy", "pandas", "scipy", "shapely")),
        ("gridsvc.api", HEAVY),
        ("gridsvc.hotspots", HEAVY),
        ("gridsvc.hotspots.products.hot_cells", HEAVY),
        ("gridsvc.hotspots.products.trend", HEAVY),
    ],
)
def test_heavy_imports_wait_until_they_are_needed(module: str, unwanted: tuple[str, ...]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(told.stdout.split()) & set(unwanted) == set()
