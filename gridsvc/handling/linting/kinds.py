"""What lint can find in a specification: each kind with its stable code, its name, how bad it is, what to do.

The doubts of an import are among them under their own codes: one list for both, written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gridsvc.errors import Text

Severity = Literal["error", "warning", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")
SEVERITY_NAMES: Mapping[str, Text] = {
    "error": Text("错误", "error"),
    "warning": Text("警告", "warning"),
    "hint": Text("提示", "hint"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding.

    error: reports get no answer, a wrong one, or one that hangs on chance. warning: probably not what was
    meant. hint: worth knowing, and right as often as not. `remedy` is for findings that bring none.
    """

    title: Text
    severity: Severity
    remedy: Text


_CELL = Text("核对并改正该单元格。", "Check the cell and correct it.")
_RULE = Text("改正或删除该规则。", "Correct the rule, or take it out.")
_LIMIT = Text("写成数字和单位，如 4工作时、2工作日。", "Write a number and a unit, such as 4工作时, 2工作日.")
_NAME = Text("用单位表中的全称。", "Use the full name of the unit list.")
_UNITS = Text("用 gridsvc unit import 补全单位表。", "Complete the unit list by gridsvc unit import.")
_SPLIT = Text("写明两者如何区分，或删去其一。", "Write what tells them apart, or take one of them out.")
_DECLARE = Text(
    "与主管部门确认后，导入时用 --hour、--day 说明（完整工作簿写在“版本”页）。",
    "Ask who issued it, and say it by --hour and --day of the import (or on the sheet 版本).",
)
_SHEET = Text("核对该表是否应当读入。", "See whether the sheet should have been read.")

# Kind, severity, Chinese title, English title, what to do.
_ROWS: tuple[tuple[str, Severity, str, str, Text], ...] = (
    # classes
    ("reported_class_without_clause", "error", "有案件而无条款的类别", "reported classes without a clause",
     Text("补充该类别的条款，或登记类别对照。", "Add a clause, or a crosswalk to a class that has one.")),
    ("class_without_clause", "warning", "无条款的类别", "classes without a clause",
     Text("补充条款；不采用的类别可不理会。", "Add a clause; a class that is not used may be left.")),
    ("kind_without_clauses", "hint", "整类缺失", "no clauses for a whole kind",
     Text("另有版本规定该类型即可。", "Fine where another edition has that kind.")),
    # clauses
    ("clause_never_chosen", "error", "永不适用的条款", "clauses that can never win", _SPLIT),
    ("condition_twice", "error", "立案条件重复", "the same condition twice", _SPLIT),
    ("clause_twice", "error", "同一条款而时限或单位不同", "one clause twice, not the same", _SPLIT),
    ("number_twice", "error", "条件序号重复", "a number twice in a class", _SPLIT),
    ("ordinal_gap", "hint", "条件序号不连续", "gaps in the numbers of conditions", _CELL),
    ("grade_means_unknown", "error", "A、B、C 未说明", "grades A, B, C undeclared",
     Text("导入时加 --grade area（区域）或 --grade urgency（紧急程度）。",
          "Say it by --grade area or --grade urgency of the import.")),
    ("grade_means_differs", "warning", "A、B、C 的说明与用语不符", "grades unlike what was declared", _CELL),
    ("grade_unreadable", "warning", "看不懂的分级", "unreadable grades", _LIMIT),
    ("grade_twice", "warning", "同级时限两次", "two limits of one grade", _LIMIT),
    ("plain_limit_unused", "hint", "用不上的统一时限", "a plain limit for unknown grades only",
     Text("核对分级时限以外的时限是否仍要保留。", "See whether the ungraded limit is still meant.")),
    ("season_whole_year", "warning", "季节为全年", "a season of the whole year",
     Text("改正起止日期，或删去季节。", "Correct its first and last day, or take the season out.")),
    ("season_without_dates", "warning", "季节没有日期", "a season without dates", _CELL),
    ("unit_no_lead", "error", "只有配合单位", "only assisting bodies",
     Text("写明主责单位。", "Name the body that leads.")),
    ("closing_missing", "warning", "无结案条件", "no closing condition", _CELL),
    ("text_breaks_off", "warning", "文字不完整", "text that breaks off", _CELL),
    ("threshold_drag_filled", "warning", "拖动填充的限值", "thresholds filled by dragging", _CELL),
    ("columns_swapped", "error", "处置单位与主管部门填反", "swapped columns", _CELL),
    # limits
    ("limit_missing", "warning", "无时限", "no time limit", _LIMIT),
    ("limit_unreadable", "error", "看不懂的时限", "unreadable limits", _LIMIT),
    ("limit_without_unit", "error", "时限没有单位", "limits without a unit", _LIMIT),
    ("limit_at_once", "warning", "“立即”类时限", "limits without a number", _LIMIT),
    ("limit_action", "warning", "时限格里的动作", "an action inside a limit", _LIMIT),
    ("limit_words_before", "warning", "时限前的文字", "words before a limit", _LIMIT),
    ("limit_stages", "warning", "一格多个时限", "several limits in one cell", _LIMIT),
    ("limit_range", "warning", "时限是范围", "a range as limit", _LIMIT),
    ("limit_rounded", "hint", "时限已取整", "a rounded limit", _LIMIT),
    ("limit_left_out", "warning", "未用的时限", "a limit that was not used", _CELL),
    ("hour_undeclared", "warning", "“小时”未说明", "plain 小时 undeclared", _DECLARE),
    ("day_undeclared", "warning", "“天”未说明", "plain 天 undeclared", _DECLARE),
    ("grades_not_ascending", "warning", "分级时限次序颠倒", "a graver grade with a longer limit", _LIMIT),
    ("emergency_longer", "warning", "紧急时限更长", "an emergency limit longer than usual", _LIMIT),
    ("stages_out_of_order", "warning", "阶段时限不递增", "stages that do not follow each other", _LIMIT),
    # rules
    ("rules_missing", "warning", "没有责任规则", "no responsibility rules",
     Text("重新导入（默认规则），或在完整工作簿中编写。",
          "Import it again for the default rules, or write some in the full workbook.")),
    ("rule_contradictory", "error", "条件自相矛盾的规则", "rules that contradict themselves", _RULE),
    ("rule_without_class", "error", "不涉及任何类别的规则", "rules that cover no class", _RULE),
    ("rule_never_applies", "error", "永不适用的规则", "rules that can never apply", _RULE),
    ("rule_leads_nowhere", "warning", "无处可派的规则", "rules that lead to no unit", _RULE),
    ("rule_idle", "hint", "用不上的规则", "rules that nothing is for",
     Text("条款列出该单位后才起作用；不需要可删。", "It works once a clause lists its body.")),
    ("rules_tie", "error", "同级且结果不同的规则", "rules that tie with different units",
     Text("给其中一条更小的优先级。", "Give one of them a smaller priority.")),
    ("fallback_missing", "warning", "没有兜底规则", "no fallback rule",
     Text("加一条兜底规则（如所属街办）。", "Add a fallback, such as the street office.")),
    ("fallback_not_last", "warning", "兜底规则不在最后", "a fallback before other rules",
     Text("给兜底规则最大的优先级。", "Give the fallback the largest priority.")),
    ("words_without_rule", "warning", "没有规则采用的表述", "words that no rule uses",
     Text("加一条采用该表述的规则。", "Add a rule that assigns it.")),
    ("words_only_ranked", "hint", "只能并列的表述", "words that no rule chooses, only ranks",
     Text("加一条以相关事实为条件的规则。", "Add a rule that asks for the fact.")),
    ("fact_unused", "hint", "未被采用的事实", "facts that no rule uses",
     Text("加一条以它为条件的规则。", "Add a rule that asks for it.")),
    ("fact_without_source", "hint", "无来源的事实", "facts that nothing tells",
     Text("用 gridsvc zone import 载入该类区域。", "Load such zones by gridsvc zone import.")),
    ("rule_refused", "warning", "被退回的规则", "rules against which refusals were upheld",
     Text("看退回理由，改规则或补事实。", "Read the refusals; change the rule, or the data that it needs.")),
    # units
    ("unit_not_listed", "warning", "单位表中没有的单位", "names that no unit has", _UNITS),
    ("unit_name_only", "warning", "只知名称的单位", "units known by name only", _UNITS),
    ("unit_without_contact", "warning", "无联系方式的单位", "units without contact", _UNITS),
    ("unit_without_territory", "warning", "无辖区的单位", "units without territory", _UNITS),
    ("territory_missing", "error", "部分街道无此类单位", "words that lead nowhere on some streets", _UNITS),
    ("unit_renamed", "warning", "单位改名", "a unit's name changed between editions",
     Text("确认是否同一单位；是则在单位表中改名。", "If it is one unit, rename it in the unit list.")),
    ("unit_near_duplicate", "warning", "近似的单位名", "near names", _NAME),
    ("unit_near_loaded", "warning", "与单位表近似的名称", "names near those of the list", _NAME),
    ("unit_missing", "error", "无处置单位", "no unit", _CELL),
    ("unit_not_a_name", "warning", "不像单位名称", "words that are no name", _NAME),
    ("unit_fragment", "warning", "不完整的名称", "parts of names", _NAME),
    ("unit_joined", "warning", "连写的单位", "bodies joined by a word", _NAME),
    ("unit_twice", "warning", "同格重复的单位", "one body twice in a cell", _CELL),
    ("unit_and_others", "warning", "以“等”结尾的单位", "open lists of units", _NAME),
    ("unit_role_unsaid", "hint", "未写牵头或配合", "units not said to lead or to help", _CELL),
    ("unit_line_break", "warning", "单位名称断行", "a name broken over two lines", _CELL),
    ("unit_from_above", "warning", "沿用上一类的单位", "the unit of the class above was taken", _CELL),
    # names and codes of classes
    ("class_named_like_major", "warning", "小类与大类同名", "classes called like their major", _CELL),
    ("same_name_both_kinds", "warning", "部件与事件同名", "one name as component and event", _CELL),
    ("same_name", "warning", "小类同名", "two classes of one name", _CELL),
    ("class_name_differs", "warning", "名称与类别表不同", "names unlike the class list", _CELL),
    ("class_not_listed", "hint", "类别表没有的类别", "local classes", _CELL),
    ("scheme_without_list", "warning", "类别表未载入", "no class list is loaded",
     Text("先用 gridsvc class import 载入类别表。", "Load it by gridsvc class import first.")),
    ("class_in_two_places", "warning", "同一小类分在两处", "one class in two places", _CELL),
    ("code_as_number", "warning", "代码是数字", "codes as numbers", _CELL),
    ("name_line_break", "warning", "名称中有换行", "line breaks in names", _CELL),
    ("outer_blank", "warning", "首尾空白", "blanks around a text", _CELL),
    ("inner_blank", "warning", "名称中有空格", "blanks inside a name", _CELL),
    # sheets
    ("title_placeholder", "warning", "标题中的占位符", "place-holders in the title", _CELL),
    ("heading_row", "hint", "标题行未读", "headings that were not read", _SHEET),
    ("column_not_read", "hint", "未读的列", "columns that were not read", _SHEET),
    ("example_skipped", "hint", "未读的示例行", "rows of examples", _SHEET),
    ("year_incomplete", "hint", "日历年份不全", "incomplete years of calendars", _SHEET),
    ("sheet_left_out", "hint", "未读的工作表", "sheets that were not read", _SHEET),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {
    code: Kind(Text(zh, en), severity, remedy) for code, severity, zh, en, remedy in _ROWS
}
"""Every kind by its code, in the order in which a report has them."""

REFUSED = Kind(Text("不能读入", "cells that an import refuses"), "error", _CELL)
"""What an import would refuse; the code is the fault's own."""
DOUBTFUL = Kind(Text("存疑", "doubtful cells"), "warning", _CELL)
"""A doubt of an import that has no kind of its own."""


def kind_of(code: str, *, refused: bool = False) -> Kind:
    """Return the kind of a code; `refused`: an import refuses it, whatever else it is."""
    return REFUSED if refused else KINDS.get(code, DOUBTFUL)
