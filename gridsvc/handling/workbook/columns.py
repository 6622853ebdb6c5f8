"""The sheets of our own workbook of a handling specification, and the columns of each.

Headers are Chinese; their English stands in a comment of the header cell. A column with `choices` takes
these words only (`several`: any of them, separated by 、).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gridsvc.catalog import UNIT_KINDS
from gridsvc.errors import Text
from gridsvc.handling.calendar_rows import RULE_WORDS
from gridsvc.handling.facts import FACTS

EDITION, CLAUSES, RULES, UNITS, CALENDARS, HELP = "版本", "条款", "规则", "单位", "日历", "说明"
SHEETS = (EDITION, CLAUSES, RULES, UNITS, CALENDARS, HELP)

OTHER = "附加："
"""What the header of a column begins with that is none of the form's, but is kept with the clause."""
FACT = "事实："
"""What the header of a rule's condition begins with."""

KIND_WORDS = {"component": "部件", "event": "事件"}
OUTCOME_WORDS = {"assign": "指定", "rank": "排序", "decide": "人工决定"}
MEANS_WORDS = {"through": "连续计算", "working": "工作时间"}
GRADE_WORDS = {"area": "区域", "urgency": "紧急程度"}
FROM_WORDS = {"start": "开始", "previous": "上阶段"}
CALENDAR_RULES = {rule: word for word, rule in reversed([*RULE_WORDS.items()])}
YES, NO = "是", "否"
GRADES = ("A", "B", "C", "D")
FEWEST_STAGES, MOST_STAGES = 3, 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field it gives, its header in both languages, and how its cells are to be filled in.

    `width` in characters. `choices`: the words that a cell may hold (`several`: any of them, `free`: or
    others). `units`: a drop-down of the unit names. `longest`: characters that a cell may have.
    """

    field: str
    title: Text
    width: int = 12
    choices: Sequence[str] = ()
    several: bool = False
    free: bool = False
    units: bool = False
    longest: int = 200

    @property
    def header(self) -> str:
        """The header as the sheet has it."""
        return self.title.zh


def _stage(number: int) -> tuple[Column, ...]:
    return (
        Column(f"stage_{number}", Text(f"阶段{number}", f"stage {number}: what is to be done"), 10),
        Column(f"stage_{number}_limit", Text(f"阶段{number}时限", f"limit of stage {number}"), 11),
        Column(
            f"stage_{number}_from",
            Text(f"阶段{number}起算", f"stage {number} counts from: start, or the end of the stage before"),
            11,
            tuple(FROM_WORDS.values()),
        ),
    )


def clause_columns(stages: int = FEWEST_STAGES) -> tuple[Column, ...]:
    """Return the columns of 条款 with room for so many stages of closing."""
    return (
        Column("kind", Text("类型", "kind: 部件 component, 事件 event"), 8, tuple(KIND_WORDS.values())),
        Column("code", Text("类别代码", "code of the class, major and minor together: 0101"), 10, longest=16),
        Column("major_code", Text("大类代码", "major code, as the city's form writes it"), 8),
        Column("major_name", Text("大类名称", "name of the major class"), 14),
        Column("minor_code", Text("小类代码", "minor code, as the city's form writes it"), 8),
        Column("minor_name", Text("小类名称", "name of the class"), 18),
        Column("ordinal", Text("条件序号", "number of the filing condition in its class, from 1"), 8),
        Column("condition", Text("立案条件", "filing condition"), 44, longest=4000),
        Column("units", Text("处置单位", "responsible units, separated by 、"), 30, units=True, longest=2000),
        Column("supervising", Text("主管部门", "supervising units"), 26, longest=2000),
        Column("closing", Text("结案条件", "closing condition"), 24, longest=4000),
        Column("limit", Text("处置时限", "time limit: 4工作时, 2紧急工作日, 1天 …"), 14),
        *(
            Column(f"limit_{grade}", Text(f"{grade}类时限", f"limit of grade {grade}; see sheet 版本"), 11)
            for grade in GRADES
        ),
        *(column for number in range(1, stages + 1) for column in _stage(number)),
        Column("season_from", Text("季节起", "the works are possible from this day of the year: 03-15"), 9),
        Column("season_to", Text("季节止", "to this day, which is inside: 11-15"), 9),
        Column("legal_basis", Text("法律依据", "legal basis"), 24, longest=4000),
        Column("collection_rule", Text("采集规则", "what a collector files, and what not"), 24, longest=4000),
    )


RULE_COLUMNS: tuple[Column, ...] = (
    Column("code", Text("规则编码", "code of the rule: R10"), 12, longest=64),
    Column("priority", Text("优先级", "a number, the smallest is tried first; or 先于 R20, 后于 R10"), 14),
    Column("kind", Text("类型", "部件 component, 事件 event; blank: both"), 8, tuple(KIND_WORDS.values())),
    Column(
        "classes",
        Text("适用类别", "codes, or beginnings with a star: 0101、02*; blank: all"),
        18,
        longest=4000,
    ),
    *(
        Column(
            f"fact_{fact.name}",
            Text(FACT + fact.title.zh, fact.title.en),
            16,
            tuple(word.zh for word in fact.words.values()),
            several=True,
            longest=2000,
        )
        for fact in FACTS.values()
    ),
    Column(
        "outcome", Text("结果", "指定 assign, 排序 rank, 人工决定 decide"), 10, tuple(OUTCOME_WORDS.values())
    ),
    Column(
        "lead",
        Text("主责单位", "whom the rule names, separated by 、; 条款所列: those of the clause"),
        28,
        units=True,
        longest=2000,
    ),
    Column("assist", Text("配合单位", "who assists"), 22, units=True, longest=2000),
    Column("listed_only", Text("仅限条款所列", "only those that the clause lists"), 12, (YES, NO)),
    Column(
        "is_fallback", Text("兜底", "the territorial fallback: counted, and marked as that"), 8, (YES, NO)
    ),
    Column("note", Text("说明", "what the rule is for"), 36, longest=2000),
    Column("basis", Text("依据", "the document that it follows"), 24, longest=2000),
)

UNIT_COLUMNS: tuple[Column, ...] = (
    Column("code", Text("单位编码", "code of the unit"), 14, longest=64),
    Column("name", Text("单位名称", "full name"), 32),
    Column(
        "kind",
        Text("单位类型", "street_office, enforcement, bureau, company … or free words"),
        16,
        tuple(dict.fromkeys(UNIT_KINDS.values())),
        free=True,
    ),
    Column("area_code", Text("区域编码", "area that it answers for; blank: everywhere"), 16),
    Column("parent_code", Text("上级单位编码", "code of the unit above it"), 14),
    Column("contact", Text("联系方式", "contact"), 24, longest=500),
    Column("calendar_code", Text("工作日历", "code of its calendar; blank: that of the settings"), 12),
)

CALENDAR_COLUMNS: tuple[Column, ...] = (
    Column("code", Text("日历编码", "code of the calendar: letters, digits, - and _"), 14, longest=32),
    Column("name", Text("日历名称", "name; a row without a date is a calendar"), 20),
    Column(
        "rule",
        Text("工作日规则", "法定工作日 announced holidays, 周一至周五 weekdays, 每天 every day"),
        14,
        tuple(CALENDAR_RULES.values()),
    ),
    Column("hours", Text("工作时间", "08:00-12:00,14:00-18:00; of a day: blank for a day off"), 26),
    Column("date", Text("日期", "a day of the calendar that differs from its rule: 2026-02-15"), 14),
    Column("note", Text("备注", "note"), 24, longest=500),
)

EDITION_COLUMNS: tuple[Column, ...] = (
    Column("item", Text("项目", "item"), 16),
    Column("value", Text("内容", "value"), 44, longest=200),
    Column("explanation", Text("填写说明", "how to fill it in"), 70, longest=2000),
)

EDITION_ITEMS: tuple[tuple[Column, Text], ...] = (
    (Column("name", Text("版本名称", "name")), Text("留空则按文件名", "blank: made from the file's name")),
    (
        Column("scheme", Text("类别方案", "scheme")),
        Text(
            "gbt30428.2-2013、cjt214-2007、gbt47678.5-2026 或本市自有方案；留空则取最相符的",
            "the scheme of the class codes; blank: the one that fits best",
        ),
    ),
    (
        Column("effective", Text("生效日期", "in force from")),
        Text("如 2026-01-01；留空为始终有效", "such as 2026-01-01; blank: from ever"),
    ),
    (
        Column("hour_means", Text("小时的含义", "what 小时 counts"), choices=tuple(MEANS_WORDS.values())),
        Text("只写“小时”的时限怎样计；留空为未声明（按连续）", "blank: not declared, counted through"),
    ),
    (
        Column("day_means", Text("天的含义", "what 天 counts"), choices=tuple(MEANS_WORDS.values())),
        Text("只写“天”的时限怎样计；留空为未声明（按连续）", "blank: not declared, counted through"),
    ),
    (
        Column("grade_means", Text("分类的含义", "what A, B, C mean"), choices=tuple(GRADE_WORDS.values())),
        Text(
            "A、B、C、D 类时限按区域还是按紧急程度；无分类时限则留空",
            "area or urgency; blank without graded limits",
        ),
    ),
    (Column("source", Text("来源", "source")), Text("文件或文号", "the document")),
)
"""Rows of 版本 in their order, with how each is to be filled in."""


def plain(text: str) -> str:
    """Return a header or a word as it is compared: in one width, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
