"""Make the sample: one seed, one folder of files, the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.geography import spheroid_m2
from gridsvc.sample.files import SampleFiles, to_degrees, write_layer, write_table
from gridsvc.sample.frontage import Frontage
from gridsvc.sample.grid import Grid, Level, build_grid
from gridsvc.sample.ground import write_ground
from gridsvc.sample.house_numbers import number_houses
from gridsvc.sample.inventory import Inventory, survey
from gridsvc.sample.network import CLASS_NAMES, STREET, WIDTHS_M
from gridsvc.sample.places import Places, find_places
from gridsvc.sample.reports import write_reports
from gridsvc.sample.roads import Roads, link_roads
from gridsvc.sample.specification import write_workbook
from gridsvc.sample.units import ROAD_KEEPER, UNIT_COLUMNS, unit_rows
from gridsvc.sample.zones import write_zones

SEED = 610103

Progress = Callable[[Text], None]


def silent(_step: Text) -> None:
    """Say nothing about the progress."""


def generate(folder: Path, seed: int = SEED, progress: Progress = silent) -> SampleFiles:
    """Write the sample district, its units, inventory, specification and a year of reports into `folder`.

    Coordinates are WGS84 lon, lat. Everything but the codes and names of the district and of its eight
    street offices is synthetic. The folder is made when absent; files of the same names are replaced.
    """
    files = SampleFiles(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files.planted.unlink(missing_ok=True)
    progress(Text("生成街道网络与单元网格……", "Drawing the streets and the cells …"))
    grid = build_grid(seed)
    roads = link_roads(grid)
    places = find_places(grid, seed)
    _write_areas(files, grid)
    _write_roads(files, grid, roads)
    _write_places(files, grid, places)
    progress(Text("生成责任单位、部件普查与处置规范……", "Writing units, inventory and specification …"))
    write_table(files.units, UNIT_COLUMNS, unit_rows())
    write_zones(files, grid)
    write_ground(files, grid)
    write_workbook(files.specification)
    frontage = Frontage(grid)
    _write_addresses(files, grid, frontage)
    inventory = survey(grid, frontage, places, seed)
    _write_inventory(files, inventory)
    progress(Text("生成一年的上报……", "Writing a year of reports …"))
    write_reports(files, grid, frontage, places, inventory, seed)
    return files


def _write_areas(files: SampleFiles, grid: Grid) -> None:
    write_layer(files.district, grid.district.shapes, _columns(grid.district))
    for path, level, above in (
        (files.streets, grid.streets, grid.district),
        (files.communities, grid.communities, grid.streets),
    ):
        write_layer(path, level.shapes, _columns(level, above))
    write_layer(
        files.cells,
        grid.cells.shapes,
        _columns(grid.cells, grid.communities)
        | {
            "area_m2": np.round(spheroid_m2(shapely.transform(grid.cells.shapes, to_degrees)), 1),
            "land_use": grid.use,
            "management_grade": grid.grade,
        },
    )


def _columns(level: Level, above: Level | None = None) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {"code": level.codes, "name": level.names}
    return columns if above is None else columns | {"parent_code": above.codes[level.parent]}


def _write_roads(files: SampleFiles, grid: Grid, roads: Roads) -> None:
    write_layer(
        files.roads,
        roads.lines,
        {
            "link_id": np.arange(1, len(roads.lines) + 1),
            "from_node": roads.start,
            "to_node": roads.end,
            "dir": np.zeros(len(roads.lines), dtype=np.int64),
            "length": np.round(shapely.length(roads.lines), 2),
            "road_name": np.array(grid.street_names, dtype=object)[roads.street],
            "road_class": np.array(CLASS_NAMES, dtype=object)[roads.kind],
            "width_m": np.array(WIDTHS_M)[roads.kind],
            "keeper": np.array(
                [ROAD_KEEPER if kind <= STREET else None for kind in roads.kind], dtype=object
            ),
        },
    )


def _write_places(files: SampleFiles, grid: Grid, places: Places) -> None:
    write_layer(
        files.places,
        np.asarray(shapely.points(places.xy)),
        {"kind": places.kind, "name": places.name, "cell_code": grid.cells.codes[places.cell]},
    )


def _write_addresses(files: SampleFiles, grid: Grid, frontage: Frontage) -> None:
    houses = number_houses(frontage)
    write_layer(
        files.addresses,
        np.asarray(shapely.points(houses.xy)),
        {
            "road": np.array(grid.street_names, dtype=object)[houses.street],
            "house_number": np.array([f"{number}号" for number in houses.number], dtype=object),
        },
    )


def _write_inventory(files: SampleFiles, inventory: Inventory) -> None:
    def known(names: NDArray[np.object_]) -> NDArray[np.object_]:
        return np.array([name or None for name in names], dtype=object)

    write_layer(
        files.components,
        inventory.shape,
        {
            "id": inventory.identifier,
            "class": inventory.code,
            "supervisor": inventory.supervisor,
            "owner": known(inventory.owner),
            "maintainer": known(inventory.maintainer),
            "state": inventory.state,
        },
    )
