"""From degrees to the whole millimetres on which places are decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from pyproj import Transformer

Floats = NDArray[np.float64]
Millimetres = NDArray[np.int64]

# The box in which China's CGCS2000 zones are used (EPSG area of use of 4534…4554, mainland).
_CHINA = (73.62, 16.7, 134.77, 53.56)

# Largest error of a fitted projection against PROJ: far below the half millimetre that could move a rounding.
FIT_ERROR_MM = 1e-5
_DEGREES = range(3, 13)
_CHUNK = 8_192  # a chunk and its powers stay in the nearer caches
_NOWHERE_M = 1e9
_FEW = 8  # below this, Python floats are faster than arrays


def srid_for(lon: float, lat: float) -> int:
    """Return the EPSG code of the projected system for data around (lon, lat) in degrees.

    In China: CGCS2000 3-degree Gauss-Krüger by central meridian, EPSG 4534 (75° E) … 4554 (135° E), without
    zone prefix; Xi'an gets 4545 (108° E). Elsewhere: UTM on WGS 84.
    """
    west, south, east, north = _CHINA
    if west <= lon <= east and south <= lat <= north:
        return 4534 + min(max(round(lon / 3) - 25, 0), 20)
    zone = min(int((lon + 180) // 6) + 1, 60)
    return (32600 if lat >= 0 else 32700) + zone


@lru_cache(maxsize=16)
def _transformer(srid: int) -> Transformer:
    return Transformer.from_crs(4326, srid, always_xy=True)


def to_millimetres(srid: int, lon: Floats, lat: Floats) -> tuple[Millimetres, Millimetres]:
    """Project lon, lat (degrees, WGS 84 or CGCS2000, any one shape) and return x (east), y (north).

    Whole millimetres, rounded half to even (assignment.md section 1, rule 2), by PROJ.
    """
    x, y = _transformer(srid).transform(lon, lat)
    return _rounded(x), _rounded(y)


def _rounded(metres: Floats) -> Millimetres:
    # PROJ answers infinity beyond its projection: such a place is put far outside every area.
    within = np.nan_to_num(metres, nan=_NOWHERE_M, posinf=_NOWHERE_M, neginf=-_NOWHERE_M)
    return np.rint(np.clip(within, -_NOWHERE_M, _NOWHERE_M) * 1000).astype(np.int64)


def to_degrees(srid: int, x: Millimetres, y: Millimetres) -> tuple[Floats, Floats]:
    """Return lon, lat in degrees of millimetre coordinates."""
    lon, lat = _transformer(srid).transform(x / 1000.0, y / 1000.0, direction="INVERSE")
    return np.asarray(lon), np.asarray(lat)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A polynomial in scaled lon, lat: coefficients[i][j] belongs to u^i v^j, in mm from `origin`."""

    centre: tuple[float, float]
    half: tuple[float, float]
    origin: tuple[float, float]
    x: tuple[tuple[float, ...], ...]
    y: tuple[tuple[float, ...], ...]

    def one(self, lon: float, lat: float) -> tuple[float, float]:
        """Return x, y of one place."""
        u = (lon - self.centre[0]) / self.half[0]
        v = (lat - self.centre[1]) / self.half[1]
        return _horner_of_one(self.x, u, v), _horner_of_one(self.y, u, v)

    def __call__(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return x, y of places, shape (n,): to each the same bits as `one` does."""
        u = (lon - self.centre[0]) / self.half[0]
        v = (lat - self.centre[1]) / self.half[1]
        inner = np.empty_like(u)
        return _horner(self.x, u, v, inner), _horner(self.y, u, v, inner)


# The same multiplications and additions for a float and for an array, so that a point gives the same bits
# alone and in a million.
def _horner_of_one(rows: tuple[tuple[float, ...], ...], u: float, v: float) -> float:
    total = 0.0
    for row in reversed(rows):
        inner = row[-1]
        for coefficient in row[-2::-1]:
            inner = inner * v + coefficient
        total = total * u + inner
    return total


def _horner(rows: tuple[tuple[float, ...], ...], u: Floats, v: Floats, inner: Floats) -> Floats:
    total = np.zeros_like(u)
    for row in reversed(rows):
        total *= u
        if len(row) == 1:
            total += row[0]
            continue
        np.multiply(v, row[-1], out=inner)
        inner += row[-2]
        for coefficient in row[-3::-1]:
            inner *= v
            inner += coefficient
        total += inner
    return total


class LocalProjection:
    """A projected system over one box of degrees, ten times as fast as PROJ and as good to 1e-5 mm.

    At construction a polynomial is fitted to PROJ at Chebyshev nodes and checked against PROJ between them;
    its degree grows until the largest error is below `FIT_ERROR_MM`. Where no degree will do (a box as large
    as a country), and for points outside the box, PROJ itself is asked.
    """

    def __init__(self, srid: int, bounds: tuple[float, float, float, float]) -> None:
        self.srid = srid
        self.bounds = bounds
        self._fit = self._fitted()

    def to_millimetres(self, lon: Floats, lat: Floats) -> tuple[Millimetres, Millimetres]:
        """Return x, y in whole millimetres of lon, lat (degrees, shape (n,))."""
        if self._fit is None:
            return to_millimetres(self.srid, lon, lat)
        if len(lon) <= _FEW:
            return self._few(lon, lat)
        west, south, east, north = self.bounds
        within = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        if within.all():
            return self._fitted_millimetres(lon, lat)
        # Far outside a polynomial grows beyond every integer, and a NaN is not within.
        x, y = np.empty(len(lon), np.int64), np.empty(len(lon), np.int64)
        x[within], y[within] = self._fitted_millimetres(lon[within], lat[within])
        x[~within], y[~within] = to_millimetres(self.srid, lon[~within], lat[~within])
        return x, y

    def _fitted_millimetres(self, lon: Floats, lat: Floats) -> tuple[Millimetres, Millimetres]:
        assert self._fit is not None
        x, y = np.empty(len(lon), np.int64), np.empty(len(lon), np.int64)
        self._project_chunks(lon, lat, x, y)
        x += int(self._fit.origin[0])
        y += int(self._fit.origin[1])
        return x, y

    def _few(self, lon: Floats, lat: Floats) -> tuple[Millimetres, Millimetres]:
        assert self._fit is not None
        west, south, east, north = self.bounds
        x0, y0 = int(self._fit.origin[0]), int(self._fit.origin[1])
        xs, ys = [], []
        for k, (east_of, north_of) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
            if west <= east_of <= east and south <= north_of <= north:
                one_x, one_y = self._fit.one(east_of, north_of)
                xs.append(round(one_x) + x0)
                ys.append(round(one_y) + y0)
            else:
                far = to_millimetres(self.srid, lon[k : k + 1], lat[k : k + 1])
                xs.append(int(far[0][0]))
                ys.append(int(far[1][0]))
        return np.array(xs, np.int64), np.array(ys, np.int64)

    def _project_chunks(self, lon: Floats, lat: Floats, x: Millimetres, y: Millimetres) -> None:
        assert self._fit is not None
        for start in range(0, len(lon), _CHUNK):
            part = slice(start, start + _CHUNK)
            fx, fy = self._fit(lon[part], lat[part])
            x[part] = np.rint(fx, out=fx)
            y[part] = np.rint(fy, out=fy)

    def _fitted(self) -> _Fit | None:
        west, south, east, north = self.bounds
        centre = ((west + east) / 2, (south + north) / 2)
        half = (max(east - west, 1e-6) / 2, max(north - south, 1e-6) / 2)
        project = _transformer(self.srid).transform
        x0, y0 = project(*centre)
        origin = (float(np.rint(x0 * 1000)), float(np.rint(y0 * 1000)))

        def exact(u: Floats, v: Floats) -> tuple[Floats, Floats]:
            x, y = project(centre[0] + u * half[0], centre[1] + v * half[1])
            return np.asarray(x) * 1000 - origin[0], np.asarray(y) * 1000 - origin[1]

        between = np.linspace(-1, 1, 23)
        check_u, check_v = (grid.ravel() for grid in np.meshgrid(between, between))
        check_x, check_y = exact(check_u, check_v)
        if not (np.isfinite(check_x).all() and np.isfinite(check_y).all()):
            return None
        for degree in _DEGREES:
            nodes = chebyshev.chebpts1(2 * degree + 2)
            u, v = (grid.ravel() for grid in np.meshgrid(nodes, nodes))
            powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
            matrix = np.stack([u**i * v**j for i, j in powers], axis=1)
            solution = np.linalg.lstsq(matrix, np.stack(exact(u, v), axis=1), rcond=None)[0]
            x_rows, y_rows = (
                tuple(
                    tuple(float(solution[powers.index((i, j)), axis]) for j in range(degree + 1 - i))
                    for i in range(degree + 1)
                )
                for axis in (0, 1)
            )
            fit = _Fit(centre, half, origin, x_rows, y_rows)
            fit_x, fit_y = fit(*(centre[k] + (check_u, check_v)[k] * half[k] for k in (0, 1)))
            if max(np.abs(fit_x - check_x).max(), np.abs(fit_y - check_y).max()) < FIT_ERROR_MM:
                return fit
        return None
