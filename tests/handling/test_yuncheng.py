"""The real form of a real city: what is read from it, and every trap that is known to be in it."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from gridsvc.catalog import import_classes, load_classes, load_units
from gridsvc.errors import InputRefused
from gridsvc.handling import SpecificationImport, import_specification, load_specifications


@pytest.fixture(scope="module")
def done(engine: Engine, form: Path) -> SpecificationImport:
    """What an import into an empty database says; it is undone."""
    with engine.connect() as connection, connection.begin() as work:
        told = import_specification(connection, form)
        work.rollback()
    return told


def test_has_the_numbers_that_the_form_has(done: SpecificationImport) -> None:
    assert (done.clauses, done.minor_classes, done.refused) == (519, 190, ())
    assert [(each.name, each.rows, each.minor_classes, each.clauses) for each in done.sheets] == [
        ("部件", 375, 92, 375),
        ("事件", 147, 98, 144),
    ]
    assert done.scheme == "gbt30428.2-2013"
    assert done.units == done.new_units == 30
    assert done.new_classes == 190  # no class list was loaded


def test_stores_what_the_form_says(connection: Connection, form: Path) -> None:
    done = import_specification(connection, form)
    (stored,) = load_specifications(connection)
    assert (stored.name, stored.kinds) == (done.edition, ("component", "event"))
    clauses = {(each.kind, each.class_code, each.ordinal): each for each in stored.clauses}
    assert len(clauses) == 519
    cover = clauses["component", "0101", 1]
    assert cover.filing_condition == "缺失、移位、开裂，存在安全隐患的"
    assert cover.limit is not None
    assert (str(cover.limit.value), cover.limit.unit, cover.limit.text) == ("2", "urgent_hour", "2紧急工作时")
    assert [(each.means, each.text) for each in cover.units] == [
        ("named", "运城市城市节约用水中心"),
        ("each_owner", "各产权单位"),
    ]
    # A unit cell merged over four rows holds for each; a limit is each row's own.
    assert [clauses["component", "0101", n].responsible_text for n in (1, 2, 3, 4)] == [
        cover.responsible_text
    ] * 4
    assert [clauses["component", "0101", n].limit_text for n in (1, 2, 3, 4)] == [
        "2紧急工作时",
        "4小时",
        "2天",
        "5天",
    ]
    # One condition merged over two rows is one clause.
    village = [each for each in stored.clauses if (each.kind, each.class_code) == ("event", "0198")]
    assert [(each.row, each.limit_text) for each in village] == [(51, "2紧急工作日"), (53, "15天")]
    assert {each.code for each in load_units(connection)} >= {
        unit.unit_code for each in stored.clauses for unit in each.units if unit.unit_code
    }


def test_no_limit_is_missing(connection: Connection, form: Path) -> None:
    done = import_specification(connection, form)
    (stored,) = load_specifications(connection)
    units = Counter(each.limit.unit for each in stored.clauses if each.limit)
    assert sum(units.values()) == done.clauses
    assert units == {"day": 412, "hour": 61, "urgent_hour": 42, "urgent_day": 4}


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("title_placeholder", {("事件", 1, "标题")}),
        ("columns_swapped", {("部件", 64, "处置单位"), ("部件", 64, "主管部门")}),
        ("threshold_drag_filled", {("部件", 27, "立案条件"), ("部件", 31, "立案条件")}),
        ("name_line_break", {("部件", 279, "小类名称")}),
        ("class_named_like_major", {("事件", 142, "小类名称")}),
        ("same_name_both_kinds", {("部件", 283, "小类名称"), ("事件", 102, "小类名称")}),
        ("limit_action", {("事件", 29, "处置时限")}),
        ("unit_not_a_name", {("事件", 22, "处置单位")}),
        ("unit_joined", {("事件", 27, "处置单位"), ("事件", 29, "处置单位")}),
        ("unit_fragment", {("部件", 356, "处置单位")}),
        ("text_breaks_off", {("部件", 44, "立案条件")}),
        ("inner_blank", {("事件", 56, "主管部门")}),
        (
            "outer_blank",
            {
                ("部件", 116, "处置单位"),
                ("事件", 29, "主管部门"),
                ("事件", 107, "大类名称"),
                ("事件", 129, "处置时限"),
            },
        ),
        (
            "code_as_number",
            {("部件", 3, "大类代码"), ("部件", 3, "小类代码"), ("部件", 7, "小类代码")}
            | {("事件", row, "小类代码") for row in (49, 51, 56, 70, 104, 141, 149)},
        ),
        (
            "unit_near_duplicate",
            {("部件", row, "处置单位") for row in (146, 149, 229, 233, 306)}
            | {("事件", row, "处置单位") for row in (6, 73, 91, 92, 99, 105, 129, 140, 142)},
        ),
    ],
)
def test_finds_every_known_trap(
    done: SpecificationImport, code: str, places: set[tuple[str, int, str]]
) -> None:
    found = {
        (each.place.sheet, each.place.row, each.place.column) for each in done.doubtful if each.code == code
    }
    assert found == places


def test_every_doubt_names_its_cell_in_both_languages(done: SpecificationImport) -> None:
    assert len(done.doubtful) == 46
    assert "scheme_without_list" in {each.code for each in done.doubtful}
    for each in done.doubtful:
        assert each.place.file == "handling_spec_yuncheng.xlsx"
        assert each.place.value
        assert each.message.zh != each.message.en
        assert each.message.en.isascii() or "“" in each.message.en or "[" in each.message.en
    assert [each.place.sheet for each in done.doubtful] == sorted(
        (each.place.sheet for each in done.doubtful), key=["部件", "事件"].index
    )


def test_fits_the_published_class_list(connection: Connection, form: Path) -> None:
    table = form.parent.parent / "domain/classes.csv"
    if not table.is_file():
        pytest.skip(f"no class table at {table}")
    for scheme in ("cjt214-2007", "gbt47678.5-2026", "gbt30428.2-2013"):
        import_classes(connection, table, scheme=scheme)
    before = load_classes(connection)
    done = import_specification(connection, form)
    assert (done.scheme, done.new_classes, done.refused) == ("gbt30428.2-2013", 0, ())
    assert load_classes(connection) == before
    assert not {"class_name_differs", "class_not_listed"} & {each.code for each in done.doubtful}


def test_the_class_list_may_come_after_the_specification(connection: Connection, form: Path) -> None:
    table = form.parent.parent / "domain/classes.csv"
    if not table.is_file():
        pytest.skip(f"no class table at {table}")
    import_specification(connection, form)
    done = import_classes(connection, table, scheme="gbt30428.2-2013")
    assert done.added == 254 - 190
    assert {each.confidence for each in load_classes(connection)} == {"found", "inferred", "remembered"}


def test_the_codes_of_2026_are_another_scheme(connection: Connection, form: Path) -> None:
    table = form.parent.parent / "domain/classes.csv"
    if not table.is_file():
        pytest.skip(f"no class table at {table}")
    import_classes(connection, table, scheme="gbt30428.2-2013")
    import_classes(connection, table, scheme="gbt47678.5-2026")
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, form, scheme="gbt47678.5-2026")
    assert {each.code for each in refused.value.faults} == {"other_scheme"}
    assert "gbt30428.2-2013" in refused.value.faults[0].message.en
