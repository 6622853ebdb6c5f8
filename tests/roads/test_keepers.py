"""Who keeps a road, as the file of roads says it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from gridsvc.roads import import_roads, load_roads
from tests.roads.town_roads import line, write


def test_keepers_are_units_by_name_or_code_or_words_that_are_doubted(
    connection: Connection, tmp_path: Path
) -> None:
    connection.execute(text("INSERT INTO unit (code, name, kind) VALUES ('M-01', '市政养护中心', 'centre')"))
    features = [
        ({"name": "甲路", "管养单位": "市政 养护中心"}, line((0, 0), (100, 0))),
        ({"name": "乙路", "管养单位": "M-01"}, line((0, 10), (100, 10))),
        ({"name": "丙路", "管养单位": "某公司"}, line((0, 20), (100, 20))),
        ({"name": "丁路", "管养单位": "某公司"}, line((0, 30), (100, 30))),
        ({"name": "戊路", "管养单位": ""}, line((0, 40), (100, 40))),
    ]
    done = import_roads(connection, write(tmp_path / "r.geojson", features))
    assert (done.links, done.kept) == (5, 2)
    assert [(each.code, each.place.row) for each in done.doubtful] == [("unknown_keeper", 3)]
    found = load_roads(connection)
    assert found.keeper_codes.tolist() == ["M-01", "M-01", None, None, None]
    assert found.keepers.tolist() == ["市政 养护中心", "M-01", "某公司", "某公司", None]


def test_a_named_column_of_keepers_goes_before_the_usual_ones(connection: Connection, tmp_path: Path) -> None:
    features = [({"管养单位": "甲", "谁管": "乙"}, line((0, 0), (100, 0)))]
    import_roads(connection, write(tmp_path / "r.geojson", features), keeper_column="谁管")
    assert load_roads(connection).keepers.tolist() == ["乙"]
