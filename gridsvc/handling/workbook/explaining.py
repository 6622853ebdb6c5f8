"""What the sheet 说明 says: how to fill in the workbook."""

from __future__ import annotations

from gridsvc.catalog import EXAMPLE
from gridsvc.errors import Text
from gridsvc.handling.workbook.columns import CALENDARS, CLAUSES, EDITION, RULES, UNITS

EXPLANATION: tuple[tuple[str, Text], ...] = (
    (
        "用法",
        Text(
            f"填好后用 gridsvc spec import 导入。以“{EXAMPLE}”开头的行是示例，导入时跳过，可以删去。"
            "表头可以换列的顺序，不可改名；鼠标停在表头上有英文说明。单元格都是文本，公式会被拒绝。",
            f"Load it by gridsvc spec import. Rows that begin with {EXAMPLE} are examples: they are skipped"
            " and may be deleted. Columns may change places, their headers may not change; a header's "
            "comment is"
            " its English. Every cell is text; a formula is refused.",
        ),
    ),
    (
        EDITION,
        Text(
            "版本的名称、类别方案、生效日期，以及“小时”“天”和 A、B、C、D 类各是什么意思。"
            "命令行选项优先于此表。",
            "Name, scheme and date of the edition; what 小时, 天 and the grades A to D mean. Options of the"
            " command go before what stands here.",
        ),
    ),
    (
        CLAUSES,
        Text(
            "每个立案条件一行，类别的代码和名称每行都填。处置单位用、分开；可写单位全称，也可写所属街办、"
            "属地行政执法部门、各产权单位、养护单位、主管部门、物业、施工单位、道路管养单位；"
            "或写“由甲牵头、乙配合”。阶段是分步结案，如 制止 4小时、拆除 15天。"
            "其他列的表头以“附加：”开头，原样保留。",
            "One row for each filing condition, with code and name of its class in every row. Units are"
            " separated by 、: full names, or 所属街办 (street office), 属地行政执法部门 (territorial"
            " enforcement), 各产权单位 (owners), 养护单位 (maintainer), 主管部门 (supervisor), 物业 (property"
            " management), 施工单位 (builder), 道路管养单位 (keeper of the road). Stages are the "
            "steps to closing. Other columns begin with 附加： and are kept as they are.",
        ),
    ),
    (
        RULES,
        Text(
            "从小到大逐条试，第一条条件全部成立的规则决定。优先级写数字，或写“先于 R20”“后于 R10”。"
            "条件的多个值用、分开，任一成立即可；“不是：已知”表示相反；未知的事实不满足任何条件。"
            "位置、时段（22:00-06:00）、季节（11-15..03-15）等各占一列，空着表示不问。"
            "指定：由主责单位处置，找不到时试下一条；排序：主责单位在前，条款其余单位在后；"
            "人工决定：交人判断。"
            "主责单位写“条款所列”表示条款里的单位；兜底规则放在最后。",
            "Rules are tried from the smallest number on; the first whose conditions all hold decides. A"
            " priority is a number, or 先于 R20 (before), 后于 R10 (after). Several values of a condition"
            " stand between 、, any of them fulfils it; 不是：已知 turns it round; an unknown fact fulfils no"
            " condition. A blank condition is not asked for. 指定 assign: the lead units answer, and where"
            " there are none the next rule is tried; 排序 rank: they go first, the clause's others follow;"
            " 人工决定: a person decides. 条款所列 stands for the units of the clause; the fallback "
            "comes last.",
        ),
    ),
    (
        UNITS,
        Text(
            "单位清单，作用与 unit import 相同：编码已有的，改成此表所写；街道办要填区域编码。"
            "此表有单位时，条款和规则里写的单位名称须在此表或系统中。",
            "The units, as unit import takes them: a code that is there already is changed to what stands"
            " here; a street office needs its area. Where the sheet has any unit, those named in "
            "clauses and rules"
            " have to be in it or loaded.",
        ),
    ),
    (
        CALENDARS,
        Text(
            "没有日期的行是一个工作日历，有日期的行是该日历与规则不同的一天：工作时间空着为休息。",
            "A row without a date is a calendar, one with a date is a day of it that differs from the rule:"
            " without hours a day off.",
        ),
    ),
)
"""Heading and text of each row."""
