from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from sqlalchemy import Connection, event

from gridsvc.geography import SYNTHETIC_SOURCE, editions, import_areas, is_synthetic
from tests.geography import paper

BOW_TIES = [
    shapely.Polygon([(east, 0), (east + 100, 100), (east + 100, 0), (east, 100)]) for east in (0, 500, 900)
]


@pytest.mark.parametrize(
    ("source", "made_up"),
    [(f"{SYNTHETIC_SOURCE} for a test", True), ("cells.gpkg", False), ("not synthetic: cells.gpkg", False)],
)
def test_an_edition_says_that_its_geometry_was_made_up(
    connection: Connection, tmp_path: Path, source: str, made_up: bool
) -> None:
    path = paper.write(tmp_path / "cells.gpkg", paper.degrees([paper.square(0, 0)]), code=paper.cell_codes(1))
    import_areas(connection, path, level="cell", code_column="code", source_name=source)
    assert [is_synthetic(each) for each in editions(connection)] == [made_up]


def test_faults_are_stored_by_copy(connection: Connection, tmp_path: Path) -> None:
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    path = paper.write(tmp_path / "cells.gpkg", paper.degrees(BOW_TIES), code=["甲", "乙", "丙\\N"])
    event.listen(connection, "before_cursor_execute", listen)
    done = import_areas(connection, path, level="cell", code_column="code", profile="free")
    stored = connection.exec_driver_sql(
        "SELECT area_code, code, zh, en FROM area_fault WHERE code = 'self_crossing' ORDER BY area_code"
    ).all()
    assert not any("INSERT INTO area_fault" in each for each in said)
    assert sorted(row[0] for row in stored) == sorted(["甲", "乙", "丙\\N"])
    assert {(row[2], row[3]) for row in stored} == {
        (each.message.zh, each.message.en) for each in done.repaired if each.code == "self_crossing"
    }
