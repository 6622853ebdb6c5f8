"""Shares of an uncertain place: the reference values of assignment.md section 4, sums, and a simulation."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.responsibility.accuracy import Shares, sigma_mm
from tests.responsibility import worlds
from tests.responsibility.partitions import Geometries, meshes


def shares(
    *shapes: shapely.Geometry, accuracy: float, kind: str = "android", at: tuple[int, int] = (0, 0)
) -> dict[int, float]:
    layer = worlds.layer(1, "cell", [(f"c{k:03d}", "", None, shape) for k, shape in enumerate(shapes)])
    areas, values = Shares(layer).at(*at, sigma_mm(accuracy, kind))
    assert values.tolist() == sorted(values.tolist(), reverse=True)
    return dict(zip(areas.tolist(), values.tolist(), strict=True))


def square(x: float, y: float, side: float = 100_000) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


FAR = 100_000_000


@pytest.mark.parametrize(
    ("accuracy", "metres", "share"),
    [
        (10, 0, 0.5), (10, 2, 0.618643), (10, 5, 0.774814), (10, 10, 0.934426), (10, 20, 0.998733),
        (20, 2, 0.559996), (20, 5, 0.647061), (20, 10, 0.774814), (20, 20, 0.934426), (20, 50, 0.999920),
        (5, 2, 0.727024), (5, 5, 0.934426), (5, 10, 0.998733),
    ],
)  # fmt: skip
def test_a_straight_boundary(accuracy: float, metres: int, share: float) -> None:
    west, east = shapely.box(-FAR, -FAR, 0, FAR), shapely.box(0, -FAR, FAR, FAR)
    found = shares(west, east, accuracy=accuracy, at=(-metres * 1000, 17))
    assert found[0] == pytest.approx(share, abs=1e-5)
    assert found.get(1, 0.0) == pytest.approx(1 - share, abs=1e-4)


@pytest.mark.parametrize(("accuracy", "share"), [(20, 0.999679), (50, 0.754905), (100, 0.302092)])
def test_the_centre_of_a_square(accuracy: float, share: float) -> None:
    assert shares(square(-50_000, -50_000), accuracy=accuracy)[0] == pytest.approx(share, abs=1e-5)


@pytest.mark.parametrize(("accuracy", "share"), [(10, 0.25), (50, 0.248734)])
def test_the_corner_of_four_squares(accuracy: float, share: float) -> None:
    four = [square(x, y) for x in (-100_000, 0) for y in (-100_000, 0)]
    assert list(shares(*four, accuracy=accuracy).values()) == pytest.approx([share] * 4, abs=1e-5)


@pytest.mark.parametrize(("accuracy", "share"), [(20, 0.499920), (50, 0.433325)])
def test_the_middle_of_an_edge(accuracy: float, share: float) -> None:
    found = shares(square(-100_000, -50_000), square(0, -50_000), accuracy=accuracy)
    assert list(found.values()) == pytest.approx([share] * 2, abs=1e-5)


@pytest.mark.parametrize(
    ("kind", "over"), [("android", 1.50959), ("ios", 1.41421), ("browser", 2.44775), (None, 1.50959)]
)
def test_what_devices_call_accuracy(kind: str | None, over: float) -> None:
    assert sigma_mm(30, kind) == pytest.approx(30_000 / over)
    assert sigma_mm(0.1, kind) == 2_000  # no phone is better than two metres


@settings(deadline=None, max_examples=60)
@given(meshes(5), st.floats(1, 200), st.integers(0, 2**32 - 1))
def test_shares_and_the_outside_sum_to_one(cells: Geometries, accuracy: float, seed: int) -> None:
    """The outside is a cell here: a frame far around. Also for places on borders and on corners."""
    x0, y0, x1, y1 = shapely.total_bounds(cells)
    frame = shapely.box(x0 - 10**7, y0 - 10**7, x1 + 10**7, y1 + 10**7).difference(
        shapely.coverage_union_all(cells)
    )
    random = np.random.default_rng(seed)
    corners = shapely.get_coordinates(cells)
    places = [
        corners[random.integers(len(corners))],
        [random.integers(x0, x1 + 1), random.integers(y0, y1 + 1)],
    ]
    for x, y in places:
        found = shares(*cells, frame, accuracy=accuracy, at=(int(x), int(y)))
        # Cells of less than 1e-4 are left out, and what lies beyond four sigma.
        assert sum(found.values()) == pytest.approx(1, abs=1e-4 * (len(cells) + 5))
        assert all(0 < share <= 1 for share in found.values())


def test_a_simulation_finds_the_same_shares() -> None:
    cells = [
        shapely.Polygon(
            [(-9_000, -4_000), (3_000, -8_000), (2_000, 1_000), (-1_000, -2_000), (-6_000, 9_000)]
        ),
        shapely.box(2_500, -3_000, 30_000, 20_000).difference(shapely.box(6_000, 0, 9_000, 4_000)),
        shapely.MultiPolygon(
            [shapely.box(-30_000, 10_000, -5_000, 30_000), shapely.box(-3_000, -40_000, 0, -9_000)]
        ),
    ]
    found = shares(*cells, accuracy=15)
    random = np.random.default_rng(7)
    n = 400_000
    x, y = random.normal(0, sigma_mm(15, "android"), (2, n))
    for k, cell in enumerate(cells):
        simulated = float(shapely.contains_xy(cell, x, y).mean())
        error = (simulated * (1 - simulated) / n) ** 0.5
        assert found[k] == pytest.approx(simulated, abs=4 * error)


def test_nothing_near() -> None:
    assert shares(square(0, 0), accuracy=10, at=(10**9, 10**9)) == {}
    assert shares(square(0, 0), accuracy=float("inf"), at=(10, 10)) == {}
