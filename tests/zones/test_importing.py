"""Zones come in as cells or as polygons, hold from a date to a date, and what is wrong is told."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import shapely
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.zones import load_zones
from tests.geography.paper import write
from tests.zones.paperwork import box, day, layer, load, make_world, table

NOW = day("2026-11-23")


def held(connection: Connection, at: str, kind: str = "patrol") -> dict[str, str | None]:
    return {zone.code: zone.unit_code for zone in load_zones(connection, kind, day(at))}


def faults(connection: Connection, path: Path, **given: object) -> list[tuple[str, int | None]]:
    """The codes and rows of what was refused; nothing may be stored."""
    with pytest.raises(InputRefused) as caught:
        load(connection, path, **given)
    assert connection.execute(text("SELECT count(*) FROM zone")).scalar_one() == 0
    return [(fault.code, fault.place.row) for fault in caught.value.faults]


def test_a_row_for_each_cell_or_a_row_for_each_zone(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    rows = [
        ["甲", "U1", world.code(0, 0)],
        ["甲", "", world.code(1, 0)],
        ["乙", "第 二中队", world.code(2, 0)],
    ]
    done = load(connection, table(tmp_path / "a.csv", rows))
    assert (done.zones, done.begun, done.given_as, done.doubtful) == (2, 2, "cells", ())
    zones = {zone.code: zone for zone in load_zones(connection, "patrol")}
    assert zones["甲"].cells == (world.code(0, 0), world.code(1, 0))
    assert (zones["甲"].unit_name, zones["乙"].unit_code) == ("第一中队", "U2")
    assert zones["甲"].parts == 1
    as_list = [["甲", "U1", f"{world.code(0, 0)}、{world.code(1, 0)}"], ["乙", "U2", world.code(2, 0)]]
    again = load(connection, table(tmp_path / "b.csv", as_list))
    assert (again.unchanged, again.begun) == (2, 0)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("610103001001000-610103001001002", 3),
        ("610103001001000 ~ 002", 3),
        ("610103001001000至610103001001002；610103001001006", 4),
        ("610103001001", 18),
        ("610103002", 18),
        ("61010300100100*", 6),
        ("610103001001000 610103001001001", 2),
        ("６１０１０３００１００１０００，610103001001001", 2),
    ],
)
def test_lists_ranges_and_larger_areas(
    connection: Connection, tmp_path: Path, given: str, count: int
) -> None:
    make_world(connection)
    load(connection, table(tmp_path / "a.csv", [["甲", "U1", given]]))
    [zone] = load_zones(connection)
    assert len(zone.cells) == count


def test_a_workbook_with_merged_cells_and_headers_of_its_own(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026年巡查责任网格"])
    sheet.append(["片号", "谁", "格"])
    sheet.append(["一片", "第一中队", world.code(0, 0)])
    sheet.append(["一片", None, world.code(0, 1)])
    path = tmp_path / "a.xlsx"
    book.save(path)
    load(connection, path, columns={"code": "片号", "unit": "谁", "cells": "格"})
    [zone] = load_zones(connection)
    assert (zone.code, zone.unit_code, len(zone.cells)) == ("一片", "U1", 2)


def test_what_is_wrong_with_a_table_is_told_with_its_row(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    good = world.code(0, 0)
    for rows, expected in (
        ([["甲", "U1", "610103001001999"]], [("unknown_cell", 2), ("empty_zone", 2)]),
        ([["甲", "U1", "61010300100100"]], [("unknown_cell", 2), ("empty_zone", 2)]),
        ([["甲", "U1", f"{world.code(1, 0)}-{good}"]], [("bad_range", 2), ("empty_zone", 2)]),
        ([["甲", "U1", good], ["甲", "U2", world.code(1, 0)]], [("contradicting_rows", 3)]),
        ([["甲", "U9", good]], [("unknown_unit", 2)]),
        ([["甲", "U1", ""]], [("empty_zone", 2)]),
        ([["", "U1", good]], [("blank_code", 2)]),
        ([["甲", "U1", "6.10103E+14"]], [("number_rounded", 2)]),
        ([["甲" * 65, "U1", good]], [("too_long", 2)]),
    ):
        assert faults(connection, table(tmp_path / "a.csv", rows)) == expected
    with pytest.raises(InputRefused) as caught:
        load(connection, table(tmp_path / "a.csv", [["U1", good]], ("责任单位", "网格编码")))
    assert caught.value.code == "missing_column"


def test_what_is_doubtful_is_taken_and_told(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    rows = [
        ["甲", "", world.code(0, 0)],
        ["甲", "", world.code(0, 0)],
        ["乙", "U1", f"{world.code(0, 0)},{world.code(1, 0)}"],
    ]
    done = load(connection, table(tmp_path / "a.csv", rows))
    told = sorted((fault.code, fault.place.row) for fault in done.doubtful)
    assert told == [("cell_in_several_zones", 2), ("no_unit", 2), ("repeated_cell", 3)]
    assert done.without_unit == 1


def test_refused_rows_are_left_out(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    rows = [["甲", "U1", world.code(0, 0)], ["甲", "U1", "nowhere"], ["乙", "U9", world.code(1, 0)]]
    done = load(connection, table(tmp_path / "a.csv", rows), skip_invalid=True)
    assert [(fault.code, fault.place.row) for fault in done.refused] == [
        ("unknown_cell", 3),
        ("unknown_unit", 4),
    ]
    [zone] = load_zones(connection)
    assert (zone.code, zone.cells) == ("甲", (world.code(0, 0),))


def test_a_cell_of_another_edition_is_called_so(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    connection.execute(
        text("UPDATE area_edition SET effective_from = '2026-06-01' WHERE id = :id"), {"id": world.edition}
    )
    connection.execute(
        text(
            "INSERT INTO area_edition SELECT (edition).* FROM (SELECT jsonb_populate_record(area_edition,"
            ' \'{"id": 900000, "name": "old", "effective_from": "2020-01-01"}\') AS edition'
            " FROM area_edition WHERE id = :id) AS copied"
        ),
        {"id": world.edition},
    )
    connection.execute(
        text(
            "INSERT INTO area SELECT 900000, 'old-' || code, name, parent_code, area_m2, geom, geom_mm FROM area"
            " WHERE edition_id = :id"
        ),
        {"id": world.edition},
    )
    path = table(tmp_path / "a.csv", [["甲", "U1", "old-" + world.code(0, 0)]])
    assert faults(connection, path, effective=day("2026-07-01"))[0] == ("retired_cell", 2)
    assert load(connection, path, effective=day("2025-01-01")).edition == "old"


def test_polygons_keep_their_outline_on_the_lattice_of_the_cells(
    connection: Connection, tmp_path: Path
) -> None:
    make_world(connection)
    path = layer(tmp_path / "a.geojson", [("A", "C1", box(0, 0, 3, 2)), ("B", "", box(3, 0, 6, 2.5))])
    done = load(connection, path, "sanitation")
    assert (done.given_as, done.zones, [fault.code for fault in done.doubtful]) == ("polygon", 2, ["no_unit"])
    a, b = load_zones(connection, "sanitation")
    assert (a.srid, a.cells) == (4545, ())
    assert (shapely.area(a.geom_mm), shapely.area(b.geom_mm)) == (6e10, 7.5e10)
    spheroid = connection.execute(
        text("SELECT ST_Area(geom::geography) FROM zone WHERE code = 'A'")
    ).scalar_one()
    assert abs(a.m2 - spheroid) < 1e-6
    assert load(connection, path, "sanitation").unchanged == 2


def test_faulty_polygons_are_told_by_their_feature(connection: Connection, tmp_path: Path) -> None:
    make_world(connection)
    bow = shapely.Polygon([(108.9, 34.2), (109.0, 34.3), (109.0, 34.2), (108.9, 34.3)])
    path = tmp_path / "a.geojson"
    for zones, expected in (
        ([("A", "C1", bow)], [("self_crossing", 1)]),
        ([("A", "C1", shapely.Point(108.9, 34.2)), ("B", "C1", box(0, 0, 1, 1))], [("not_polygons", 1)]),
        ([("A", "C1", None), ("B", "C1", box(0, 0, 1, 1))], [("no_geometry", 1)]),
        ([("A", "C1", box(0, 0, 1, 1)), ("A", "C1", box(1, 0, 2, 1))], [("duplicate_code", 2)]),
        ([("", "C1", box(0, 0, 1, 1))], [("blank_code", 1)]),
        ([("A", "C9", box(0, 0, 1, 1))], [("unknown_unit", 1)]),
        ([("A", "C1", shapely.transform(box(0, 0, 1, 1), lambda xy: xy[:, ::-1]))], [("swapped_axes", 1)]),
    ):
        path.unlink(missing_ok=True)
        assert faults(connection, layer(path, zones)) == expected
    mended = load(connection, layer(tmp_path / "b.geojson", [("A", "C1", bow)]), repair=True)
    assert [fault.code for fault in mended.repaired] == ["self_crossing"]


def test_columns_of_a_layer_by_name(connection: Connection, tmp_path: Path) -> None:
    make_world(connection)
    path = write(tmp_path / "a.gpkg", [box(0, 0, 1, 1)], 标段号=["S1"], 承包=["保洁公司"])
    with pytest.raises(InputRefused) as caught:
        load(connection, path)
    assert caught.value.code == "missing_column"
    load(connection, path, columns={"code": "标段号", "unit": "承包"})
    [zone] = load_zones(connection)
    assert (zone.code, zone.name, zone.unit_code) == ("S1", "S1", "C1")
    with pytest.raises(WrongUsage):
        load(connection, path, columns={"colour": "x"})
    with pytest.raises(WrongUsage):
        load(connection, path, columns={"cells": "标段号"})


def test_a_later_file_ends_the_earlier_zones_and_keeps_what_is_the_same(
    connection: Connection, tmp_path: Path
) -> None:
    world = make_world(connection)
    first = [["甲", "U1", world.code(0, 0)], ["乙", "U1", world.code(1, 0)], ["丙", "U1", world.code(2, 0)]]
    load(connection, table(tmp_path / "a.csv", first), effective=day("2025-01-01"))
    second = [["甲", "U1", world.code(0, 0)], ["乙", "U2", world.code(1, 0)], ["丁", "U2", world.code(2, 0)]]
    done = load(connection, table(tmp_path / "b.csv", second), effective=day("2026-01-01"))
    assert (done.begun, done.unchanged, sorted(done.ended), done.withdrawn) == (2, 1, ["丙", "乙"], ())
    assert held(connection, "2025-12-31") == {"甲": "U1", "乙": "U1", "丙": "U1"}
    assert held(connection, "2026-01-01") == {"甲": "U1", "乙": "U2", "丁": "U2"}
    assert held(connection, "2024-12-31") == {}


def test_the_same_date_again_withdraws_and_replaces(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    at = day("2026-01-01")
    path = table(tmp_path / "a.csv", [["甲", "U1", world.code(0, 0)], ["乙", "U1", world.code(1, 0)]])
    load(connection, path, effective=at)
    assert load(connection, path, effective=at).unchanged == 2
    corrected = table(tmp_path / "b.csv", [["甲", "U1", world.code(0, 0)], ["乙", "U2", world.code(1, 0)]])
    done = load(connection, corrected, effective=at)
    assert (done.begun, done.unchanged, done.withdrawn, done.ended) == (1, 1, ("乙",), ())
    assert held(connection, "2026-06-01") == {"甲": "U1", "乙": "U2"}
    kept = connection.execute(text("SELECT count(*) FROM zone WHERE withdrawn_at IS NOT NULL")).scalar_one()
    assert kept == 1


def test_update_leaves_the_others(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    load(
        connection,
        table(tmp_path / "a.csv", [["甲", "U1", world.code(0, 0)], ["乙", "U1", world.code(1, 0)]]),
    )
    change = table(tmp_path / "b.csv", [["乙", "U2", world.code(1, 0)]])
    done = load(connection, change, effective=day("2026-03-01"), only_these=True)
    assert (done.ended, done.begun) == (("乙",), 1)
    assert held(connection, "2026-03-01") == {"甲": "U1", "乙": "U2"}
    assert held(connection, "2026-02-28") == {"甲": "U1", "乙": "U1"}


def test_zones_loaded_for_an_earlier_date_end_where_later_ones_begin(
    connection: Connection, tmp_path: Path
) -> None:
    world = make_world(connection)
    load(connection, table(tmp_path / "a.csv", [["甲", "U1", world.code(0, 0)]]), effective=day("2026-01-01"))
    done = load(
        connection, table(tmp_path / "b.csv", [["甲", "U2", world.code(0, 0)]]), effective=day("2024-01-01")
    )
    assert done.effective_to == day("2026-01-01")
    assert [fault.code for fault in done.doubtful] == ["later_zones_follow"]
    assert (held(connection, "2025-12-31"), held(connection, "2026-01-01")) == ({"甲": "U2"}, {"甲": "U1"})


def test_after_until_what_held_before_comes_back(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    load(connection, table(tmp_path / "a.csv", [["甲", "U1", world.code(0, 0)]]))
    path = table(tmp_path / "b.csv", [["甲", "U2", world.code(0, 0)]])
    for start, end in (("2026-03-01", "2026-02-01"), ("2026-03-01", "2026-03-01")):
        with pytest.raises(WrongUsage) as caught:
            load(connection, path, effective=day(start), until=day(end))
        assert caught.value.code == "dates_reversed"
    done = load(connection, path, effective=day("2026-03-01"), until=day("2026-05-01"))
    assert (done.doubtful, done.resumed) == ((), ("甲",))
    assert held(connection, "2026-02-28") == {"甲": "U1"}
    assert held(connection, "2026-04-30") == {"甲": "U2"}
    assert held(connection, "2026-05-01") == {"甲": "U1"}
    [back] = [zone for zone in load_zones(connection) if zone.effective_from == day("2026-05-01")]
    assert back.cells == (world.code(0, 0),)


def test_a_table_needs_cells(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        load(connection, table(tmp_path / "a.csv", [["甲", "U1", "x"]]))
    assert caught.value.code == "no_cells_loaded"


@pytest.mark.parametrize("kind", ["", "Patrol", "巡查", "a" * 33, "1a"])
def test_a_kind_is_an_id(connection: Connection, tmp_path: Path, kind: str) -> None:
    with pytest.raises(WrongUsage):
        load(connection, tmp_path / "a.csv", kind)


def test_one_zone_at_a_time(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    load(connection, table(tmp_path / "a.csv", [["甲", "U1", world.code(0, 0)]]), effective=day("2026-01-01"))
    with pytest.raises(IntegrityError):
        connection.execute(
            text(
                "INSERT INTO zone (kind, code, name, effective_from, given_as, srid, geom, geom_mm, source)"
                " SELECT kind, code, name, '2027-01-01', given_as, srid, geom, geom_mm, 'x' FROM zone"
            )
        )
