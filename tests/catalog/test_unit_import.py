from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gridsvc.catalog import import_units, load_units, register_units
from gridsvc.errors import InputRefused

HEADER = "code,name,kind,area_code,parent_code,contact\n"


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "units.csv"
        path.write_text(header + rows, encoding="utf-8")
        return path

    return write


def test_adds_changes_and_leaves_units(connection: Connection, table: Callable[..., Path]) -> None:
    done = import_units(
        connection, table("A,甲街道办事处,街道办,,,\nB,城管执法大队,执法,,A,110\nC,环卫公司,,,,\n")
    )
    assert (done.added, done.updated, done.unchanged) == (3, 0, 0)
    units = {each.code: each for each in load_units(connection)}
    assert [units[code].kind for code in "ABC"] == ["street_office", "enforcement", "sanitation"]
    assert (units["B"].parent_code, units["B"].contact) == ("A", "110")
    done = import_units(connection, table("A,乙街道办事处,street_office,,,\nC,环卫公司,,,,\n"))
    assert (done.added, done.updated, done.unchanged) == (0, 1, 1)
    assert {each.code: each.name for each in load_units(connection)}["A"] == "乙街道办事处"


def test_a_missing_column_leaves_what_is_stored(connection: Connection, table: Callable[..., Path]) -> None:
    import_units(connection, table("A,甲局,特勤,,,110\n"))
    import_units(connection, table("A,甲总局\n", "编码,单位名称\n"))
    unit = load_units(connection)[0]
    assert (unit.name, unit.kind, unit.contact) == ("甲总局", "特勤", "110")


def test_names_may_change_places(connection: Connection, table: Callable[..., Path]) -> None:
    import_units(connection, table("A,甲局,,,,\nB,乙局,,,,\n"))
    import_units(connection, table("A,乙局,,,,\nB,甲局,,,,\nC,丙局,,,,\n"))
    assert {each.code: each.name for each in load_units(connection)} == {
        "A": "乙局",
        "B": "甲局",
        "C": "丙局",
    }


@pytest.mark.parametrize(
    ("rows", "code", "row", "column"),
    [
        ("A,甲局,,,,\nA,乙局,,,,\n", "duplicate_code", 3, "code"),
        ("A,甲局,,,,\nB,甲 局,,,,\n", "duplicate_name", 3, "name"),
        ("A,甲局,,,Z,\n", "unknown_parent", 2, "parent_code"),
        ("A,甲局,,,A,\n", "parent_circle", 2, "parent_code"),
        (",甲局,,,,\n", "missing_code", 2, "code"),
        ("A,,,,,\n", "missing_name", 2, "name"),
        ("A,甲局,,6.10103E+14,,\n", "number_rounded", 2, "area_code"),
        (f"A,{'甲' * 201},,,,\n", "too_long", 2, "name"),
        ("A,已有局,,,,\n", "name_taken", 2, "name"),
        ("(示例)1,甲局,,,,\n", "bad_code", 2, "code"),
    ],
)
def test_refuses_what_contradicts(
    connection: Connection, table: Callable[..., Path], rows: str, code: str, row: int, column: str
) -> None:
    import_units(connection, table("OLD,已有局,,,,\n"))
    with pytest.raises(InputRefused) as refused:
        import_units(connection, table(rows))
    fault = refused.value.faults[0]
    assert (fault.code, fault.place.row, fault.place.column) == (code, row, column)
    assert [each.code for each in load_units(connection)] == ["OLD"]


def test_leaves_out_the_children_of_a_refused_row(connection: Connection, table: Callable[..., Path]) -> None:
    path = table("A,甲局,,,Z,\nB,乙队,,,A,\nC,丙队,,,,\n")
    done = import_units(connection, path, skip_invalid=True)
    assert [(each.code, each.place.row) for each in done.refused] == [
        ("unknown_parent", 2),
        ("unknown_parent", 3),
    ]
    assert [each.code for each in load_units(connection)] == ["C"]


def test_doubts_an_area_that_is_not_loaded(connection: Connection, table: Callable[..., Path]) -> None:
    done = import_units(connection, table("A,甲街道办,,610103001,,\nB,乙街道办,,,,\n"))
    assert [(each.code, each.place.row) for each in done.doubtful] == [
        ("unknown_area", 2),
        ("street_office_without_area", 3),
    ]


def test_a_unit_known_by_name_takes_the_lists_code(
    connection: Connection, table: Callable[..., Path]
) -> None:
    known = register_units(connection, ["示范市环卫中心"])
    connection.execute(
        text("INSERT INTO unit (code, name, kind, parent_code) VALUES ('X', '分队', 'other', :code)"),
        {"code": known["示范市环卫中心"]},
    )
    done = import_units(connection, table("HW,示范市 环卫中心,中心,,,\n"))
    assert (done.adopted, done.added, done.updated) == (1, 0, 1)
    units = {each.code: each for each in load_units(connection)}
    assert set(units) == {"HW", "X"}
    assert units["HW"].kind == "centre"
    assert units["X"].parent_code == "HW"


def test_the_code_made_from_a_name_is_always_the_same(connection: Connection) -> None:
    with connection.begin_nested() as work:
        first = register_units(connection, ["示范市环卫中心", "示范市园林中心"])
        work.rollback()
    second = register_units(connection, ["示范市园林中心"])
    assert second["示范市园林中心"] == first["示范市园林中心"]
    assert len(set(first.values())) == 2
