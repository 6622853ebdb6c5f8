"""A grid built anew for ground that has one: unchanged cells keep their codes, used ones are passed over."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.geography import import_areas
from gridsvc.geography.building import BuiltGrid, Former, build_grid, former_in_database, write_grid
from gridsvc.geography.profiles import code_profile
from tests.conftest import Run
from tests.geography import paper
from tests.geography.building.test_rule import sources

GROUND = shapely.box(0, 0, 900, 400)
COMMUNITY = "610103001001"
ROAD = shapely.LineString([(450, -10), (450, 410)])
# In the block that is cut last: cuts of the other one, which end on the road between, stay as they were.
NEW_ROAD = shapely.LineString([(700, -10), (700, 410)])
JANUARY, JUNE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


def _grid(roads: list[Any], *, former: Former | None = None, reuse: str = "refuse") -> BuiltGrid:
    given = sources(GROUND, roads, communities=[(COMMUNITY, GROUND)])
    return build_grid(given, replace(code_profile("gbt"), reuse=reuse), former=former)


def _as_former(grid: BuiltGrid, *retired: str) -> Former:
    return Former("before", grid.cells.codes, grid.cells.shapes, frozenset({*grid.cells.codes, *retired}))


def test_the_same_ground_keeps_every_code() -> None:
    first = _grid([ROAD])
    # Codes as a registry has them after years of changes: in no order, and far up.
    codes = [
        f"{COMMUNITY}{n:03d}" for n in np.random.default_rng(3).permutation(len(first.cells.codes)) + 200
    ]
    moved = shapely.transform(first.cells.shapes, lambda xy: np.add(xy, (7.0, -4.0)))  # millimetres
    again = _grid([ROAD], former=Former("before", codes, moved, frozenset(codes)))
    assert again.renumbering is not None
    assert (again.renumbering.kept, again.renumbering.passed_over) == (len(codes), 0)
    ground = dict(zip(codes, moved, strict=True))
    for code, shape in zip(again.cells.codes, again.cells.shapes, strict=True):
        assert shapely.symmetric_difference(shape, ground[code]).area < 0.02 * shape.area


def test_changed_ground_gets_numbers_that_nothing_ever_had() -> None:
    first = _grid([ROAD])
    retired = f"{COMMUNITY}{len(first.cells.codes) + 2:03d}"
    elsewhere = "610103001002007"
    second = _grid([ROAD, NEW_ROAD], former=_as_former(first, retired, elsewhere))
    assert second.renumbering is not None
    before = dict(zip(first.cells.codes, first.cells.shapes, strict=True))
    kept = [code for code in second.cells.codes if code in before]
    for code, shape in zip(second.cells.codes, second.cells.shapes, strict=True):
        if code in before:
            assert shapely.symmetric_difference(shape, before[code]).area / 1e6 < 20
    assert 0 < len(kept) < len(second.cells.codes)
    assert second.renumbering.kept == len(kept)
    # The cells of January that are gone, and the code that was retired before; not the other community's.
    assert second.renumbering.passed_over == len(before) - len(kept) + 1
    assert retired not in second.cells.codes
    assert len(set(second.cells.codes)) == len(second.cells.codes)
    assert _grid([ROAD, NEW_ROAD]).renumbering is None


def test_a_profile_that_allows_it_uses_numbers_again() -> None:
    first = _grid([ROAD])
    second = _grid([ROAD, NEW_ROAD], former=_as_former(first), reuse="allow")
    assert second.renumbering is not None
    assert second.renumbering.kept > 0
    assert second.renumbering.passed_over == 0
    numbers = [int(code[12:]) for code in second.cells.codes]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_a_grid_built_anew_is_imported(connection: Connection, tmp_path: Path) -> None:
    """Numbered without a look at what is loaded, the codes of January name other ground and are refused."""

    def load(grid: BuiltGrid, effective: datetime) -> Any:
        write_grid(tmp_path / "grid.gpkg", grid, overwrite=True)
        return import_areas(
            connection,
            tmp_path / "grid.gpkg",
            level="cell",
            layer="cell",
            code_column="code",
            effective=effective,
        )

    assert former_in_database(connection, 4545, JUNE) is None
    load(_grid([ROAD]), JANUARY)
    with pytest.raises(InputRefused) as caught:
        load(_grid([ROAD, NEW_ROAD]), JUNE)
    assert {fault.code for fault in caught.value.faults} == {"code_reused"}
    former = former_in_database(connection, 4545, JUNE)
    done = load(_grid([ROAD, NEW_ROAD], former=former), JUNE)
    assert (done.refused, done.repaired) == ((), ())
    assert "code_reused" not in {fault.code for fault in done.doubtful}


def test_the_command_asks_the_database_or_a_file(run_here: Run, tmp_path: Path, database_url: str) -> None:
    boundary = paper.write(tmp_path / "b.geojson", paper.degrees([GROUND]), code=["610103"], name=["试区"])
    roads = paper.write(tmp_path / "r.geojson", paper.degrees([ROAD]), name=["路"])
    env = {"GRIDSVC_DATABASE_URL": database_url}

    def build(name: str, *more: object) -> Any:
        arguments = ("--boundary", boundary, "--roads", roads, "-o", tmp_path / name, "--json", *more)
        done = run_here("area", "build", *arguments, env=env)
        assert done.status == 0, done.stderr
        return json.loads(done.stdout)

    first = build("grid.gpkg")
    assert first["former"] is None  # nothing was ever loaded
    loaded = run_here(
        "area",
        "import",
        tmp_path / "grid.gpkg",
        "--level",
        "cell",
        "--layer",
        "cell",
        "--code",
        "code",
        env=env,
    )
    assert loaded.status == 0, loaded.stderr
    count = first["counts"]["cell"]
    again = build("again.gpkg")["former"]
    assert (again["kept"], again["passed_over"]) == (count, 0)
    assert build("none.gpkg", "--against", "none")["former"] is None
    of_file = build("file.gpkg", "--against", tmp_path / "grid.gpkg")["former"]
    assert of_file == {"against": "grid.gpkg:cell", "kept": count, "passed_over": 0}
    codes = [
        sorted(pyogrio.raw.read(tmp_path / name, layer="cell", columns=["code"])[3][0])
        for name in ("grid.gpkg", "again.gpkg")
    ]
    assert codes[0] == codes[1]
