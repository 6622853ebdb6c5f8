"""Coverage, overlaps, parts: against partitions made at random, a union-find and PostGIS."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused
from gridsvc.zones import ZoneCheck, check_zones, load_zones
from tests.zones.paperwork import box, day, layer, load, make_world, table

NOW = day("2026-11-23")
SIZE = 5


def codes(report: ZoneCheck) -> dict[str, int]:
    return dict(Counter(fault.code for fault in report.faults))


def parts_by_union_find(cells: set[tuple[int, int]]) -> int:
    """How many groups squares form that share a side."""
    above = {cell: cell for cell in cells}

    def root(cell: tuple[int, int]) -> tuple[int, int]:
        while above[cell] != cell:
            cell = above[cell]
        return cell

    for x, y in cells:
        for beside in ((x + 1, y), (x, y + 1)):
            if beside in cells:
                above[root(beside)] = root((x, y))
    return len({root(cell) for cell in cells})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(owner=st.lists(st.integers(0, 4), min_size=SIZE * SIZE, max_size=SIZE * SIZE))
def test_a_partition_covers_every_cell_once(connection: Connection, owner: list[int]) -> None:
    with connection.begin_nested() as work, tempfile.TemporaryDirectory() as folder:
        world = make_world(connection, SIZE)
        cells = {(x, y): owner[y * SIZE + x] for y in range(SIZE) for x in range(SIZE)}
        rows = [[f"Z{zone}", "U1", world.code(x, y)] for (x, y), zone in cells.items()]
        load(connection, table(Path(folder) / "a.csv", rows))
        report = check_zones(connection, "patrol", NOW)
        assert (report.several_m2, report.uncovered_m2) == (0, 0)
        assert abs(report.once_m2 - report.grid_m2) < 1e-6 * report.grid_m2
        assert sum(row.cells for row in report.zones) == SIZE * SIZE
        for row in report.zones:
            mine = {cell for cell, zone in cells.items() if f"Z{zone}" == row.code}
            assert (row.cells, row.parts) == (len(mine), parts_by_union_find(mine))
        assert set(codes(report)) <= {"zone_not_connected"}
        assert codes(report).get("zone_not_connected", 0) == sum(row.parts > 1 for row in report.zones)
        work.rollback()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    boxes=st.lists(
        st.tuples(*(st.integers(-10, 60) for _ in range(4))).map(
            lambda b: (
                min(b[0], b[2]) / 10,
                min(b[1], b[3]) / 10,
                max(b[0], b[2]) / 10 + 0.3,
                max(b[1], b[3]) / 10 + 0.3,
            )
        ),
        min_size=1,
        max_size=4,
    )
)
def test_areas_of_polygons_are_those_of_postgis(
    connection: Connection, boxes: list[tuple[float, float, float, float]]
) -> None:
    with connection.begin_nested() as work, tempfile.TemporaryDirectory() as folder:
        world = make_world(connection, SIZE)
        zones = [(f"Z{k}", "U1", box(*each)) for k, each in enumerate(boxes)]
        load(connection, layer(Path(folder) / "a.geojson", zones), "sanitation")
        report = check_zones(connection, "sanitation", NOW)
        in_any, twice, outside = connection.execute(
            text(
                "WITH grid AS (SELECT ST_Union(geom_mm) AS g FROM area WHERE edition_id = :edition),"
                " all_ AS (SELECT ST_Union(geom_mm) AS g FROM zone),"
                " pairs AS (SELECT ST_Union(ST_Intersection(a.geom_mm, b.geom_mm)) AS g FROM zone a"
                " JOIN zone b ON a.id < b.id)"
                " SELECT ST_Area(ST_Intersection(grid.g, all_.g)),"
                " coalesce(ST_Area(ST_Intersection(grid.g, pairs.g)), 0),"
                " (SELECT count(*) FROM zone WHERE ST_Area(ST_Difference(geom_mm, grid.g)) > 1e6)"
                " FROM grid, all_, pairs"
            ),
            {"edition": world.edition},
        ).one()
        # The squares' m² are those of the plane in this world.
        assert abs(report.once_m2 + report.several_m2 - in_any / 1e6) < 0.01
        assert abs(report.several_m2 - twice / 1e6) < 0.01
        assert abs(report.uncovered_m2 - (SIZE * SIZE * 1e4 - in_any / 1e6)) < 0.01
        assert codes(report).get("zone_outside_grid", 0) == outside
        work.rollback()


def test_each_fault_is_told(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection, 3)
    path = layer(
        tmp_path / "a.geojson",
        [
            ("A", "U1", box(0, 0, 1.5, 1)),
            ("B", "U2", box(1.5, 0, 2, 1)),
            ("C", "", shapely.MultiPolygon([box(0, 1, 1, 2), box(1, 2, 2, 4)])),
            ("D", "U1", box(0, 1, 0.5, 2)),
        ],
    )
    load(connection, path, "sanitation")
    report = check_zones(connection, "sanitation", NOW)
    told = {(fault.code, fault.cell, fault.zones) for fault in report.faults}
    assert ("cell_divided", world.code(1, 0), ("A", "B")) in told
    assert ("cell_in_several_zones", world.code(0, 1), ("C", "D")) in told
    assert ("cell_in_no_zone", world.code(2, 2), ()) in told
    assert ("zone_not_connected", None, ("C",)) in told
    assert ("zone_without_unit", None, ("C",)) in told
    assert ("zone_outside_grid", None, ("C",)) in told
    assert codes(report)["cell_in_no_zone"] == 9 - 4
    rows = {row.code: row for row in report.zones}
    assert [rows[code].cells for code in "ABCD"] == [2, 1, 2, 1]
    assert [(row["unit"], row["zones"], row["cells"]) for row in report.by_unit()] == [
        ("U1", 2, 3),
        ("U2", 1, 1),
        (None, 1, 2),
    ]


def test_a_sliver_is_not_worth_a_word(connection: Connection, tmp_path: Path) -> None:
    make_world(connection, 2)
    nearly = box(0, 0, 2 + 1e-5, 2 - 1e-5)  # a millimetre over, a millimetre short
    load(connection, layer(tmp_path / "a.geojson", [("A", "U1", nearly)]), "sanitation")
    report = check_zones(connection, "sanitation", NOW)
    assert report.faults == ()
    assert 0 < report.uncovered_m2 < 1


def test_cells_that_retired_are_told(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection, 2)
    rows = [["甲", "U1", world.code(0, 0)], ["甲", "U1", world.code(1, 0)]]
    load(connection, table(tmp_path / "a.csv", rows))
    connection.execute(text("DELETE FROM area WHERE code = :code"), {"code": world.code(0, 0)})
    report = check_zones(connection, "patrol", NOW)
    assert ("zone_with_retired_cells", None) in {(fault.code, fault.cell) for fault in report.faults}
    assert report.zones[0].cells == 1


def test_nothing_to_check(connection: Connection) -> None:
    with pytest.raises(InputRefused) as caught:
        check_zones(connection, "patrol", NOW)
    assert caught.value.code == "no_zones"


def test_the_outline_of_cells_is_their_union(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection, 4)
    load(connection, table(tmp_path / "a.csv", [["甲", "U1", "610103001001"]]))
    [zone] = load_zones(connection)
    same = connection.execute(
        text(
            "SELECT ST_Equals(zone.geom_mm, (SELECT ST_Union(geom_mm) FROM area WHERE edition_id = :edition"
            " AND code = ANY(:codes))) FROM zone"
        ),
        {"edition": world.edition, "codes": list(zone.cells)},
    ).scalar_one()
    assert same
