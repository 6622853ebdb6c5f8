from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gridsvc.catalog import import_classes, import_units, load_classes, load_units
from gridsvc.errors import Conflict, InputRefused, WrongUsage
from gridsvc.handling import Specification, import_specification, load_specifications
from tests.handling.form_files import HEADER, LAMP, STALL, changed, write_book, write_csv

BLANK: list[Any] = [None] * 9


def _counts(connection: Connection) -> tuple[int, ...]:
    tables = ("class", "unit", "specification_edition", "clause", "clause_unit")
    return tuple(connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in tables)


def _only(connection: Connection) -> Specification:
    (stored,) = load_specifications(connection)
    return stored


def test_a_blank_class_or_unit_means_as_above_a_blank_limit_does_not(
    connection: Connection, tmp_path: Path
) -> None:
    rows = [
        LAMP,
        changed(BLANK, 立案条件="灯杆倾斜", 结案条件="修复"),
        changed(LAMP, 小类代码="38", 小类名称="地灯", 处置单位=None),
    ]
    done = import_specification(connection, write_book(tmp_path / "a.xlsx", {"部件": rows}))
    clauses = _only(connection).clauses
    assert [(each.class_code, each.ordinal, each.responsible_text, each.limit_text) for each in clauses] == [
        ("0137", 1, LAMP[4], "2天"),
        ("0137", 2, LAMP[4], None),
        ("0138", 1, LAMP[4], "2天"),
    ]
    assert [(each.code, each.place.row, each.place.column) for each in done.doubtful if each.place.row] == [
        ("scheme_without_list", 3, "小类代码"),
        ("limit_missing", 4, "处置时限"),
        ("unit_from_above", 5, "处置单位"),
    ]


def test_a_limit_merged_over_two_conditions_holds_for_both(connection: Connection, tmp_path: Path) -> None:
    rows = [LAMP, changed(BLANK, 立案条件="灯杆倾斜", 结案条件="修复")]
    path = write_book(tmp_path / "a.xlsx", {"部件": rows}, {"部件": ["I3:I4"]})
    done = import_specification(connection, path)
    assert [each.limit_text for each in _only(connection).clauses] == ["2天", "2天"]
    assert "limit_missing" not in {each.code for each in done.doubtful}


def test_a_condition_merged_over_two_rows_is_one_clause(connection: Connection, tmp_path: Path) -> None:
    rows = [LAMP, changed(BLANK, 处置时限="5天")]
    path = write_book(tmp_path / "a.xlsx", {"部件": rows}, {"部件": ["G3:G4", "H3:H4"]})
    done = import_specification(connection, path)
    assert (done.clauses, done.sheets[0].rows) == (1, 2)
    assert ("limit_left_out", 4) in [(each.code, each.place.row) for each in done.doubtful]


def test_the_header_is_found_wherever_it_stands_and_may_stand_again(
    connection: Connection, tmp_path: Path
) -> None:
    order = [8, 3, 2, 1, 0, 4, 6, 7, 5]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "城市部件（2026）"
    for row in (
        ["示范市"],
        [],
        ["表一"],
        [HEADER[n] for n in order],
        [LAMP[n] for n in order],
        [HEADER[n] for n in order],
    ):
        sheet.append(row)
    sheet.append([changed(LAMP, 小类代码="38", 小类名称="地灯")[n] for n in order])
    sheet.append(["第二部分"])
    sheet.merge_cells("A8:I8")
    book.create_sheet("说明").append(["填表说明"])
    book.save(tmp_path / "a.xlsx")
    done = import_specification(connection, tmp_path / "a.xlsx")
    assert (done.clauses, done.minor_classes) == (2, 2)
    assert {"heading_row", "sheet_left_out"} <= {each.code for each in done.doubtful}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_csv_has_the_same_columns(connection: Connection, tmp_path: Path, encoding: str) -> None:
    path = write_csv(
        tmp_path / "事件.csv",
        [HEADER, STALL, ["", "", "", "", "", "", "占道促销", "取缔", "4小时"]],
        encoding,
    )
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path)
    assert refused.value.code == "unknown_kind"
    done = import_specification(connection, path, kind="event")
    assert (done.clauses, done.minor_classes) == (2, 1)
    assert {each.kind for each in _only(connection).clauses} == {"event"}


def test_csv_may_have_a_column_for_the_kind(connection: Connection, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["类型", *HEADER], ["部件", *LAMP], ["事件", *STALL]])
    import_specification(connection, path)
    assert _only(connection).kinds == ("component", "event")


REFUSED = [
    (changed(LAMP, 小类名称=None), "missing_name", "小类名称"),
    (changed(LAMP, 小类代码=None), "missing_code", "小类代码"),
    (changed(LAMP, 小类代码="3-7"), "bad_code", "小类代码"),
    (changed(LAMP, 小类代码="037"), "other_scheme", "小类代码"),
    (changed(LAMP, 立案条件=None), "missing_condition", "立案条件"),
    (changed(LAMP, 处置单位="、"), "missing_unit", "处置单位"),
    (changed(LAMP, 小类名称="灯" * 201), "too_long", "小类名称"),
    (changed(LAMP, 立案条件="坏" * 4001), "too_long", "立案条件"),
    (changed(LAMP, 处置时限="=A1"), "formula_cell", "处置时限"),
    (changed(LAMP, 处置单位="#REF!"), "error_cell", "处置单位"),
    (changed(STALL, 小类名称="别的名称"), "duplicate_code", "小类代码"),
]


@pytest.mark.parametrize(("row", "code", "column"), REFUSED)
def test_refuses_the_cell_and_changes_nothing_or_leaves_it_out(
    connection: Connection, tmp_path: Path, row: list[Any], code: str, column: str
) -> None:
    path = write_book(tmp_path / "a.xlsx", {"事件": [STALL, row]})
    before = _counts(connection)
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, scheme="gbt30428.2-2013")
    assert [
        (each.code, each.place.sheet, each.place.row, each.place.column) for each in refused.value.faults
    ] == [(code, "事件", 4, column)]
    assert _counts(connection) == before
    done = import_specification(connection, path, scheme="gbt30428.2-2013", skip_invalid=True)
    assert (done.clauses, [each.code for each in done.refused]) == (1, [code])


def test_the_rows_of_a_refused_class_do_not_fall_to_the_class_above(
    connection: Connection, tmp_path: Path
) -> None:
    rows = [
        LAMP,
        changed(LAMP, 小类代码="3 8", 小类名称="地灯"),
        changed(BLANK, 立案条件="缺亮", 处置时限="1天"),
    ]
    path = write_book(tmp_path / "a.xlsx", {"部件": rows})
    done = import_specification(connection, path, skip_invalid=True)
    assert [each.filing_condition for each in _only(connection).clauses] == [LAMP[6]]
    assert done.minor_classes == 1


def test_ten_megabytes_in_a_field_are_refused_with_the_place(connection: Connection, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEADER, changed(LAMP, 立案条件="坏" * 3_500_000)])
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, kind="component")
    (fault,) = refused.value.faults
    assert (fault.code, fault.place.row, fault.place.column) == ("too_long", 2, "立案条件")
    assert fault.place.value is not None
    assert len(fault.place.value) < 500


@pytest.mark.parametrize("missing", ["小类代码", "小类名称", "处置单位", "立案条件", "处置时限"])
def test_names_a_missing_column(connection: Connection, tmp_path: Path, missing: str) -> None:
    header = [name if name != missing else "备注" for name in HEADER]
    path = write_book(tmp_path / "a.xlsx", {"部件": [LAMP]}, header=header)
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path)
    assert refused.value.code == "missing_column"
    assert missing in refused.value.message.zh
    assert refused.value.place.sheet == "部件"


def test_a_form_without_header_or_rows_is_refused(connection: Connection, tmp_path: Path) -> None:
    for name, sheets, header, code in (
        ("a.xlsx", {"部件": [LAMP]}, ["甲", "乙"], "no_header"),
        ("b.xlsx", {"部件": []}, HEADER, "no_rows"),
    ):
        with pytest.raises(InputRefused) as refused:
            import_specification(connection, write_book(tmp_path / name, sheets, header=header))
        assert refused.value.code == code


def test_classes_of_another_scheme_are_told_from_local_ones(connection: Connection, tmp_path: Path) -> None:
    listed = "kind,code,name\n事件,0405,店外经营\n事件,0406,占道经营\n事件,0504,热力管道破裂\n"
    (tmp_path / "new.csv").write_text(listed, encoding="utf-8")
    (tmp_path / "old.csv").write_text(
        "kind,code,name\n事件,0504,店外经营\n事件,0599,桥下摊点\n", encoding="utf-8"
    )
    import_classes(connection, tmp_path / "new.csv", scheme="gbt30428.2-2013")
    import_classes(connection, tmp_path / "old.csv", scheme="cjt214-2007")
    shop = changed(STALL, 大类代码="05", 小类代码="04", 小类名称="店外经营")
    path = write_book(tmp_path / "a.xlsx", {"事件": [STALL, shop]})
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, scheme="gbt30428.2-2013")
    (fault,) = refused.value.faults
    assert (fault.code, fault.place.row) == ("other_scheme", 4)
    assert "cjt214-2007" in fault.message.zh
    assert "0405" in fault.message.en
    rows = [changed(STALL, 小类名称="占道经营摊点"), changed(STALL, 小类代码="98", 小类名称="农贸市场管理")]
    done = import_specification(connection, write_book(tmp_path / "b.xlsx", {"事件": rows}))
    assert [each.code for each in done.doubtful] == ["class_name_differs", "class_not_listed"]
    (local,) = [each for each in load_classes(connection) if each.confidence == "local"]
    assert (local.scheme, local.code, local.name) == ("gbt30428.2-2013", "0498", "农贸市场管理")


def test_units_are_found_by_name_and_registered_otherwise(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(
        "code,name\nZM,示范市照明中心\nGY,示范市园林绿化服务中心\n", encoding="utf-8"
    )
    import_units(connection, tmp_path / "u.csv")
    rows = [
        changed(LAMP, 处置单位="示范市 照明中心、示范市园林绿化中心"),
        changed(LAMP, 小类代码="38", 小类名称="地灯", 处置单位="示范市公交公司"),
    ]
    done = import_specification(connection, write_book(tmp_path / "a.xlsx", {"部件": rows}))
    codes = [[unit.unit_code for unit in each.units] for each in _only(connection).clauses]
    assert codes[0][0] == "ZM"
    assert {each.name for each in load_units(connection) if each.kind == "from_specification"} == {
        "示范市园林绿化中心",
        "示范市公交公司",
    }
    assert (done.units, done.new_units) == (3, 2)
    assert "unit_near_loaded" in {each.code for each in done.doubtful}
    # The list that comes later brings the real code, and the clause follows.
    (tmp_path / "v.csv").write_text("code,name\nGJ,示范市公交公司\n", encoding="utf-8")
    import_units(connection, tmp_path / "v.csv")
    assert _only(connection).clauses[1].units[0].unit_code == "GJ"


def test_the_same_edition_again_changes_nothing(connection: Connection, tmp_path: Path) -> None:
    path = write_book(tmp_path / "规范.xlsx", {"部件": [LAMP]})
    first = import_specification(connection, path)
    counts = _counts(connection)
    again = import_specification(connection, path)
    assert (first.edition, first.outcome, again.edition, again.outcome) == (
        "规范",
        "added",
        "规范",
        "unchanged",
    )
    assert import_specification(connection, path, edition="规范").outcome == "unchanged"
    assert _counts(connection) == counts


def test_a_name_is_one_content_for_ever(connection: Connection, tmp_path: Path) -> None:
    import_specification(connection, write_book(tmp_path / "a.xlsx", {"部件": [LAMP]}), edition="一版")
    other = write_book(tmp_path / "b.xlsx", {"部件": [changed(LAMP, 处置时限="3天")]})
    with pytest.raises(Conflict) as refused:
        import_specification(connection, other, edition="一版")
    assert (refused.value.code, "内容不同" in refused.value.message.zh) == ("edition_exists", True)
    with pytest.raises(Conflict) as dated:
        import_specification(
            connection, tmp_path / "a.xlsx", edition="一版", effective=datetime(2027, 1, 1, tzinfo=UTC)
        )
    assert "生效日期不同" in dated.value.message.zh
    assert "effective date" in dated.value.message.en
    assert [each.name for each in load_specifications(connection)] == ["一版"]


def test_a_new_edition_supersedes_and_the_old_one_can_come_back(
    connection: Connection, tmp_path: Path
) -> None:
    first = write_book(tmp_path / "a.xlsx", {"部件": [LAMP], "事件": [STALL]})
    second = write_book(tmp_path / "b.xlsx", {"部件": [changed(LAMP, 处置时限="3天")], "事件": [STALL]})
    import_specification(connection, first, edition="一")
    assert import_specification(connection, second, edition="二").withdrawn == ("一",)
    assert [each.name for each in load_specifications(connection)] == ["二"]
    assert len(load_specifications(connection, withdrawn=True)) == 2
    back = import_specification(connection, first, edition="一")
    assert (back.outcome, back.withdrawn) == ("reinstated", ("二",))
    assert [each.name for each in load_specifications(connection)] == ["一"]


def test_says_which_classes_lose_their_clauses(connection: Connection, tmp_path: Path) -> None:
    bin_ = changed(LAMP, 小类代码="38", 小类名称="果皮箱")
    full = write_book(tmp_path / "a.xlsx", {"部件": [LAMP, bin_], "事件": [STALL]})
    short = write_book(tmp_path / "b.xlsx", {"部件": [LAMP]})
    dates = [datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2027, 2025)]
    assert import_specification(connection, full, edition="全", effective=dates[0]).dropped == ()
    before = import_specification(connection, short, edition="早", effective=dates[2])
    assert before.dropped == (), "nothing was in force then"
    done = import_specification(connection, short, edition="短", effective=dates[1])
    assert [each.as_dict() for each in done.dropped] == [
        {"kind": "component", "code": "0138", "name": "果皮箱", "before": "全"}
    ], "the events stay with the edition that has some"
    again = import_specification(connection, short, edition="短", effective=dates[1])
    assert (again.outcome, again.dropped) == ("unchanged", ())


def test_components_and_events_may_be_editions_of_their_own(connection: Connection, tmp_path: Path) -> None:
    components = write_book(tmp_path / "a.xlsx", {"部件": [LAMP]})
    events = write_book(tmp_path / "b.xlsx", {"事件": [STALL]})
    both = write_book(tmp_path / "c.xlsx", {"部件": [LAMP], "事件": [STALL]})
    import_specification(connection, components)
    assert import_specification(connection, events).withdrawn == ()
    assert import_specification(connection, both).withdrawn == ("a", "b")
    fixed = write_book(tmp_path / "d.xlsx", {"部件": [changed(LAMP, 处置时限="3天")]})
    with pytest.raises(Conflict) as refused:
        import_specification(connection, fixed)
    assert refused.value.code == "editions_overlap"
    assert [each.name for each in load_specifications(connection)] == ["c"]
    later = import_specification(connection, fixed, effective=datetime(2027, 1, 1, tzinfo=UTC))
    assert (later.edition, later.withdrawn) == ("d 2027-01-01", ())


def test_kind_leaves_out_the_other_sheet(connection: Connection, tmp_path: Path) -> None:
    both = write_book(tmp_path / "c.xlsx", {"部件": [LAMP], "事件": [STALL]})
    done = import_specification(connection, both, kind="event")
    assert (done.clauses, _only(connection).kinds) == (1, ("event",))
    assert "sheet_left_out" in {each.code for each in done.doubtful}


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "thing"},
        {"hour_means": "x"},
        {"day_means": ""},
        {"effective": datetime(2027, 1, 1)},  # noqa: DTZ001
        {"edition": " "},
    ],
)
def test_options_are_checked(connection: Connection, tmp_path: Path, options: dict[str, Any]) -> None:
    path = write_book(tmp_path / "a.xlsx", {"部件": [LAMP]})
    with pytest.raises(WrongUsage):
        import_specification(connection, path, **options)


def test_what_hours_and_days_mean_is_kept(connection: Connection, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"部件": [LAMP]})
    import_specification(connection, path, hour_means="working", day_means="working")
    stored = _only(connection)
    assert (stored.hour_means, stored.day_means) == ("working", "working")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    classes=st.lists(
        st.tuples(
            st.integers(1, 99),
            st.booleans(),
            st.lists(st.sampled_from(["2紧急工作时", "4小时", "3天", None]), min_size=1, max_size=4),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda each: each[0],
    )
)
def test_a_form_is_read_back_as_it_was_written(
    connection: Connection, tmp_path: Path, classes: list[tuple[int, bool, list[str | None]]]
) -> None:
    rows, merged, expected = [], [], []
    for minor, as_number, limits in classes:
        top = len(rows) + 3
        for ordinal, limit in enumerate(limits, 1):
            row = changed(BLANK, 立案条件=f"情形{minor}之{ordinal}", 结案条件="修复", 处置时限=limit)
            if ordinal == 1:
                code = minor if as_number else f"{minor:02}"
                row[:6] = ["01", "公用设施", code, f"设施{minor}", f"第{minor}处置队", "局"]
            rows.append(row)
            expected.append((f"01{minor:02}", ordinal, f"第{minor}处置队", f"情形{minor}之{ordinal}", limit))
        if len(limits) > 1:
            merged += [f"{column}{top}:{column}{top + len(limits) - 1}" for column in "CDEF"]
    path = write_book(tmp_path / "a.xlsx", {"部件": rows}, {"部件": merged})
    nested = connection.begin_nested()
    done = import_specification(connection, path)
    stored = [
        (each.class_code, each.ordinal, each.responsible_text, each.filing_condition, each.limit_text)
        for each in _only(connection).clauses
    ]
    nested.rollback()
    assert stored == sorted(expected)
    doubts = [each.code for each in done.doubtful]
    assert doubts.count("limit_missing") == sum(limit is None for _, _, limits in classes for limit in limits)
    assert doubts.count("code_as_number") == sum(as_number for _, as_number, _ in classes)
