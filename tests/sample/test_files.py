"""The sample's files: the same bytes every time, the counts asked for, everything in its place."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridsvc.sample import SampleFiles, generate
from gridsvc.sample.names import STREETS
from tests.sample.conftest import Layer, read_layer


def test_same_seed_same_bytes(files: SampleFiles, tmp_path: Path) -> None:
    again = generate(tmp_path / "again")
    for one, other in zip(files.all(), again.all(), strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.long
def test_another_seed_another_district(files: SampleFiles, tmp_path: Path) -> None:
    other_seed = generate(tmp_path / "other", seed=7)
    assert other_seed.cells.read_bytes() != files.cells.read_bytes()
    assert other_seed.complete()


def test_a_half_written_folder_is_not_complete(files: SampleFiles, tmp_path: Path) -> None:
    assert files.complete()
    half = SampleFiles(tmp_path)
    for path in files.all()[:-1]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert not half.complete()


def test_every_layer_says_that_it_is_synthetic(files: SampleFiles) -> None:
    for path in (files.cells, files.communities, files.roads, files.components, files.sanitation):
        assert "示例数据" in path.read_text(encoding="utf-8")[:400]
    assert "示例数据" in files.planted.read_text(encoding="utf-8")[:400]


def test_units_have_an_office_and_a_squad_for_every_street(files: SampleFiles) -> None:
    with files.units.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for kind in ("street_office", "enforcement"):
        assert [row["area_code"] for row in rows if row["kind"] == kind] == [code for code, _ in STREETS]
    codes = {row["code"] for row in rows}
    assert len(codes) == len(rows) == len({row["name"] for row in rows})
    assert {row["parent_code"] for row in rows} - {""} <= codes
    assert sum(row["kind"] == "company" for row in rows) >= 8
    assert all(re.fullmatch(r"000-0000\d{4}（示例号码）", row["contact"]) for row in rows)
    invented = [row["name"] for row in rows if row["kind"] not in ("street_office", "enforcement")]
    assert all(name.startswith("示例") for name in invented)


def test_inventory_has_about_20000_components_with_16_digit_codes(
    files: SampleFiles, components: Layer, district: Layer
) -> None:
    assert 19_000 <= len(components.rows) <= 23_000
    identifiers = components.column("id")
    assert len(set(identifiers)) == len(identifiers)
    for row in components.rows:
        assert re.fullmatch(r"610103\d{10}", row["id"])
        assert row["id"][6:10] == row["class"]
    with files.units.open(encoding="utf-8", newline="") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    named = set(components.column("owner")) | set(components.column("maintainer"))
    assert named - {None} <= names
    assert set(components.column("supervisor")) <= names
    assert 0.1 < np.mean([owner is None for owner in components.column("owner")]) < 0.4
    assert all(row["owner"] is None for row in components.rows if row["class"] == "0123")
    shapely.prepare(district.degrees[0])
    assert shapely.covers(district.degrees[0], components.degrees).all()
    assert Counter(shapely.get_type_id(components.degrees).tolist()).keys() == {0, 1, 3}


def test_lamps_and_trees_stand_along_the_roads(components: Layer, files: SampleFiles) -> None:
    roads = read_layer(files.roads)
    lines = shapely.transform(roads.millimetres, lambda xy: xy / 1000)
    for code, reach in (("0137", 23.0), ("0402", 24.0), ("0104", 21.0)):
        chosen = np.array(components.column("class")) == code
        points = shapely.transform(components.millimetres[chosen], lambda xy: xy / 1000)
        _pairs, distance = shapely.STRtree(lines).query_nearest(
            points, all_matches=False, return_distance=True
        )
        assert np.quantile(distance, 0.99) < reach
