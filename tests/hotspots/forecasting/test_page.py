"""The page of the back-tests, small: a made city, written twice alike, saying what cannot be decided."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.backtest_page import write_page
from benchmarks.backtests import study
from benchmarks.cities import City, real_city
from tests.hotspots.forecasting.city import ground

NAMES = ("random", "last_4", "ewma_13", "eb_regression")


def made_city(reports: int, seed: int = 3) -> City:
    """A year of reports in 144 cells, half of them in six cells; two classes by turns."""
    rng = np.random.default_rng(seed)
    there = ground(12)
    hot = rng.choice(there.cells, 6, replace=False)
    cell = np.where(
        rng.random(reports) < 0.5, rng.choice(hot, reports), rng.integers(0, there.cells, reports)
    )
    metres = np.stack([there.x_m[cell], there.y_m[cell]], axis=1) + rng.uniform(-50, 50, (reports, 2))
    return City(
        "a made sample",
        there,
        np.datetime64("2025-01-06"),
        364,
        cell,
        rng.integers(0, 364, reports),
        rng.integers(0, 86_400, reports),
        metres,
        ["ads", "other"],
        rng.integers(0, 2, reports),
        0,
        0,
    )


def test_the_page_comes_out_the_same_and_names_what_goes_live(tmp_path: Path) -> None:
    pages = []
    for name in ("one.md", "two.md"):
        city = made_city(6000)
        write_page(tmp_path / name, [study(city, "ads", "ads", city.weekly("ads"), NAMES)])
        pages.append((tmp_path / name).read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    assert "★" in pages[0]
    for words in ("**H6**", "**H7**", "**H8**", "*oracle*", "*whole period*"):
        assert words in pages[0]
    assert "nan" not in pages[0]
    assert "inf" not in pages[0].replace("information", "")


def test_thin_data_decide_nothing_and_it_is_said(tmp_path: Path) -> None:
    city = made_city(60)
    write_page(tmp_path / "thin.md", [study(city, "ads", "ads", city.weekly("ads"), NAMES)])
    assert "cannot be decided on these data" in (tmp_path / "thin.md").read_text(encoding="utf-8")


def test_a_real_table_loses_its_default_coordinate_and_gains_no_cell_from_tested_months(
    tmp_path: Path,
) -> None:
    lines = ["class,opened,lat,lon,address"]
    rng = np.random.default_rng(1)
    for number in range(400):
        month = number % 40
        lat, lon = 37.75 + rng.uniform(0, 0.02), -122.42 + rng.uniform(0, 0.02)
        if number % 8 == 0:
            lat, lon = 37.7, -122.4
        if month == 39:
            lat = 37.80
        kind = "ab"[number % 3 % 2]
        lines.append(
            f"{kind},{2020 + month // 12}-{month % 12 + 1:02d}-05 10:00:00,{lat:.6f},{lon:.6f},{number} St"
        )
    lines.append("a,2020-01-05 10:00:00,,,1 St")
    path = tmp_path / "city.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"class": "class", "opened": "opened", "lat": "lat", "lon": "lon", "address": "address"}
    city = real_city("a town", path, columns, "%Y-%m-%d %H:%M:%S", 32610, 500.0, 12)
    assert city.quarantined == 50
    assert city.nowhere == 10 + 1
    cube = city.monthly("a")
    # From February 2020, as all of January lay at the default coordinate, to March 2023, the last whole month.
    assert (str(cube.steps.first[0]), str(cube.steps.first[-1])) == ("2020-02-01", "2023-03-01")
    assert cube.counts.sum() + cube.others.sum() == 400 + 1 - 50 - city.nowhere
