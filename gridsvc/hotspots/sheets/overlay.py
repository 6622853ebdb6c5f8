"""A surface as a picture: its colours, and its place on a Web Mercator map."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from gridsvc.hotspots.sheets.colours import HEAT, rgb
from gridsvc.hotspots.sheets.sheet import Surface

Floats = NDArray[np.float64]

MOST_PIXELS_ACROSS = 1_400
_SPHERE_M = 6378137.0
_NODES = 33
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
    from scipy.ndimage import map_coordinates

    rows, columns = surface.values.shape
    to_own = Transformer.from_crs(3857, surface.srid, always_xy=True)
    west, south, east, north = _mercator_bounds(surface, to_own)
    across = max(1, min(columns, MOST_PIXELS_ACROSS))
    down = max(1, round(across * (north - south) / (east - west)))
    # Between nodes some hundred metres apart the way from one system to the other is straight.
    nodes = np.linspace(0, 1, _NODES)
    x, y = to_own.transform(*np.meshgrid(west + nodes * (east - west), north - nodes * (north - south)))
    column = _between_nodes((np.asarray(x) - surface.west_m) / surface.step_m, down, across)
    row = _between_nodes((surface.north_m - np.asarray(y)) / surface.step_m, down, across)
    # Values belong to the centres of pixels.
    at = np.stack([row - 0.5, column - 0.5])
    known = map_coordinates(np.isfinite(surface.values).astype(np.uint8), at, order=0, cval=0) > 0
    values = map_coordinates(np.nan_to_num(surface.values, nan=0.0), at, order=1, mode="nearest")
    inside = (row >= 0) & (row <= rows) & (column >= 0) & (column <= columns)
    top = full_colour(surface.values)
    pixels = heat_pixels(np.where(known & inside, values, np.nan), top)
    held = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(held, "PNG", optimize=True)
    return Overlay(
        "data:image/png;base64," + base64.b64encode(held.getvalue()).decode(),
        ((_latitude(south), _longitude(west)), (_latitude(north), _longitude(east))),
        top,
    )


def _mercator_bounds(surface: Surface, to_own: Transformer) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the surface in EPSG:3857, its bent edges included."""
    rows, columns = surface.values.shape
    edge = np.linspace(0, 1, _NODES)
    none, all_of = np.zeros(_NODES), np.ones(_NODES)
    right = np.concatenate([edge, edge, none, all_of]) * columns * surface.step_m
    below = np.concatenate([none, all_of, edge, edge]) * rows * surface.step_m
    x, y = to_own.transform(surface.west_m + right, surface.north_m - below, direction="INVERSE")
    return float(np.min(x)), float(np.min(y)), float(np.max(x)), float(np.max(y))


def _between_nodes(at_nodes: Floats, down: int, across: int) -> Floats:
    """Return the values at the centres of `down` × `across` pixels, linear between (nodes, nodes)."""
    between: Floats = _weights(down) @ at_nodes @ _weights(across).T
    return between


def _weights(pixels: int) -> Floats:
    """Return how much of each node a pixel's centre has, shape (pixels, nodes)."""
    at = (np.arange(pixels) + 0.5) / pixels * (_NODES - 1)
    shares: Floats = np.maximum(0.0, 1 - np.abs(at[:, None] - np.arange(_NODES)))
    return shares


def _longitude(x: float) -> float:
    return float(np.degrees(x / _SPHERE_M))


def _latitude(y: float) -> float:
    return float(np.degrees(2 * np.arctan(np.exp(y / _SPHERE_M)) - np.pi / 2))
