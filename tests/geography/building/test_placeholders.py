"""Lists that stand in for polygons, and the groups that are made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.geography.building import RoadRules, SourceFile, read_community_list, read_offices
from gridsvc.geography.building.grouping import components, group, without_strays
from gridsvc.geography.datum import from_wgs84
from gridsvc.geography.profiles import code_profile

PROFILE = code_profile("gbt")


def test_every_faulty_row_of_the_offices_is_named(tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    file.write_text(
        "street_code,street_name,lon,lat\n610103001,甲,108.9,34.2\n61010300,乙,108.9,34.2\n"
        "610103001,丙,108.9,34.2\n610103004,丁,东,34.2\n610103005,戊,108.9,134.2\n",
        encoding="utf-8",
    )
    with pytest.raises(InputRefused) as refused:
        read_offices(SourceFile(file), 4545, PROFILE)
    found = {(fault.place.row, fault.code) for fault in refused.value.faults}
    assert found == {(3, "bad_code"), (4, "duplicate_code"), (5, "bad_number"), (6, "bad_number")}


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_column_says_the_datum_of_the_offices(tmp_path: Path, datum: str) -> None:
    lon, lat = from_wgs84(datum, 108.95, 34.25)
    plain = tmp_path / "plain.csv"
    plain.write_text("street_code,lon,lat\n610103001,108.95,34.25\n")
    true = read_offices(SourceFile(plain), 4545, PROFILE).places
    for suffix, given_datum in ((f"_{datum}", None), ("", datum)):
        file = tmp_path / "offices.csv"
        file.write_text(f"street_code,lon{suffix},lat{suffix}\n610103001,{lon:.9f},{lat:.9f}\n")
        offices = read_offices(SourceFile(file, given_datum), 4545, PROFILE)
        assert offices.names == ["610103001"]
        np.testing.assert_allclose(offices.places, true, atol=2.0)


def test_lists_without_their_columns_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("甲,乙\n1,2\n", encoding="utf-8")
    for read in (
        lambda: read_offices(SourceFile(file), 4545, PROFILE),
        lambda: read_community_list(file, PROFILE),
    ):
        with pytest.raises(InputRefused) as refused:
            read()
        assert refused.value.code == "missing_columns"
        assert refused.value.remedy is not None
        assert "甲、乙" in refused.value.remedy.zh


def test_names_and_classes_leave_roads_out() -> None:
    rules = RoadRules(also=("铁路",), keep=("太白立交西路",))
    assert rules.reason("建工路高架", "") == "elevated"
    assert rules.reason("友谊西路", "") is None
    assert rules.reason("", "primary_link") == "ramp"
    assert rules.reason("", "residential") is None
    assert rules.reason("陇海铁路", "") == "left out by name"
    assert rules.reason("太白立交西路", "") is None


@st.composite
def lattices(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A connected patch of a lattice: places and pairs of neighbours."""
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    places = np.array([(x, y) for x in range(width) for y in range(height)], dtype=float)
    number = {tuple(place): k for k, place in enumerate(places.tolist())}
    pairs = [
        (k, number[x + dx, y + dy])
        for (x, y), k in number.items()
        for dx, dy in ((1.0, 0.0), (0.0, 1.0))
        if (x + dx, y + dy) in number
    ]
    return places, np.array(pairs, dtype=np.int64).reshape(-1, 2)


@given(lattice=lattices(), wanted=st.integers(1, 12), data=st.data())
def test_groups_are_connected_and_as_many_as_wanted(
    lattice: tuple[np.ndarray, np.ndarray], wanted: int, data: st.DataObject
) -> None:
    places, pairs = lattice
    costs = np.array(
        data.draw(st.lists(st.floats(0.1, 5.0), min_size=len(pairs), max_size=len(pairs))), dtype=float
    )
    label = group(np.ones(len(places)), places, pairs, costs, wanted)
    assert sorted(set(label.tolist())) == list(range(min(wanted, len(places))))
    near: list[set[int]] = [set() for _ in places]
    for a, b in pairs.tolist():
        near[a].add(b)
        near[b].add(a)
    for each in set(label.tolist()):
        assert len(components(set(np.flatnonzero(label == each).tolist()), near)) == 1


def test_strays_go_to_the_longest_border() -> None:
    pairs = np.array([(0, 1), (1, 2), (2, 3), (3, 4)])
    label = without_strays(np.array([0, 0, 1, 0, 1]), pairs, np.array([1.0, 2.0, 5.0, 3.0]))
    near = [{1}, {0, 2}, {1, 3}, {2, 4}, {3}]
    for each in set(label.tolist()):
        assert len(components(set(np.flatnonzero(label == each).tolist()), near)) == 1
