"""Limit cells that hold more than one limit: grades, stages, seasons."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.handling.grades import grade_of_header, grades_of
from gridsvc.handling.limit_cells import LimitCell, read_limit_cell
from gridsvc.handling.limits import LIMIT_UNITS
from gridsvc.handling.year_days import days_between


def _stages(cell: LimitCell) -> list[tuple[str, str, str, str]]:
    return [(each.name, str(each.limit.value), each.limit.unit, each.counts_from) for each in cell.stages]


def _graded(cell: LimitCell) -> list[tuple[str, str | None]]:
    return [(grade, f"{limit.value} {limit.unit}" if limit else None) for grade, _, limit in cell.graded]


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        (
            "制止4小时，处罚7天，拆除20天",
            [("制止", "4", "hour"), ("处罚", "7", "day"), ("拆除", "20", "day")],
        ),
        (
            "停工4个工作时；处罚7个工作日；拆除20个工作日（分阶段）",
            [("停工", "4", "work_hour"), ("处罚", "7", "work_day"), ("拆除", "20", "work_day")],
        ),
        ("2紧急工作时制止，15天拆除", [("制止", "2", "urgent_hour"), ("拆除", "15", "day")]),
        ("2小时内到场，24小时内修复", [("到场", "2", "hour"), ("修复", "24", "hour")]),
    ],
)
def test_stages_keep_their_names_and_the_first_is_the_plain_limit(
    text: str, stages: list[tuple[str, str, str]]
) -> None:
    cell = read_limit_cell(text)
    assert _stages(cell) == [(*each, "start") for each in stages]
    assert cell.limit is not None
    assert (str(cell.limit.value), cell.limit.unit) == stages[0][1:]
    assert cell.doubts == []


def test_a_stage_may_count_from_the_one_before() -> None:
    assert _stages(read_limit_cell("4小时制止，制止后7天处罚")) == [
        ("制止", "4", "hour", "start"),
        ("处罚", "7", "day", "previous"),
    ]


def test_stages_may_stand_in_the_closing_cell_or_be_named_there() -> None:
    cell = read_limit_cell("", "4小时内制止，7天内处罚")
    assert [each[0] for each in _stages(cell)] == ["制止", "处罚"]
    assert cell.limit is not None
    assert cell.doubts == []
    named = read_limit_cell("4工作时；7工作日", "停工；处罚")
    assert _stages(named) == [("停工", "4", "work_hour", "start"), ("处罚", "7", "work_day", "start")]
    kept = read_limit_cell("2小时", "4小时内制止，7天内处罚")
    assert kept.limit is not None
    assert str(kept.limit.value) == "2"


@pytest.mark.parametrize("text", ["建筑垃圾4个工作时；渣土堆2个工作日", "6小时；受作业条件限制的36小时"])
def test_several_limits_that_are_no_stages_stay_a_doubt(text: str) -> None:
    cell = read_limit_cell(text)
    assert cell.stages == []
    assert "limit_stages" in [each.code for each in cell.doubts]


def test_an_action_in_a_limit_cell_is_a_stage_and_a_doubt() -> None:
    cell = read_limit_cell("2紧急工作时制止")
    assert _stages(cell) == [("制止", "2", "urgent_hour", "start")]
    assert [each.code for each in cell.doubts] == ["limit_action"]


def test_a_later_stage_with_less_time_is_doubtful() -> None:
    assert [each.code for each in read_limit_cell("制止7天，处罚4天").doubts] == ["stages_out_of_order"]


@pytest.mark.parametrize(
    ("text", "graded", "means"),
    [
        ("A类2小时，B类4小时", [("A", "2 hour"), ("B", "4 hour")], set()),
        ("A类：2小时 B类：4小时\nC类：1天", [("A", "2 hour"), ("B", "4 hour"), ("C", "1 day")], set()),
        ("一类区域2小时，二类区域4小时", [("A", "2 hour"), ("B", "4 hour")], {"area"}),
        ("核心区2小时；一般区4小时", [("A", "2 hour"), ("B", "4 hour")], {"area"}),
        ("2小时（A类）、4小时（B类）", [("A", "2 hour"), ("B", "4 hour")], set()),
        ("紧急2小时，重大4小时，一般1天", [("A", "2 hour"), ("B", "4 hour"), ("C", "1 day")], {"urgency"}),
        ("A类立即，B类4小时", [("A", None), ("B", "4 hour")], set()),
    ],
)
def test_limits_by_grade_in_one_cell(
    text: str, graded: list[tuple[str, str | None]], means: set[str]
) -> None:
    cell = read_limit_cell(text)
    assert _graded(cell) == graded
    assert cell.grade_means == means
    assert cell.limit is None


def test_a_word_of_a_grade_alone_says_nothing_of_grades() -> None:
    cell = read_limit_cell("一般3天")
    assert cell.graded == []
    assert cell.limit is not None
    assert [each.code for each in cell.doubts] == ["limit_words_before"]


def test_a_season_with_its_days_is_read_and_one_without_is_said() -> None:
    cell = read_limit_cell("植树季节（3月-4月）15工作日")
    assert cell.season == ("03-01", "04-30")
    assert cell.limit is not None
    assert (str(cell.limit.value), cell.limit.unit, cell.limit.text) == (
        "15",
        "work_day",
        "植树季节（3月-4月）15工作日",
    )
    assert cell.doubts == []
    vague = read_limit_cell("种植季节15工作日")
    assert vague.season is None
    assert vague.limit is not None
    assert [each.code for each in vague.doubts] == ["season_without_dates"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3月1日至4月30日", ("03-01", "04-30")),
        ("3-5月", ("03-01", "05-31")),
        ("11月至次年2月", ("11-01", "02-29")),
        ("11-15..03-15", ("11-15", "03-15")),
        ("4月31日至5月1日", None),
        ("13月至14月", None),
        ("植树季节", None),
    ],
)
def test_reads_days_of_the_year(text: str, days: tuple[str, str] | None) -> None:
    found = days_between(text)
    assert (found[:2] if found else None) == days


def test_the_unit_of_the_header_is_that_of_plain_numbers() -> None:
    cell = read_limit_cell("4", None, "小时")
    assert cell.limit is not None
    assert (str(cell.limit.value), cell.limit.unit) == ("4", "hour")
    assert [each.code for each in read_limit_cell("4").doubts] == ["limit_without_unit"]


@pytest.mark.parametrize(
    ("header", "grade"),
    [
        ("A类", ("A", None)),
        ("处置时限（B类）", ("B", None)),
        ("处置时限 C类", ("C", None)),
        ("一类区域", ("A", "area")),
        ("Ⅱ类区域时限", ("B", "area")),
        ("A核心区", ("A", "area")),
        ("A紧急", ("A", "urgency")),
        ("一般区", ("B", "area")),
        ("一般", ("C", "urgency")),
        ("处置时限", None),
        ("备注", None),
        ("大类名称", None),
    ],
)
def test_tells_a_column_of_a_grade(header: str, grade: tuple[str, str | None] | None) -> None:
    found = grade_of_header(header)
    assert (found and (found.grade, found.means)) == grade


def test_a_cell_may_list_grades() -> None:
    assert [each.grade for each in grades_of("A、B") or ()] == ["A", "B"]
    assert [each.grade for each in grades_of("AB") or ()] == ["A", "B"]
    assert grades_of("全部") == []
    assert grades_of("甲") is None


@given(
    values=st.lists(st.integers(1, 99), min_size=2, max_size=4),
    unit=st.sampled_from(["小时", "天", "工作日", "紧急工作时"]),
    between=st.sampled_from(["，", "；", "、", " ", "\n"]),
    after=st.sampled_from(["类", "级", ""]),
)
def test_any_list_of_grades_is_read_back(values: list[int], unit: str, between: str, after: str) -> None:
    grades = "ABCD"[: len(values)]
    text = between.join(f"{grade}{after}{value}{unit}" for grade, value in zip(grades, values, strict=True))
    cell = read_limit_cell(text)
    assert [(grade, int(limit.value) if limit else None) for grade, _, limit in cell.graded] == list(
        zip(grades, values, strict=True)
    )
    assert cell.doubts == []


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["制止", "处罚", "拆除", "恢复原状"]), st.integers(1, 99)),
        min_size=2,
        max_size=4,
        unique_by=lambda step: step[0],
    ),
    first=st.booleans(),
)
def test_any_list_of_stages_is_read_back(steps: list[tuple[str, int]], first: bool) -> None:
    text = "，".join(f"{name}{value}天" if first else f"{value}天{name}" for name, value in steps)
    assert [(each.name, int(each.limit.value)) for each in read_limit_cell(text).stages] == steps


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(
            alphabet="ABC类区一二紧急工作时天小日0123456789，；（）制止处罚拆除植树季节月至-后", max_size=40
        ),
    ),
    st.one_of(st.none(), st.text(alphabet="制止处罚0123456789天内，；", max_size=30)),
)
def test_any_cell_gives_good_limits_or_a_doubt(text: str, closing: str | None) -> None:
    cell = read_limit_cell(text, closing)
    found = [cell.limit, *(each for _, _, each in cell.graded), *(each.limit for each in cell.stages)]
    for limit in found:
        if limit is not None:
            assert 0 < limit.value < 1_000_000
            assert limit.value == limit.value.quantize(Decimal("0.01"))
            assert limit.unit in LIMIT_UNITS
            assert limit.text
    assert cell.limit is not None or cell.graded or cell.doubts
    assert len({grade for grade, _, _ in cell.graded}) == len(cell.graded)
    assert all(each.name for each in cell.stages)
    assert cell.season is None or cell.season == days_between(f"{cell.season[0]}..{cell.season[1]}")[:2]  # type: ignore[index]
