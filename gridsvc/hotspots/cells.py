"""The cells on which reports are counted, with the names of the areas above them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Text
from gridsvc.geography import LEVELS, AreaEdition, Layer, areas_in_force, is_synthetic, load_layer
from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.recent import Recent, names_content
from gridsvc.responsibility import UPPER_LEVELS, Grid

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of one edition, sorted by code, and the grid in force with them.

    `layer.geom_mm`: millimetres in EPSG:`layer.srid`. `above[level][i]`: name of the area of that level in
    which cell i lies, None where it has none.
    """

    edition: AreaEdition
    layer: Layer
    grid: Grid
    above: dict[str, list[str | None]]

    @property
    def synthetic(self) -> bool:
        """Return whether the edition says that its geometry was made up."""
        return is_synthetic(self.edition)

    def upper(self, level: str) -> Layer | None:
        """Return the layer of `level` in force with the cells."""
        return self.grid.layers.get(level)

    def locate(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """Return the index of the cell of each place (degrees, WGS 84, shape (n,)), -1 for none."""
        return self.grid.place(lon, lat).cell


def cells_in_force(connection: Connection, at: datetime, *, snap_outside_m: float) -> Cells:
    """Return the cells in force at `at`; before the first edition, those of the first.

    Raises
    ------
    NotFound
        `no_cells`: no cells were imported.
    """
    edition = areas_in_force(connection, "cell", at)
    if edition is None:
        first = connection.scalar(
            text("SELECT min(effective_from) FROM area_edition WHERE level = 'cell' AND withdrawn_at IS NULL")
        )
        edition = areas_in_force(connection, "cell", first) if first is not None else None
        at = first or at
    if edition is None:
        raise NotFound(
            "no_cells",
            Text("还没有导入单元网格。", "no cells were imported yet."),
            remedy=Text(
                "请先运行 gridsvc area import … --level cell。",
                "Run gridsvc area import … --level cell first.",
            ),
        )
    above = [areas_in_force(connection, level, at) for level in LEVELS if level != "cell"]
    together = (edition, *(upper for upper in above if upper is not None))
    if not all(names_content(each.digest) for each in together):
        return _build(connection, together, snap_outside_m)
    key = (tuple((each.id, each.digest) for each in together), snap_outside_m)
    known = _KNOWN.get(key, lambda: _build(connection, together, snap_outside_m))
    return replace(known, edition=edition)  # its areas never change, what is said of it may


# A map that is asked for again and again is not to wait half a second for its cells each time.
_KNOWN: Recent[Cells] = Recent(4)


def _build(connection: Connection, together: tuple[AreaEdition, ...], snap_outside_m: float) -> Cells:
    layers = {each.level: load_layer(connection, each.id) for each in together}
    grid = Grid(layers, snap_mm=round(snap_outside_m * 1000))
    return Cells(together[0], layers["cell"], grid, _names_above(layers, grid))


def _names_above(layers: dict[str, Layer], grid: Grid) -> dict[str, list[str | None]]:
    cells = layers["cell"]
    inside = np.rint(shapely.get_coordinates(shapely.point_on_surface(cells.geom_mm))).astype(np.int64)
    areas = grid.place(*to_degrees(cells.srid, inside[:, 0], inside[:, 1])).areas
    return {
        level: [layers[level].names[index] if index >= 0 else None for index in areas[level]]
        for level in UPPER_LEVELS
        if level in layers
    }
