"""The floors of the house: the tool that checks them runs, and would notice a breach."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_imports_upwards() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "4 kept, 0 broken" in done.stdout


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = {
        "geopandas",
        "folium",
        "matplotlib",
        "pandas",
        "openpyxl",
        "pyarrow",
        "alembic",
        "pyvrp",
        "vroom",
        "reportlab",
        "gpxpy",
    }
    script = f"import sys, gridsvc.cli; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_api_starts_without_the_heavy_libraries() -> None:
    heavy = {"geopandas", "folium", "matplotlib", "openpyxl", "pyvrp", "vroom", "reportlab", "gpxpy"}
    script = f"import sys, gridsvc.api, gridsvc.web; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
