"""PostGIS as the oracle, on the way that real input takes: file, import, atlas, resolve."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Connection

from benchmarks.agreement import (
    HEADER,
    compare,
    compare_sample,
    compare_san_francisco,
    corners_and_middles,
    covering,
    layers_of,
    print_comparisons,
    random_places,
    resolved,
)
from benchmarks.table import print_table
from gridsvc.geography import import_areas
from gridsvc.geography.projection import to_millimetres
from gridsvc.responsibility import load_atlas
from gridsvc.sample import SampleFiles
from gridsvc.settings import Settings
from tests.responsibility.rule import cell_of, owns, touches

SETTINGS = Settings(_env_file=None)
NOW = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def sample_folder(sample_files: SampleFiles) -> Path:
    return sample_files.folder


def load_sample(connection: Connection, folder: Path) -> None:
    for level, name in (
        ("district", "district"), ("street", "streets"), ("community", "communities"), ("cell", "cells")
    ):  # fmt: skip
        import_areas(
            connection,
            folder / f"{name}.geojson",
            level=level,
            code_column="code",
            name_column="name",
            parent_column=None if level == "district" else "parent_code",
            profile="gbt",
        )


def test_a_million_places_over_the_sample_agree_with_postgis(
    connection: Connection, sample_folder: Path
) -> None:
    load_sample(connection, sample_folder)
    found = compare_sample(connection, SETTINGS, 1_000_000)
    print_table("Sample", HEADER, [each.row(name) for name, each in found.items()])
    for each in found.values():
        assert each.wrong == ()
    random, corners, middles = found.values()
    assert random.places == 1_000_000
    # Hundreds of thousands inside and outside alike, and the rim snaps: the comparison is about something.
    assert random.in_one > 300_000
    assert random.snapped > 1_000
    assert random.nowhere > 100_000
    assert corners.in_several > 2_000
    assert middles.in_several > 1_000


def test_every_corner_and_middle_of_the_sample_has_the_owner_of_the_written_rule(
    connection: Connection, sample_folder: Path
) -> None:
    load_sample(connection, sample_folder)
    atlas = load_atlas(connection, SETTINGS)
    layer = layers_of(atlas)[0]
    rings = [cell_of(geometry) for geometry in layer.geom_mm]
    for places in corners_and_middles(layer):
        found = resolved(atlas, places, NOW)
        x, y = to_millimetres(layer.srid, places[:, 0], places[:, 1])
        place, area = covering(connection, layer, places[:, 0], places[:, 1])
        order = np.lexsort((area, place))
        covers = np.split(area[order], np.cumsum(np.bincount(place, minlength=len(places)))[:-1])
        assert found.on_boundary.all()
        assert np.isnan(found.snapped_mm).all()
        for row, candidates in enumerate(covers):
            at = int(x[row]), int(y[row])
            owners = [k for k in candidates.tolist() if owns(rings[k], *at)]
            assert len(owners) <= 1
            assert all(touches(rings[k], *at) for k in candidates.tolist())
            expected = owners[0] if owners else int(candidates.min())
            assert found.cell[row] == expected, (places[row], layer.codes[expected])


def test_the_streets_of_a_place_follow_from_its_cell_and_agree_with_postgis(
    connection: Connection, sample_folder: Path
) -> None:
    load_sample(connection, sample_folder)
    atlas = load_atlas(connection, SETTINGS)
    layers = atlas.moments[0].grid.layers
    places = random_places(layers["cell"], 60_000, seed=3)
    found = resolved(atlas, places, NOW)
    rows = np.flatnonzero((found.cell >= 0) & ~found.on_boundary & np.isnan(found.snapped_mm))
    for level in ("community", "street", "district"):
        place, area = covering(connection, layers[level], found.lon[rows], found.lat[rows])
        # Cells nest to the millimetre, so a place inside a cell is inside that cell's areas.
        by_place = dict(zip(place.tolist(), area.tolist(), strict=True))
        assert [by_place.get(k) for k in range(len(rows))] == found.areas[level][rows].tolist()
        assert len(place) == len(rows)


def test_every_case_of_san_francisco_agrees_with_postgis_and_with_the_city(
    connection: Connection, real_data: Path
) -> None:
    settings = SETTINGS.model_copy(update={"time_zone": "America/Los_Angeles"})
    lines = compare_san_francisco(connection, settings, real_data)
    print_comparisons(lines)
    for line in lines:
        assert line.agreement.wrong == (), line.name
        # The city joined in floating point: what lies within a millimetre of a border may differ.
        assert line.within_1mm >= line.ceiling - 0.0005, line.name
        assert line.share >= line.ceiling - 0.001, line.name
    planning, redrawn, tracts = lines
    assert tracts.within_1mm == 1.0
    assert planning.agreement.places + redrawn.agreement.places == tracts.agreement.places == 14_312 - 24
    assert (planning.labelled, redrawn.labelled, tracts.labelled) == (6_634, 7_230, 4_984)


def test_a_wrong_answer_is_found_out(connection: Connection, sample_folder: Path) -> None:
    """The comparison can fail: an owner exchanged, and a place taken from its cell."""
    load_sample(connection, sample_folder)
    atlas = load_atlas(connection, SETTINGS)
    layer = layers_of(atlas)[0]
    found = resolved(atlas, random_places(layer, 500), NOW)
    inside = np.flatnonzero((found.cell >= 0) & np.isnan(found.snapped_mm))
    found.cell[inside[0]] += 1
    found.cell[inside[1]] = -1
    assert len(compare(connection, layer, found, np.arange(500)).wrong) == 2
