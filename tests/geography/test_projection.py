"""Degrees to whole millimetres: the fitted projection against PROJ, and which system is used where."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from gridsvc.geography.projection import LocalProjection, srid_for, to_degrees, to_millimetres

XIAN = (4545, (108.75, 34.1, 109.15, 34.4))
SAN_FRANCISCO = (32610, (-122.55, 37.68, -122.33, 37.86))
BOXES = [XIAN, SAN_FRANCISCO]


def proj_mm(srid: int, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = Transformer.from_crs(4326, srid, always_xy=True).transform(lon, lat)
    return np.asarray(x) * 1000, np.asarray(y) * 1000


def random_places(bounds: tuple[float, float, float, float], n: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(11)
    west, south, east, north = bounds
    return random.uniform(west, east, n), random.uniform(south, north, n)


@pytest.mark.parametrize(("srid", "bounds"), BOXES)
def test_the_fit_is_within_a_hundredth_of_a_micrometre_of_proj(
    srid: int, bounds: tuple[float, float, float, float]
) -> None:
    projection = LocalProjection(srid, bounds)
    fit = projection._fit
    assert fit is not None
    lon, lat = random_places(bounds, 200_000)
    x, y = fit(lon, lat)
    exact_x, exact_y = proj_mm(srid, lon, lat)
    # 1e-5 mm of the fit, and what a double of four thousand kilometres in millimetres cannot hold.
    ulp = np.spacing(np.abs(exact_y).max()) * 2
    assert np.abs(x + fit.origin[0] - exact_x).max() < 1e-5 + ulp
    assert np.abs(y + fit.origin[1] - exact_y).max() < 1e-5 + ulp


@pytest.mark.parametrize(("srid", "bounds"), BOXES)
def test_whole_millimetres_are_those_of_proj(srid: int, bounds: tuple[float, float, float, float]) -> None:
    lon, lat = random_places(bounds, 300_000)
    x, y = LocalProjection(srid, bounds).to_millimetres(lon, lat)
    exact_x, exact_y = to_millimetres(srid, lon, lat)
    raw_x, raw_y = proj_mm(srid, lon, lat)
    for fitted, exact, raw in ((x, exact_x, raw_x), (y, exact_y, raw_y)):
        differs = fitted != exact
        # Only a place that lies on the very half of a millimetre may be rounded the other way.
        assert np.abs(np.abs(raw[differs] - np.floor(raw[differs])) - 0.5).max(initial=0) < 2e-5
        assert differs.mean() < 1e-4


@pytest.mark.parametrize(("srid", "bounds"), BOXES)
@settings(deadline=None, max_examples=80)
@given(st.data())
def test_a_place_gets_the_same_bits_alone_and_in_a_batch(
    srid: int, bounds: tuple[float, float, float, float], data: st.DataObject
) -> None:
    west, south, east, north = bounds
    places = data.draw(
        st.lists(
            st.tuples(st.floats(west - 0.1, east + 0.1), st.floats(south - 0.1, north + 0.1)),
            min_size=1,
            max_size=40,
        )
    )
    projection = _projection(srid, bounds)
    lon, lat = (np.array(column) for column in zip(*places, strict=True))
    together = np.stack(projection.to_millimetres(lon, lat), axis=1)
    alone = [
        np.stack(projection.to_millimetres(lon[k : k + 1], lat[k : k + 1]), axis=1)[0]
        for k in range(len(lon))
    ]
    many = np.stack(projection.to_millimetres(np.tile(lon, 500), np.tile(lat, 500)), axis=1)
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(np.tile(together, (500, 1)), many)


_known: dict[int, LocalProjection] = {}


def _projection(srid: int, bounds: tuple[float, float, float, float]) -> LocalProjection:
    return _known.setdefault(srid, LocalProjection(srid, bounds))


WEIRD = [
    (np.nan, np.nan), (np.nan, 34.2), (109.0, np.nan), (np.inf, 34.2), (109.0, -np.inf), (-np.inf, np.inf),
    (0.0, 90.0), (0.0, -90.0), (180.0, 0.0), (-180.0, 0.0), (179.999999, 89.999999), (-71.0, -34.25),
    (109.0, 90.0), (18.0, 0.0), (1e9, 1e9), (-1e300, 1e300), (34.2, 108.9),
]  # fmt: skip


@pytest.mark.parametrize(
    "bounds",
    [XIAN[1], (108.95, 34.24, 108.951, 34.241), (108.95, 34.24, 108.95, 34.24), (100.0, 30.0, 116.0, 40.0)],
    ids=["city", "one cell", "one point", "provinces"],
)
@pytest.mark.parametrize("size", [1, 7, 9, 400])
def test_no_place_on_earth_or_off_it_raises_or_warns(
    bounds: tuple[float, float, float, float], size: int
) -> None:
    projection = LocalProjection(4545, bounds)
    west, south, east, north = bounds
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for place in WEIRD:
            lon, lat = np.full(size, (west + east) / 2), np.full(size, (south + north) / 2)
            lon[-1], lat[-1] = place
            x, y = projection.to_millimetres(lon, lat)
            # Far outside, whatever it was, and without harm to its neighbours.
            assert max(abs(int(x[-1]) - 500_000_000), abs(int(y[-1]) - 3_790_000_000)) > 1_000_000_000
            if size > 1:
                exact = to_millimetres(4545, lon[:1], lat[:1])
                assert abs(int(x[0] - exact[0][0])) <= 1
                assert abs(int(y[0] - exact[1][0])) <= 1


@settings(deadline=None, max_examples=150)
@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True))
def test_any_two_floats_are_projected_somewhere(lon: float, lat: float) -> None:
    x, y = _projection(*XIAN).to_millimetres(np.array([lon]), np.array([lat]))
    assert x.dtype == y.dtype == np.int64
    assert abs(int(x[0])) <= 10**12
    assert abs(int(y[0])) <= 10**12


@settings(deadline=None, max_examples=40)
@given(
    st.floats(-179, 179),
    st.floats(-78, 80),
    st.floats(0.0005, 2.0),
    st.floats(0.0005, 2.0),
    st.integers(0, 99),
)
def test_any_city_in_the_world(lon: float, lat: float, width: float, height: float, seed: int) -> None:
    srid = srid_for(lon, lat)
    bounds = (lon, lat, lon + width, lat + height)
    projection = LocalProjection(srid, bounds)
    random = np.random.default_rng(seed)
    lons, lats = random.uniform(lon, lon + width, 300), random.uniform(lat, lat + height, 300)
    x, y = projection.to_millimetres(lons, lats)
    exact = proj_mm(srid, lons, lats)
    assert np.abs(x - exact[0]).max() <= 0.5001
    assert np.abs(y - exact[1]).max() <= 0.5001


def test_half_millimetres_are_rounded_to_even() -> None:
    metres = np.array([0.0005, 0.0015, 0.0025, -0.0005, -0.0015, 1.0])
    from gridsvc.geography import projection

    assert projection._rounded(metres).tolist() == [0, 2, 2, 0, -2, 1000]


@pytest.mark.parametrize(("srid", "bounds"), BOXES)
def test_millimetres_to_degrees_and_back(srid: int, bounds: tuple[float, float, float, float]) -> None:
    lon, lat = random_places(bounds, 10_000)
    x, y = to_millimetres(srid, lon, lat)
    again = to_millimetres(srid, *to_degrees(srid, x, y))
    np.testing.assert_array_equal(again, (x, y))


@pytest.mark.parametrize(
    ("city", "lon", "lat", "srid"),
    [
        ("西安", 108.95, 34.25, 4545),
        ("北京", 116.40, 39.90, 4548),
        ("上海", 121.47, 31.23, 4549),
        ("运城", 111.00, 35.03, 4546),
        ("乌鲁木齐", 87.62, 43.82, 4538),
        ("喀什", 75.99, 39.47, 4534),
        ("抚远", 134.30, 48.36, 4554),
        ("San Francisco", -122.44, 37.76, 32610),
        ("Baltimore", -76.61, 39.29, 32618),
        ("Sydney", 151.21, -33.87, 32756),
        ("Quito", -78.47, -0.18, 32717),
        ("Fiji, west of the date line", 179.99, -17.0, 32760),
        ("Fiji, east of it", -179.99, -17.0, 32701),
        ("the date line itself", 180.0, -17.0, 32760),
    ],
)
def test_the_system_of_a_city(city: str, lon: float, lat: float, srid: int) -> None:
    assert srid_for(lon, lat) == srid, city
    area = CRS.from_epsg(srid).area_of_use
    assert area is not None
    assert area.west - 0.011 <= lon <= area.east + 0.011
    assert area.south <= lat <= area.north


@given(st.floats(73.63, 134.76), st.floats(18.0, 53.5))
def test_every_place_in_china_lies_within_a_degree_and_a_half_of_its_meridian(lon: float, lat: float) -> None:
    operation = CRS.from_epsg(srid_for(lon, lat)).coordinate_operation
    assert operation is not None
    parameters = {each.name: each.value for each in operation.params}
    assert abs(parameters["Longitude of natural origin"] - lon) <= 1.5 + 1e-9
    assert parameters["False easting"] == 500_000  # no zone prefix: it would move nothing but the numbers
