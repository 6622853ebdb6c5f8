"""A sheet as GeoTIFF: its surface, or the shown column on the cells, in the projected system of the cells."""

from __future__ import annotations

import warnings

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text
from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.hotspots.sheets.table import described

PIXEL_M = 10.0
MOST_PIXELS = 25_000_000
NO_DATA = -9999.0
"""A number, not NaN: older programs take that for a value."""


def draw_geotiff(sheet: Sheet, language: str) -> bytes:
    """Return the file: float32, tiled, deflated; its tags say unit, method, period and versions."""
    from rasterio.crs import CRS
    from rasterio.errors import NotGeoreferencedWarning
    from rasterio.io import MemoryFile
    from rasterio.transform import Affine

    surface = sheet.surface
    if surface is not None:
        values, srid, step = surface.values, surface.srid, surface.step_m
        west, north = surface.west_m, surface.north_m
        band, unit = surface.title, surface.unit
        content = "surface"
    else:
        values, west, north, step = _of_cells(sheet)
        srid = sheet.cells.layer.srid
        band, unit = sheet.shown_column.label, sheet.shown_column.unit or Text("", "")
        content = f"column {sheet.shown_column.name} on the cells"
    filled = np.where(np.isnan(values), NO_DATA, values).astype(np.float32)
    told = described(sheet, language)
    with MemoryFile() as memory, warnings.catch_warnings():
        # Its pixels get their place with the profile, after it was opened.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(
            driver="GTiff",
            width=filled.shape[1],
            height=filled.shape[0],
            count=1,
            dtype="float32",
            crs=CRS.from_epsg(srid),
            transform=Affine(step, 0, west, 0, -step, north),
            nodata=NO_DATA,
            tiled=True,
            blockxsize=256,
            blockysize=256,
            compress="deflate",
            predictor=3,
            bigtiff="if_safer",
        ) as raster:
            raster.write(filled, 1)
            raster.set_band_description(1, band.in_language(language))
            raster.set_band_unit(1, unit.in_language(language))
            raster.update_tags(
                TIFFTAG_IMAGEDESCRIPTION=f"{told['title']}: {told['headline']}",
                TIFFTAG_SOFTWARE="gridsvc",
                CONTENT=content,
                GRIDSVC=orjson.dumps(told).decode(),
            )
        return bytes(memory.read())


def _of_cells(sheet: Sheet) -> tuple[NDArray[np.float64], float, float, float]:
    """Return the shown column as pixels: values, west, north and side in metres; no cell: NaN."""
    from rasterio.features import rasterize
    from rasterio.transform import Affine

    column = sheet.shown_column
    if not len(sheet.cells.layer.codes):
        raise InputRefused("no_cells", Text("没有网格可写。", "there are no cells to write."))
    shapes = shapely.transform(sheet.cells.layer.geom_mm, lambda xy: xy / 1000)
    west, south, east, north = shapely.total_bounds(shapes)
    step = PIXEL_M
    while (east - west) / step * ((north - south) / step) > MOST_PIXELS:
        step *= 2
    west, north = float(np.floor(west / step) * step), float(np.ceil(north / step) * step)
    columns, rows = int(np.ceil((east - west) / step)), int(np.ceil((north - south) / step))
    values = np.asarray(column.values, np.float64)
    known = np.flatnonzero(~np.isnan(values))
    pairs = [(shapes[cell], values[cell]) for cell in known]
    raster = np.full((rows, columns), np.nan)
    if pairs:
        raster = rasterize(
            pairs,
            out_shape=(rows, columns),
            fill=np.nan,
            transform=Affine(step, 0, west, 0, -step, north),
            dtype="float64",
        )
    return np.asarray(raster), west, north, step
