from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from gridsvc.catalog import find_classes, import_classes, load_classes
from gridsvc.errors import Conflict, GridsvcError, InputRefused, WrongUsage

HEADER = "kind,code,name\n"


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "classes.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def published(real_data: Path) -> Path:
    path = real_data.parent / "domain/classes.csv"
    if not path.is_file():
        pytest.skip(f"no class table at {path}")
    return path


@pytest.mark.parametrize(
    ("scheme", "prefixes", "components", "events"),
    [
        ("gbt47678.5-2026", ["GB/T 47678.5-2026"], 153, 97),
        ("gbt30428.2-2013", ["GB/T 30428.2-2013", "memory of GB/T 30428.2-2013"], 120, 76),
        ("cjt214-2007", ["CJ/T 214-2007"], 83, 54),
    ],
)
def test_loads_one_of_three_schemes_by_its_source(
    connection: Connection, published: Path, scheme: str, prefixes: list[str], components: int, events: int
) -> None:
    done = import_classes(connection, published, scheme=scheme, only=[("source", each) for each in prefixes])
    assert (done.added, done.refused, done.left_out) == (components + events, (), {})
    kinds = [each.kind for each in load_classes(connection, scheme)]
    assert (kinds.count("component"), kinds.count("event")) == (components, events)


def test_takes_the_rows_of_its_scheme_and_says_what_it_left_out(
    connection: Connection, published: Path
) -> None:
    for scheme, count in (("gbt47678.5-2026", 250), ("gbt30428.2-2013", 254), ("cjt214-2007", 137)):
        done = import_classes(connection, published, scheme=scheme)
        assert done.added == count
        assert count + sum(done.left_out.values()) == 641
    codes = {(each.scheme, each.code) for each in find_classes(connection, "非法小广告")}
    assert codes == {("cjt214-2007", "0201"), ("gbt30428.2-2013", "0201"), ("gbt47678.5-2026", "07001")}


def test_refuses_three_schemes_in_one_naming_both_rows(connection: Connection, published: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        import_classes(connection, published, scheme="district")
    twice = [fault for fault in refused.value.faults if fault.code == "duplicate_code"]
    assert twice
    assert twice[0].place.row is not None
    assert "第 " in twice[0].message.zh
    assert "--only" in twice[0].remedy.zh  # type: ignore[union-attr]
    assert load_classes(connection, "district") == []


def test_refuses_the_codes_of_another_scheme(connection: Connection, published: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        import_classes(
            connection, published, scheme="gbt30428.2-2013", only=[("source", "GB/T 47678.5-2026")]
        )
    fault = refused.value.faults[0]
    assert (fault.code, fault.place.row, fault.place.column) == ("other_scheme", 2, "minor_code")
    assert "gbt47678.5-2026" in fault.message.en


def test_the_same_list_again_changes_nothing_and_another_name_needs_replace(
    connection: Connection, table: Callable[[str], Path]
) -> None:
    first = table(HEADER + "部件,0137,路灯\n事件,0406,占道经营\n")
    assert import_classes(connection, first, scheme="mine").added == 2
    again = import_classes(connection, first, scheme="mine")
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    other = table(HEADER + "部件,0137,照明灯\n")
    with pytest.raises(Conflict) as refused:
        import_classes(connection, other, scheme="mine")
    assert "路灯" in refused.value.faults[0].message.zh
    done = import_classes(connection, other, scheme="mine", replace_changed=True)
    assert (done.updated, done.added) == (1, 0)
    assert [each.name for each in load_classes(connection, "mine")] == ["照明灯", "占道经营"]


def test_changed_classes_are_written_by_one_statement(
    connection: Connection, table: Callable[[str], Path]
) -> None:
    codes = [f"{number:04}" for number in range(201, 231)]
    rows = [f"{kind},{code}" for code in codes for kind in ("event", "component")]
    import_classes(connection, table(HEADER + "".join(f"{row},甲\n" for row in rows)), scheme="mine")
    import_classes(connection, table(HEADER + "event,0201,他\n"), scheme="other")
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(connection, "before_cursor_execute", listen)
    done = import_classes(
        connection,
        table(HEADER + "".join(f"{row},乙{row.replace(',', '-')}\n" for row in rows)),
        scheme="mine",
        replace_changed=True,
    )
    assert (done.updated, done.added, done.unchanged) == (60, 0, 0)
    assert sum(each.startswith("UPDATE class") for each in said) == 1
    names = {(each.kind, each.code): each.name for each in load_classes(connection, "mine")}
    assert names == {(kind, code): f"乙{kind}-{code}" for code in codes for kind in ("event", "component")}
    assert [each.name for each in load_classes(connection, "other")] == ["他"]


def test_reads_chinese_headers_in_any_order_and_numbers_from_excel(
    connection: Connection, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "部件"
    sheet.append(["某市部件分类"])
    sheet.append(["小类名称", "小类代码", "大类名称", "大类代码"])
    sheet.append(["上水井盖", 1, "公用设施", 1])
    sheet.append(["路灯", "37", "公用设施", "01"])
    path = tmp_path / "classes.xlsx"
    book.save(path)
    done = import_classes(connection, path, scheme="gbt30428.2-2013")
    assert [(each.code, each.major_code) for each in load_classes(connection, "gbt30428.2-2013")] == [
        ("0101", "01"),
        ("0137", "01"),
    ]
    assert [(each.code, each.place.row, each.place.column) for each in done.doubtful] == [
        ("code_as_number", 3, "大类代码"),
        ("code_as_number", 3, "小类代码"),
    ]


def test_takes_column_names_from_the_caller(connection: Connection, table: Callable[[str], Path]) -> None:
    path = table("T,K,Bezeichnung\ncomponent,0137,路灯\n")
    columns = {"kind": "T", "code": "K", "name": "Bezeichnung"}
    assert import_classes(connection, path, scheme="mine", columns=columns).added == 1
    with pytest.raises(InputRefused) as refused:
        import_classes(connection, path, scheme="mine")
    assert refused.value.code == "missing_column"
    with pytest.raises(InputRefused) as refused:
        import_classes(connection, path, scheme="mine", columns={"colour": "T"})
    assert refused.value.code == "unknown_field"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("thing,0137,路灯", "unknown_kind", "kind"),
        (",0137,路灯", "unknown_kind", "kind"),
        ("部件,,路灯", "missing_code", "code"),
        ("部件,0137,", "missing_name", "name"),
        ("部件,01-37,路灯", "bad_code", "code"),
        ("部件,01037,路灯", "other_scheme", "code"),
        (f"部件,0137,{'灯' * 201}", "too_long", "name"),
        ("部件,0137,路\x01灯", "control_character", "name"),
    ],
)
def test_refuses_a_bad_row_or_leaves_it_out(
    connection: Connection, table: Callable[[str], Path], row: str, code: str, column: str
) -> None:
    path = table(f"{HEADER}事件,0406,占道经营\n{row}\n")
    with pytest.raises(InputRefused) as refused:
        import_classes(connection, path, scheme="gbt30428.2-2013")
    assert [(each.code, each.place.row, each.place.column) for each in refused.value.faults] == [
        (code, 3, column)
    ]
    assert load_classes(connection) == []
    done = import_classes(connection, path, scheme="gbt30428.2-2013", skip_invalid=True)
    assert (done.added, [each.code for each in done.refused]) == (1, [code])


def test_a_scheme_is_known_under_its_standards_number(
    connection: Connection, table: Callable[[str], Path]
) -> None:
    path = table(HEADER + "部件,0137,路灯\n")
    assert import_classes(connection, path, scheme="GB/T 30428.2-2013").scheme == "gbt30428.2-2013"
    with pytest.raises(WrongUsage):
        import_classes(connection, path, scheme="a b; drop")


def test_finds_by_code_name_and_english(connection: Connection, table: Callable[[str], Path]) -> None:
    path = table(
        "kind,code,name,name_en\n部件,0137,路灯,Street light\n部件,0106,路灯井盖,Street-light manhole cover\n"
        "事件,0113,道路破损,Broken 100% road\n"
    )
    import_classes(connection, path, scheme="mine")
    found = [each.name for each in find_classes(connection, "路灯")]
    assert found == ["路灯", "路灯井盖"]
    assert [each.code for each in find_classes(connection, "MANHOLE")] == ["0106"]
    assert {each.code for each in find_classes(connection, "01")} == {"0106", "0113", "0137"}
    assert [each.code for each in find_classes(connection, "100%")] == ["0113"]
    assert find_classes(connection, "_") == []
    assert find_classes(connection, "  ") == []
    assert find_classes(connection, "路灯", "other") == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    codes=st.lists(st.from_regex(r"[0-9]{4}", fullmatch=True), min_size=1, max_size=8),
    kinds=st.lists(st.sampled_from(["部件", "事件", "component", "matter"]), min_size=8, max_size=8),
)
def test_all_or_nothing_and_never_a_code_twice(
    connection: Connection, table: Callable[[str], Path], codes: list[str], kinds: list[str]
) -> None:
    kind_of = {"部件": "component", "component": "component", "事件": "event", "matter": "event"}
    rows = list(zip(kinds, codes, strict=False))
    path = table(HEADER + "".join(f"{kind},{code},类{code}\n" for kind, code in rows))
    keys = [(kind_of[kind], code) for kind, code in rows]
    nested = connection.begin_nested()
    try:
        done = import_classes(connection, path, scheme="any")
        assert len(set(keys)) == len(keys) == done.added
        assert {(each.kind, each.code) for each in load_classes(connection, "any")} == set(keys)
    except GridsvcError:
        assert len(set(keys)) < len(keys)
        assert load_classes(connection, "any") == []
    nested.rollback()
