"""Density on the plane: no report lost, as exact as said, and an answer to bad input."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.hotspots.density.adaptive import adaptive_bandwidths
from gridsvc.hotspots.density.planar import RasterDensity, point_density, raster_density

SQUARE = shapely.box(0, 0, 2000, 1500)
HOLED = shapely.Point(900, 800).buffer(900).difference(shapely.box(700, 700, 1300, 900))
APART = shapely.MultiPolygon([shapely.box(0, 0, 400, 400), shapely.box(1000, 0, 1500, 700)])
NOTHING = np.empty(0)


def centres(found: RasterDensity) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = found.values.shape
    x = found.west_m + (np.arange(columns) + 0.5) * found.step_m
    y = found.north_m - (np.arange(rows) + 0.5) * found.step_m
    grid = np.meshgrid(x, y)
    return grid[0].ravel(), grid[1].ravel()


@pytest.mark.parametrize(("kernel", "lost"), [("quartic", 1e-9), ("gaussian", 4e-4)])
def test_the_point_form_integrates_to_the_reports(kernel: str, lost: float) -> None:
    x, y, weights = np.array([0.0, 33.3, -70]), np.array([5.0, -40, 12.5]), np.array([1.0, 2.5, 3])
    side = np.arange(-699, 700, 2.0)
    at = np.meshgrid(side, side)
    f = point_density(at[0].ravel(), at[1].ravel(), x, y, weights, bandwidth_m=100, kernel=kernel)
    mass = f.sum() * 4 / 1e6
    assert mass == pytest.approx(6.5, rel=max(lost, 1e-5))


def test_the_point_form_is_the_formula() -> None:
    rng = np.random.default_rng(1)
    x, y, at_x, at_y = rng.uniform(0, 500, (4, 40))
    h = rng.uniform(40, 200, 40)
    d = np.hypot(at_x[:, None] - x, at_y[:, None] - y)
    quartic = np.where(d < h, 3 / (np.pi * h**2) * (1 - (d / h) ** 2) ** 2, 0).sum(axis=1) * 1e6
    np.testing.assert_allclose(point_density(at_x, at_y, x, y, bandwidth_m=h), quartic, rtol=1e-12)
    gaussian = np.where(d < 4 * h, np.exp(-(d**2) / 2 / h**2) / (2 * np.pi * h**2), 0).sum(axis=1) * 1e6
    found = point_density(at_x, at_y, x, y, bandwidth_m=h, kernel="gaussian")
    np.testing.assert_allclose(found, gaussian, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@example(HOLED, 11, 0, 30.0, "quartic", False)  # a report beside the area, farther than its kernel reaches
@given(
    st.sampled_from([SQUARE, HOLED, APART]),
    st.integers(0, 30),
    st.integers(0, 2**32 - 1),
    st.floats(30, 600),
    st.sampled_from(["quartic", "gaussian"]),
    st.booleans(),
)
def test_diggle_keeps_every_report_inside(
    area: shapely.Geometry, many: int, seed: int, bandwidth: float, kernel: str, varied: bool
) -> None:
    rng = np.random.default_rng(seed)
    west, south, east, north = shapely.bounds(area)
    x, y = rng.uniform(west, east, many), rng.uniform(south, north, many)
    weights = rng.uniform(0, 5, many)
    h = rng.uniform(bandwidth / 3, bandwidth, many) if varied and many else bandwidth
    found = raster_density(x, y, weights, area, bandwidth_m=h, step_m=40, kernel=kernel)
    inside = shapely.dwithin(area, shapely.points(x, y), 40)
    assert found.counted == pytest.approx(weights[inside].sum())
    assert found.outside == many - inside.sum()
    assert found.mass == pytest.approx(found.counted, rel=1e-9, abs=1e-9)
    assert np.isfinite(found.values[found.coverage > 0]).all()
    assert np.isnan(found.values[found.coverage == 0]).all()
    assert (found.values[found.coverage > 0] >= 0).all()


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
@pytest.mark.parametrize("bandwidth", [75.0, 160.0])
def test_the_raster_is_as_exact_as_it_says(kernel: str, bandwidth: float) -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(1000, 120, 60), rng.normal(750, 120, 60)
    found = raster_density(x, y, None, SQUARE, bandwidth_m=bandwidth, step_m=12, kernel=kernel, edge=None)
    at_x, at_y = centres(found)
    sub = (np.arange(7) + 0.5) / 7 * 12 - 6
    exact = np.mean(
        [
            point_density(at_x + dx, at_y + dy, x, y, bandwidth_m=bandwidth, kernel=kernel)
            for dx in sub
            for dy in sub
        ],
        axis=0,
    ).reshape(found.values.shape)
    # What is bounded is the error of one report's density as a share of its own peak.
    peak = (3 / np.pi if kernel == "quartic" else 1 / (2 * np.pi)) / bandwidth**2 * 1e6
    crowd = exact.max() / peak
    assert np.abs(found.values - exact).max() <= 1.2 * found.error_share * peak * crowd
    assert found.error_share <= 0.004


def test_one_report_alone_is_as_exact_as_it_says() -> None:
    for dx in np.linspace(0, 12, 9):
        found = raster_density(
            np.array([1000 + dx]), np.array([750.0]), None, SQUARE, bandwidth_m=100, step_m=12, edge=None
        )
        at_x, at_y = centres(found)
        sub = (np.arange(9) + 0.5) / 9 * 12 - 6
        exact = np.mean(
            [
                point_density(at_x + ox, at_y + oy, np.array([1000 + dx]), np.array([750.0]), bandwidth_m=100)
                for ox in sub
                for oy in sub
            ],
            axis=0,
        ).reshape(found.values.shape)
        peak = 3 / np.pi / 100**2 * 1e6
        assert np.abs(found.values - exact).max() <= found.error_share * peak


def test_an_even_density_is_level_up_to_the_border_when_edges_are_corrected() -> None:
    side = np.arange(5.0, 1000, 10)
    x, y = (each.ravel() for each in np.meshgrid(side, side))
    area = shapely.box(0, 0, 1000, 1000)
    levels = {
        edge: raster_density(x, y, None, area, bandwidth_m=150, step_m=25, edge=edge)  # type: ignore[arg-type]
        for edge in ("uniform", "diggle", None)
    }
    # 10,000 reports on a square kilometre.
    np.testing.assert_allclose(levels["uniform"].values, 10_000, rtol=0.02)
    assert levels["diggle"].values.mean() == pytest.approx(10_000, rel=1e-9)
    corner = levels[None].values[0, 0] / 10_000
    assert 0.2 < corner < 0.5
    assert corner + 0.1 < levels["diggle"].values[0, 0] / 10_000 < 1


def test_adaptive_bandwidths_are_abramsons() -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.normal(500, 40, 150), rng.uniform(0, 2000, 40)])
    y = np.concatenate([rng.normal(500, 40, 150), rng.uniform(0, 1500, 40)])
    found = adaptive_bandwidths(x, y, bandwidth_m=120)
    pilot = point_density(x, y, x, y, bandwidth_m=120)
    factor = (pilot / np.exp(np.log(pilot).mean())) ** -0.5
    np.testing.assert_allclose(found, 120 * np.clip(factor, 0.25, 4))
    assert found[:150].mean() < 120 < found[150:].mean()
    raster = raster_density(x, y, None, SQUARE, bandwidth_m=found, step_m=15)
    assert raster.mass == pytest.approx(raster.counted)
    at_x, at_y = centres(raster)
    exact = point_density(at_x, at_y, x, y, bandwidth_m=found).reshape(raster.values.shape)
    middle = (slice(30, -30), slice(30, -30))
    assert np.abs(raster.values - exact)[middle].max() < 0.03 * exact.max()


def test_no_report_one_report_and_a_million_on_a_point() -> None:
    none = raster_density(NOTHING, NOTHING, None, SQUARE, bandwidth_m=200, step_m=25)
    assert (none.values == 0).all()
    assert none.mass == 0
    assert raster_density(NOTHING, NOTHING, None, SQUARE, bandwidth_m=NOTHING, step_m=25).mass == 0
    one = raster_density(np.array([500.0]), np.array([0.0]), None, SQUARE, bandwidth_m=200, step_m=25)
    assert one.mass == pytest.approx(1)
    place = np.full(10**6, 500.0)
    many = raster_density(place, place, None, SQUARE, bandwidth_m=200, step_m=25)
    assert many.mass == pytest.approx(1e6)
    np.testing.assert_allclose(
        point_density(np.array([500.0]), np.array([500.0]), place, place, bandwidth_m=200),
        1e12 * 3 / np.pi / 4e4,
    )
    some = place[:1000]
    np.testing.assert_allclose(adaptive_bandwidths(some, some, bandwidth_m=200), 200)
    assert len(adaptive_bandwidths(NOTHING, NOTHING, bandwidth_m=200)) == 0


def test_what_lies_outside_is_left_out_and_told() -> None:
    x, y = np.array([500.0, -10.0, -30.0, 1e7]), np.array([500.0, 500.0, 500.0, 1e7])
    found = raster_density(x, y, None, SQUARE, bandwidth_m=200, step_m=25)
    assert (found.outside, found.counted) == (2, 2)
    assert found.mass == pytest.approx(2)


def test_a_sliver_thinner_than_a_pixel_still_holds_its_report() -> None:
    sliver = shapely.box(0, 100.4, 300, 100.5)
    found = raster_density(np.array([150.0]), np.array([100.45]), None, sliver, bandwidth_m=100, step_m=50)
    assert found.mass == pytest.approx(1)
    assert np.isfinite(found.values).any()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bandwidth_m": 0}, "bad_bandwidth"),
        ({"bandwidth_m": -50}, "bad_bandwidth"),
        ({"bandwidth_m": float("nan")}, "bad_bandwidth"),
        ({"step_m": 0}, "bad_pixel"),
        ({"area": shapely.Polygon()}, "bad_area"),
        ({"area": shapely.LineString([(0, 0), (1, 1)])}, "bad_area"),
        ({"x_m": np.array([np.nan])}, "bad_coordinates"),
        ({"weights": np.array([np.inf])}, "bad_coordinates"),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], code: str) -> None:
    given = {
        "x_m": np.array([1.0]), "y_m": np.array([1.0]), "weights": None, "area": SQUARE,
        "bandwidth_m": 100.0, "step_m": 25.0,
    }  # fmt: skip
    with pytest.raises(InputRefused) as refused:
        raster_density(**given | change)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(WrongUsage, match="cosine"):
        raster_density(NOTHING, NOTHING, None, SQUARE, bandwidth_m=100, step_m=25, kernel="cosine")
