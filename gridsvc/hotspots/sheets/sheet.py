"""A sheet: one row a cell, the column that colours it, and what must be said beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.neighbours import Neighbourhood
from gridsvc.hotspots.sheets.provenance import Provenance

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A value of every cell, shape (cells,): numbers, or words of `words` by index (-1: none).

    A float that is unknown is NaN here, null in JSON and empty in files; an infinity is refused. `note` says
    how the value is computed from the other columns, so that a reader can do it again.
    """

    name: str
    label: Text
    values: NDArray[Any]
    unit: Text | None = None
    words: tuple[Text, ...] | None = None
    decimals: int = 2
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A class of a scale: its colour, its words in the legend, how many cells it has.

    `hatch` is drawn over the colour, so that it is told apart in grey print too: `/`, `\\`, `x`, `.` or none.
    """

    label: Text
    colour: str
    cells: int
    hatch: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """`step[i]` is the class of cell i in `steps`.

    Zero, "not patrolled" and "not enough data" are classes of their own. `breaks`: the upper limits of all
    classes of numbers but the last, which is open; what a series keeps (`series`).
    """

    title: Text
    steps: tuple[Step, ...]
    step: NDArray[np.int16]
    breaks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A raster over the cells: `values[row, column]` in `unit`, row 0 in the north, pixels of `step_m`.

    `west_m`, `north_m`: the outer corner in EPSG:`srid`, metres. Outside the area: NaN.
    """

    title: Text
    unit: Text
    srid: int
    west_m: float
    north_m: float
    step_m: float
    values: Floats
    contours: Sequence[tuple[float, Any]] = ()
    """(level, shapely MultiPolygon in EPSG:`srid`, metres), from the lowest."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """An outline with its words, drawn over the cells: a hotspot, an alert; geometry in millimetres."""

    geometry_mm: Any
    title: Text
    lines: Sequence[Text] = ()
    colour: str = "#b30000"


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What a product hands to the writers: .html, .png, .geojson, .parquet, .tif.

    `title` names classes and product; `headline` is the answer in one sentence, `remarks` what must be said
    beside it (left out, channels, edition, how tested). `details[i]`: lines shown when cell i is clicked.
    """

    cells: Cells
    title: Text
    headline: Text
    columns: Sequence[Column]
    scale: Scale
    provenance: Provenance
    remarks: Sequence[Text] = ()
    details: dict[int, Sequence[Text]] = field(default_factory=dict)
    shapes: Sequence[Shape] = ()
    surface: Surface | None = None
    heat: Floats | None = None
    """Rows of lon, lat, weight (degrees, WGS 84) for a heat layer of the offline map."""
    heat_step: float = 0.0
    """Degrees to which the places of `heat` were rounded."""
    heat_shown: bool = True
    """Whether the heat layer is on when the map opens; it can be switched either way."""
    shown: str = ""
    """Name of the column that ranks the cells and goes into a raster; without: the first."""
    top: Sequence[int] | None = None
    """Cells of the list beside the map; without: those with the most of the shown column."""
    period: Text | None = None
    """The period in words; without: that of the provenance."""
    warning: Text | None = None
    """What forbids to read the map as it stands: not enough data, say."""
    neighbourhood: Neighbourhood | None = None
    """Of a test over neighbours; its pairs go into the table of the page."""

    @property
    def shown_column(self) -> Column:
        """Return the column that ranks the cells and goes into a raster."""
        return next((each for each in self.columns if each.name == self.shown), self.columns[0])

    def ranking(self, most: int) -> list[int]:
        """Return the cells for the list beside the map: `top`, or those with most, equal ones by code."""
        if self.top is not None:
            return [int(cell) for cell in self.top[:most]]
        column = self.shown_column
        if column.words is not None:
            return []
        values = np.nan_to_num(np.asarray(column.values, np.float64), nan=0.0)
        order = np.argsort(-values, kind="stable")[:most]
        return [int(cell) for cell in order if values[cell] > 0]
