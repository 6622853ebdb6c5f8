"""A surface lies on a Web Mercator map where it lies on the ground."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.sheets.overlay import full_colour, heat_pixels, mercator_overlay
from tests.hotspots.sheets.made_sheet import SRID, made_surface


def mercator_y(latitude: float) -> float:
    return float(np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2)))


@pytest.mark.parametrize("step_m", [10.0, 200.0])
def test_a_peak_is_where_it_was(step_m: float) -> None:
    """At 200 m a pixel the surface is 16 km wide: its own north is turned by some 35 m against the map's."""
    surface = replace(made_surface(), step_m=step_m)
    peak = np.zeros((60, 80))
    peak[2:5, 74:77] = 1.0
    overlay = mercator_overlay(replace(surface, values=peak))
    content = base64.b64decode(overlay.address.split(",")[1])
    alpha = np.asarray(Image.open(io.BytesIO(content)))[..., 3].astype(np.float64)
    rows, columns = np.mgrid[0 : alpha.shape[0], 0 : alpha.shape[1]] + 0.5
    row, column = (alpha * rows).sum() / alpha.sum(), (alpha * columns).sum() / alpha.sum()
    (south, west), (north, east) = overlay.bounds
    lon = west + column / alpha.shape[1] * (east - west)
    y = mercator_y(north) + row / alpha.shape[0] * (mercator_y(south) - mercator_y(north))
    lat = float(np.degrees(2 * np.arctan(np.exp(y)) - np.pi / 2))
    x_mm = np.array([round((surface.west_m + 75.5 * step_m) * 1000)])
    y_mm = np.array([round((surface.north_m - 3.5 * step_m) * 1000)])
    true_lon, true_lat = (float(each[0]) for each in to_degrees(SRID, x_mm, y_mm))
    off_m = np.hypot((lon - true_lon) * np.cos(np.radians(lat)), lat - true_lat) * 111_200
    assert off_m < 0.5 * step_m


def test_nothing_and_the_unknown_are_transparent() -> None:
    values = np.array([[0.0, np.nan, 1.0, 5.0]])
    assert heat_pixels(values, 1.0)[0, :, 3].tolist() == [0, 0, 217, 217]
    assert heat_pixels(values, 0.0)[0, :, 3].tolist() == [0, 0, 0, 0]
    assert full_colour(np.array([np.nan, 0.0])) == 0.0
