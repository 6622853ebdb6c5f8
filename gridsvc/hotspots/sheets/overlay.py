"""A surface as a picture: its colours, and its place on a Web Mercator map."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.sheets.colours import HEAT, rgb
from gridsvc.hotspots.sheets.sheet import Surface

Floats = NDArray[np.float64]

MOST_PIXELS_ACROSS = 1_400
_SPHERE_M = 6378137.0
# Full colour for the densest 0.5 % of the area: one peak would leave the rest pale.
_FULL_SHARE = 0.995


@dataclass(frozen=True, slots=True)
class Overlay:
    """A PNG as `data:` address, ((south, west), (north, east)) in degrees; `top` has full colour."""

    address: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    top: float


def full_colour(values: Floats) -> float:
    """Return the value from which on the colour is full; 0 where nothing is positive."""
    positive = values[np.isfinite(values) & (values > 0)]
    return float(np.quantile(positive, _FULL_SHARE)) if len(positive) else 0.0


def heat_pixels(values: Floats, top: float) -> NDArray[np.uint8]:
    """Return the colours of a raster, shape (rows, columns, 4): nothing is transparent, `top` the darkest."""
    known = np.isfinite(values) & (values > 0) & (top > 0)
    shown = np.minimum(np.divide(values, top, out=np.zeros_like(values), where=known), 1.0)
    stops = [0.0, *HEAT]
    colours = np.array([rgb("#ffffb2"), *(rgb(colour) for colour in HEAT.values())], np.float64)
    pixels = np.empty((*values.shape, 4), np.uint8)
    for band in range(3):
        pixels[..., band] = np.interp(shown, stops, colours[:, band]).round().astype(np.uint8)
    pixels[..., 3] = (np.clip(shown * 1.6, 0, 0.85) * 255).round().astype(np.uint8)
    return pixels


def mercator_overlay(surface: Surface) -> Overlay:
    """Return the surface reprojected to Web Mercator: a map of that system stretches pictures linearly.

    Stretched in its own system, a surface would lie tens of metres off its cells at the edges.
    """
    from PIL import Image
    from rasterio.crs import CRS
    from rasterio.transform import Affine, array_bounds
    from rasterio.warp import Resampling, calculate_default_transform, reproject

    rows, columns = surface.values.shape
    step = surface.step_m
    placed = Affine(step, 0, surface.west_m, 0, -step, surface.north_m)
    edges = (
        surface.west_m,
        surface.north_m - rows * step,
        surface.west_m + columns * step,
        surface.north_m,
    )
    own, mercator = CRS.from_epsg(surface.srid), CRS.from_epsg(3857)
    across = max(1, min(columns, MOST_PIXELS_ACROSS))
    down = max(1, round(rows * across / columns))
    turned, width, height = calculate_default_transform(
        own, mercator, columns, rows, *edges, dst_width=across, dst_height=down
    )
    values = np.full((height, width), np.nan)
    reproject(
        np.ascontiguousarray(surface.values, np.float64),
        values,
        src_transform=placed,
        src_crs=own,
        dst_transform=turned,
        dst_crs=mercator,
        src_nodata=np.nan,
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )
    top = full_colour(surface.values)
    held = io.BytesIO()
    Image.fromarray(heat_pixels(values, top), "RGBA").save(held, "PNG", optimize=True)
    west, south, east, north = array_bounds(height, width, turned)
    return Overlay(
        "data:image/png;base64," + base64.b64encode(held.getvalue()).decode(),
        ((_latitude(south), _longitude(west)), (_latitude(north), _longitude(east))),
        top,
    )


def _longitude(x: float) -> float:
    return float(np.degrees(x / _SPHERE_M))


def _latitude(y: float) -> float:
    return float(np.degrees(2 * np.arctan(np.exp(y / _SPHERE_M)) - np.pi / 2))
