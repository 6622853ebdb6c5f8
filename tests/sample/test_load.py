"""Loading the sample: through the real verbs, without a doubt, once, and never over real data."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.catalog import import_classes, import_units, load_classes
from gridsvc.errors import Conflict
from gridsvc.geography import import_areas
from gridsvc.handling import import_specification, load_specifications, parse_limit, parse_units
from gridsvc.hotspots.exposure import list_exposures
from gridsvc.responsibility import Queries, load_atlas, resolve
from gridsvc.sample import SampleFiles, ensure, is_sample, load
from gridsvc.sample.specification import SCHEME, read_reference
from gridsvc.settings import Settings, shipped
from gridsvc.zones import check_zones
from tests.sample.conftest import Layer


def classes_of(connection: Connection) -> None:
    import_classes(connection, shipped("geodata") / "classes" / f"{SCHEME}.csv", scheme=SCHEME)


def test_class_tables_hold_what_the_readme_counts(connection: Connection) -> None:
    for scheme, count in ((SCHEME, 196), ("cjt214-2007", 137), ("gbt47678.5-2026", 250)):
        done = import_classes(connection, shipped("geodata") / "classes" / f"{scheme}.csv", scheme=scheme)
        assert (done.added, done.refused, done.doubtful) == (count, (), ())
    known = {(each.kind, each.code) for each in load_classes(connection, SCHEME)}
    assert sum(kind == "component" for kind, _code in known) == 120
    readme = (shipped("geodata") / "README.md").read_text(encoding="utf-8")
    for kind, missing in (("component", ("0116", "0505")), ("event", ("0407", "0601", "0603"))):
        for code in missing:
            assert (kind, code) not in known
            assert f"**{code}**" in readme


def test_specification_covers_every_class_and_is_read_without_a_doubt(
    connection: Connection, files: SampleFiles
) -> None:
    classes_of(connection)
    import_units(connection, files.units)
    done = import_specification(connection, files.specification)
    assert done.refused == ()
    # The workbook's units name areas, which are not loaded here.
    assert {doubt.code for doubt in done.doubtful} <= {"unknown_area"}
    assert (done.scheme, done.new_classes, done.new_units) == (SCHEME, 0, 0)
    (stored,) = load_specifications(connection)
    covered = {(clause.kind, clause.class_code) for clause in stored.clauses}
    assert covered == {(each.kind, each.code) for each in load_classes(connection, SCHEME)}
    assert done.clauses == len(stored.clauses) == len(read_reference())
    assert all(clause.limit is not None and clause.units for clause in stored.clauses)
    units = {clause.limit.unit for clause in stored.clauses if clause.limit}
    assert units == {"urgent_hour", "urgent_day", "work_hour", "work_day", "hour", "day"}


def test_every_line_of_the_reference_text_reads_cleanly() -> None:
    seen: set[tuple[str, ...]] = set()
    for row in read_reference():
        assert all((row.units, row.supervising, row.filing_condition, row.closing_condition)), row
        assert parse_limit(row.limit)[1] == []
        assert parse_units(row.units)[1] == []
        assert row.confidence in ("有据", "推断", "记忆")
        key = (row.kind, row.class_code, row.filing_condition)
        assert key not in seen
        seen.add(key)


def test_confidence_is_that_of_the_class_table(connection: Connection) -> None:
    classes_of(connection)
    words = {"found": "有据", "inferred": "推断", "remembered": "记忆"}
    table = {(each.kind, each.code): words[each.confidence] for each in load_classes(connection, SCHEME)}
    assert {(row.kind, row.class_code): row.confidence for row in read_reference()} == table


def test_workbook_is_our_own_form_with_rules_units_and_calendars(files: SampleFiles) -> None:
    book = openpyxl.load_workbook(files.specification)
    assert book.sheetnames == ["版本", "条款", "规则", "单位", "日历", "说明"]
    assert "示例" in str(book["版本"]["B2"].value)
    assert any("非官方" in str(row[1].value) for row in book["版本"])
    assert book["规则"].max_row > 25
    assert book["单位"].max_row == len(files.units.read_text(encoding="utf-8").splitlines())
    assert book["日历"].max_row == 3


def test_loads_whole_and_a_second_time_changes_nothing(
    connection: Connection, files: SampleFiles, cells: Layer
) -> None:
    steps: list[str] = []
    assert not is_sample(connection)
    done = load(connection, files, Settings(), lambda step: steps.append(step.zh))
    assert (done.already, done.cells, done.reports) == (False, len(cells.rows), 60_000)
    assert len(steps) >= 4
    assert is_sample(connection)
    planted = json.loads(files.planted.read_text(encoding="utf-8"))["mess"]
    flags = dict(
        connection.execute(text("SELECT flag, count(*) FROM report, unnest(flags) flag GROUP BY flag")).all()
    )
    assert flags["needs_location"] == planted["no_coordinates"]
    assert flags["closed_before_opened"] == planted["closed_before_opened"]
    assert flags["outside"] >= planted["far_outside"]
    before = connection.execute(text("SELECT count(*), max(id) FROM report")).one()
    again = load(connection, files, Settings())
    assert again.already
    assert (again.cells, again.clauses, again.reports) == (done.cells, done.clauses, done.reports)
    assert connection.execute(text("SELECT count(*), max(id) FROM report")).one() == before
    assert ensure(connection, Settings(home=Path("/nonexistent"))).already
    _every_cell_resolves(connection, cells, files)
    _zones_cover_the_district_once(connection)
    _exposures_are_there(connection)


def _exposures_are_there(connection: Connection) -> None:
    found = {each["name"]: each for each in list_exposures(connection)}
    assert {"road_km", "hectare", "people", "patrol_minutes"} <= set(found)
    assert 300_000 < found["people"]["total"] < 700_000
    assert (found["patrol_minutes"]["first"], found["patrol_minutes"]["last"]) == ("2025-11-01", "2026-10-31")


def _zones_cover_the_district_once(connection: Connection) -> None:
    """Each kind of zone holds every cell once, in one piece, for a unit; the inventory is there and whole."""
    at = datetime(2026, 10, 30, tzinfo=Settings().zone)
    for kind, count in (("patrol", None), ("enforcement", 8), ("sanitation", 8)):
        report = check_zones(connection, kind, at)
        assert report.faults == ()
        assert count in (None, len(report.zones))
    owned = connection.execute(
        text(
            "SELECT count(*), count(*) FILTER (WHERE owner IS NULL),"
            " count(*) FILTER (WHERE owner IS NOT NULL AND owner_code IS NULL) FROM component"
        )
    ).one()
    assert 19_000 <= owned[0] <= 23_000
    assert 0.1 < owned[1] / owned[0] < 0.4
    assert owned[2] == 0


def _every_cell_resolves(connection: Connection, cells: Layer, files: SampleFiles) -> None:
    """A point inside each cell gets that cell, a clause, a deadline and a unit of its own street."""
    atlas = load_atlas(connection, Settings())
    managed = {
        row["单元网格编码"]
        for row in csv.DictReader(files.ground("compound").read_text(encoding="utf-8").splitlines())
        if row["取值"] == "有物业"
    }
    inner = shapely.get_coordinates(shapely.point_on_surface(cells.degrees))
    at = datetime(2026, 10, 30, 21, 15, tzinfo=Settings().zone)
    answers = resolve(
        atlas,
        Queries.of(lon=inner[:, 0], lat=inner[:, 1], class_code="0201", kind="event", scheme=SCHEME, at=at),
    )
    for i, code in enumerate(cells.column("code")):
        answer = answers.answer(i)
        assert answer is not None
        assert answer["cell"]["code"] == code
        assert answer["deadline"] == "2026-11-02T18:00:00+08:00"
        # 0201 names the street office and its squad; whichever leads is of the cell's own street. In a
        # compound its property manager answers, on a site nobody else does for an ad.
        lead = answer["unit"]["code"]
        assert lead.endswith(code[:9]) or (lead in ("CQ-WYA", "CQ-WYB") and code in managed)


def test_never_over_real_areas(connection: Connection, files: SampleFiles) -> None:
    import_areas(connection, files.district, level="district", code_column="code", name_column="name")
    with pytest.raises(Conflict) as refused:
        load(connection, files, Settings())
    assert refused.value.code == "real_data_present"
    with pytest.raises(Conflict):
        ensure(connection, Settings(home=Path("/nonexistent")))


def test_never_over_a_real_specification(connection: Connection, files: SampleFiles) -> None:
    classes_of(connection)
    import_specification(connection, files.specification, edition="本市处置规范 2026")
    with pytest.raises(Conflict, match="本市处置规范 2026"):
        load(connection, files, Settings())
