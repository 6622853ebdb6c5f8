"""From the numbers of a file to WGS 84: its system, its datum, and whether the numbers can be that."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.transformer import TransformerGroup

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.datum import check_datum, to_wgs84
from gridsvc.geography.findings import Findings
from gridsvc.geography.rings import Floats

Bounds = Floats  # shape (n, 4): least x, least y, greatest x, greatest y
_Flags = npt.NDArray[np.bool_]

_MM_PER_DEGREE = 111_320_000.0
# Datums whose numbers are those of WGS 84 as far as a report can tell (assignment.md section 6).
_SAME = ("World Geodetic System 1984", "WGS 84", "WGS_1984", "China 2000", "D_China_2000", "CGCS2000")
# Each city of the old Chinese datums has parameters of its own, about 100 m; nobody may guess them.
_LOCAL = ("Xian 1980", "Beijing 1954", "New Beijing")
# South of the southernmost and north of the northernmost city of the world (Ushuaia, Longyearbyen).
_CITIES = (-57.0, 79.0)
_CHINA = (73.0, 17.0, 136.0, 54.0)
_DEGREES_BEYOND_USE = 3.0

_REMEDY_CRS = Text(
    "改正文件声明的坐标系（如 ogr2ogr -a_srs EPSG:4545 …），再导入。",
    "Correct the system that the file declares (for instance ogr2ogr -a_srs EPSG:4545 …) and import again.",
)
_REMEDY_SWAP = Text(
    "交换两个坐标（先经度/东，后纬度/北）后再导入。",
    "Exchange the two coordinates (longitude or east first, then latitude or north) and import again.",
)


@dataclass(frozen=True, slots=True)
class Georeference:
    """How the x and y of a file become longitude and latitude of WGS 84."""

    name: str
    projected: bool
    datum: str
    transformer: pyproj.Transformer | None
    mm_per_unit: float
    use: tuple[float, float, float, float] | None

    def to_wgs84(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Convert coordinates of the file, shape (n,), to degrees of WGS 84; infinite where there is none."""
        if self.transformer is not None:
            x, y = self.transformer.transform(x, y)
        return to_wgs84(self.datum, x, y)

    def scale(self, y: float) -> tuple[float, float]:
        """Return how many millimetres one unit of x and of y has near `y`, to a few parts in a thousand."""
        if self.projected:
            return self.mm_per_unit, self.mm_per_unit
        return _MM_PER_DEGREE * float(np.cos(np.radians(y))), _MM_PER_DEGREE

    def plausible(self, x: Floats, y: Floats) -> _Flags:
        """Tell which places can be areas of a city in this system."""
        if not self.projected:
            west, south, east, north = _CHINA
            # A latitude above 72 whose exchange lies in China (Kashgar: 76 E, 39 N) is no latitude.
            kashgar = (y > 72.0) & (y >= west) & (y <= east) & (x >= south) & (x <= north)
            good: _Flags = (np.abs(x) <= 180.0) & (y >= _CITIES[0]) & (y <= _CITIES[1]) & ~kashgar
            return good
        lon, lat = self.to_wgs84(x, y)
        # Degrees in either order; no city lies within 180 m of where both axes of a system are zero.
        degrees = (np.abs(x) <= 180.0) & (np.abs(y) <= 180.0)
        finite = np.isfinite(lon) & np.isfinite(lat) & ~degrees
        if self.use is None:
            return finite
        west, south, east, north = self.use
        wide = _DEGREES_BEYOND_USE
        across = lon >= west - wide if west > east else (lon >= west - wide) & (lon <= east + wide)
        return np.asarray(finite & across & (lat >= south - wide) & (lat <= north + wide))

    def possible(self, x: Floats, y: Floats) -> _Flags:
        """Tell which numbers can be coordinates of this system at all."""
        if self.projected:
            return self.plausible(x, y)
        return (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)


def georeference(
    crs: pyproj.CRS | None, datum: str | None, file: str, *, said: str | None = None
) -> Georeference:
    """Return the reference of a file that declares `crs`, with the datum that the user declares.

    `said` is the datum that the file says of itself: what to declare where no system is.

    Raises `InputRefused`: `missing_crs` (none declared, and no datum that says longitude and latitude),
    `wrong_crs` (a local, vertical or engineering system), `unknown_datum_shift` (no published way to
    WGS 84), `wrong_datum` (GCJ-02 or BD-09 said of a projected system).
    """
    place = Place(file=file)
    if datum is not None:
        check_datum(datum)
    if crs is None and datum is None:
        raise InputRefused(
            "missing_crs",
            Text("文件没有声明坐标系。", "The file declares no coordinate reference system."),
            remedy=Text(
                f"文件自己写明坐标是 {said}：用 --datum {said} 导入。",
                f"The file says that its coordinates are {said}: import it with --datum {said}.",
            )
            if said
            else Text(
                "补上坐标系（如 Shapefile 的 .prj 文件）；若为经纬度，用 --datum 说明基准。",
                "Add it (for a Shapefile the .prj file); if the numbers are lon/lat, say so by --datum.",
            ),
            place=place,
        )
    if crs is None or (crs.is_geographic and _same(crs)):
        return Georeference(crs.name if crs else "lon/lat", False, datum or "wgs84", None, 0.0, None)
    if not (crs.is_geographic or crs.is_projected or crs.is_bound):
        raise InputRefused(
            "wrong_crs",
            Text(f"坐标系“{crs.name}”不能换算为经纬度。", f"The system {crs.name!r} has no way to lon/lat."),
            remedy=_REMEDY_CRS,
            place=place,
        )
    if datum in ("gcj02", "bd09") and crs.to_epsg() != 3857:
        raise InputRefused(
            "wrong_datum",
            Text(
                f"文件的坐标系是“{crs.name}”，不可能是 {datum}；只有经纬度（或网络墨卡托）才有这种偏移。",
                f"The file is in {crs.name!r}, which cannot be {datum}: only lon/lat or web Mercator can.",
            ),
            remedy=Text(
                "去掉 --datum；若是偏移后的经纬度投影而成，先换算回经纬度（ogr2ogr -t_srs EPSG:4490 …）。",
                "Drop --datum; if shifted lon/lat were projected, bring them back to lon/lat first"
                " (ogr2ogr -t_srs EPSG:4490 …).",
            ),
            place=place,
        )
    _check_shift(crs, place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # grids that are better by centimetres and not installed
        transformer = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    unit = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
    use = crs.area_of_use.bounds if crs.area_of_use else None
    projected = not crs.is_geographic
    return Georeference(crs.name, projected, datum or "wgs84", transformer, unit * 1000.0, use)


def _same(crs: pyproj.CRS) -> bool:
    geodetic = crs.geodetic_crs
    datum = geodetic.datum if geodetic else None
    return datum is not None and datum.name.startswith(_SAME)


def _check_shift(crs: pyproj.CRS, place: Place) -> None:
    geodetic = crs.geodetic_crs
    if _same(crs) or crs.is_bound:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ways = TransformerGroup(crs, 4326, always_xy=True).transformers
    name = geodetic.datum.name if geodetic and geodetic.datum else crs.name
    if name.startswith(_LOCAL) or not ways or all(way.accuracy < 0 for way in ways):
        raise InputRefused(
            "unknown_datum_shift",
            Text(
                f"“{name}”到 CGCS2000 的转换参数因城市而异，不能猜测（误差可达百米）。",
                f"Each city has its own parameters from {name!r} to CGCS2000; a guess errs by up to 100 m.",
            ),
            remedy=Text(
                "先用本市的转换参数换算到 CGCS2000（EPSG:4490 或 4545 等），再导入。",
                "Convert with the city's own parameters to CGCS2000 (EPSG:4490, 4545 …) first.",
            ),
            place=place,
        )


def check_places(reference: Georeference, bounds: Bounds, known: Bounds, findings: Findings) -> None:
    """Refuse areas whose numbers cannot be what the file says: wrong system, or exchanged coordinates.

    `bounds` are those of each area in the numbers of the file (NaN: none), `known` those of the loaded
    editions in degrees. An area outside all of the known ones that lies inside when exchanged was
    exchanged.
    """
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    there = np.isfinite(x)
    corners = ((bounds[:, 0], bounds[:, 1]), (bounds[:, 2], bounds[:, 3]))
    possible = reference.possible(*corners[0]) & reference.possible(*corners[1])
    good, exchanged = reference.plausible(x, y) & possible, reference.plausible(y, x)
    if len(known):
        away = ~_inside(known, *reference.to_wgs84(x, y))
        good &= ~(away & exchanged & _inside(known, *reference.to_wgs84(y, x)))
    swapped = there & ~good & exchanged
    wrong = there & ~possible & ~swapped
    _report(findings, reference, bounds, swapped, there, "swapped_axes", _SWAPPED, _REMEDY_SWAP)
    wrong_text = _LOOKS_PROJECTED
    if reference.projected:
        in_degrees = (np.abs(x[wrong]) <= 180.0) & (np.abs(y[wrong]) <= 180.0)
        wrong_text = _LOOKS_DEGREES if in_degrees.all() else _OUT_OF_USE
    _report(findings, reference, bounds, wrong, there, "wrong_crs", wrong_text, _REMEDY_CRS)


_SWAPPED = Text("经纬度（或东、北坐标）颠倒", "longitude and latitude (or east and north) are exchanged")
_LOOKS_PROJECTED = Text("这些数不是经纬度", "these numbers are not longitude and latitude")
_LOOKS_DEGREES = Text("这些数是度，不是米", "these numbers are degrees, not metres")
_OUT_OF_USE = Text("这些数不在该坐标系的使用范围内", "these numbers are outside the system's area of use")


def _inside(known: Bounds, lon: Floats, lat: Floats) -> _Flags:
    box = known[:, :, None]
    within = (lon >= box[:, 0]) & (lat >= box[:, 1]) & (lon <= box[:, 2]) & (lat <= box[:, 3])
    return np.asarray(within.any(axis=0))


def _report(
    findings: Findings,
    reference: Georeference,
    bounds: Bounds,
    faulty: _Flags,
    there: _Flags,
    code: str,
    what: Text,
    remedy: Text,
) -> None:
    rows = np.flatnonzero(faulty)
    if not len(rows):
        return
    all_zh = all_en = ""
    if len(rows) == there.sum() and len(rows) > 1:  # one sentence for a whole layer
        all_zh, all_en = f"（全部 {len(rows)} 个要素都如此）", f" (so are all {len(rows)} features)"
    for row in rows[:1] if all_zh else rows:
        x, y = bounds[row, 0], bounds[row, 1]
        findings.refuse(
            code,
            Text(
                f"文件的坐标系为“{reference.name}”，但{what.zh}{all_zh}。",
                f"The file says {reference.name!r}, but {what.en}{all_en}.",
            ),
            remedy,
            features=() if all_zh else (int(row),),
            column="geometry",
            value=f"{x:.10g}, {y:.10g}",
        )
