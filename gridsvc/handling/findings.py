"""Doubts that no single cell shows: what a form's cells say when they are read together.

The traps are those seen in a real city's table: columns swapped on one class, a threshold that grew because
it was dragged down, one unit under several names, one object as component and as event.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftClass, DraftClause
from gridsvc.handling.expressions import parse_units
from gridsvc.handling.forms import FormSheet
from gridsvc.handling.near_names import variants

MOST_NAMES_COMPARED = 1_000
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_AUTHORITY = re.compile(r"(?:部门|局|政府|委员会|厅|办公室)$")
_KEEPERS = ("each_owner", "maintainer", "property_manager", "builder", "road_keeper")
_OPERATOR = re.compile(r"(?:公司|集团|企业|中心)$")


def find_doubts(sheets: Sequence[FormSheet], classes: Sequence[DraftClass]) -> Iterator[Fault]:
    """Return the doubts about a whole form, in no particular order."""
    yield from _titles(sheets)
    yield from _swapped(classes)
    yield from _dragged(classes)
    yield from _class_names(classes)
    yield from _conditions(classes)
    yield from _unit_names(classes)


def _titles(sheets: Sequence[FormSheet]) -> Iterator[Fault]:
    for sheet in sheets:
        for place, title in sheet.titles:
            if re.search(r"[*＊×xX]{2,}|某某|XX", title):
                yield Fault(
                    "title_placeholder",
                    Text("标题里的城市名是占位符", "the city in the title is a place-holder"),
                    place,
                    Text("写明适用的城市", "name the city that it holds for"),
                )


def _swapped(classes: Sequence[DraftClass]) -> Iterator[Fault]:
    """Find classes whose 处置单位 holds only authorities while 主管部门 holds owners or operators."""
    for each in classes:
        row = each.clauses[0].units_row
        supervising = each.clauses[0].supervising_row
        if row is not each.row or supervising is not row:
            continue
        above, _ = parse_units(row.text("supervising"))
        handlers = each.clauses[0].units
        if not all(
            unit.means in ("named", "each_department", "supervisor") and _AUTHORITY.search(unit.text)
            for unit in handlers
        ):
            continue
        operators = [unit for unit in above if unit.means in _KEEPERS or _OPERATOR.search(unit.text)]
        if len(operators) * 2 > len(above):
            for field in ("units", "supervising"):
                yield row.fault(
                    "columns_swapped",
                    field,
                    f"“{each.name}”的处置单位与主管部门像是填反了，按原样读入",
                    f"“{each.name}”: responsible and supervising units look swapped; taken as written",
                    Text("核对后对调两格", "check, and exchange the two cells"),
                )


def _dragged(classes: Sequence[DraftClass]) -> Iterator[Fault]:
    """Find a number that grows by one from class to class in otherwise equal conditions (2cm, 3cm, 4cm)."""
    groups: dict[tuple[str, str, str], list[tuple[DraftClause, list[float]]]] = defaultdict(list)
    for each in classes:
        for clause in each.clauses:
            numbers = [float(number) for number in _NUMBER.findall(clause.condition)]
            if numbers:
                template = _NUMBER.sub("#", clause.condition)
                groups[each.kind, each.major_code, template].append((clause, numbers))
    for group in groups.values():
        usual = Counter(tuple(numbers) for _, numbers in group).most_common(1)[0]
        run: list[tuple[DraftClause, list[float]]] = []
        for clause, numbers in group:
            if run and _one_more(run[-1][1], numbers):
                run.append((clause, numbers))
                continue
            yield from _dragged_run(run, usual)
            run = [(clause, numbers)]
        yield from _dragged_run(run, usual)


def _one_more(before: Sequence[float], after: Sequence[float]) -> bool:
    steps = [b - a for a, b in zip(before, after, strict=True)]
    return sum(step != 0 for step in steps) == 1 and sum(steps) == 1


def _dragged_run(
    run: Sequence[tuple[DraftClause, list[float]]], usual: tuple[tuple[float, ...], int]
) -> Iterator[Fault]:
    # Two in a row may be meant; three may not, nor one step away from what most rows say.
    if len(run) < 3 and not (len(run) == 2 and tuple(run[0][1]) == usual[0] and usual[1] >= 3):
        return
    first = run[0][0]
    for clause, _ in run[1:]:
        yield clause.row.fault(
            "threshold_drag_filled",
            "condition",
            f"与第 {first.row.row} 行只有数字不同且逐行加一，像是拖动填充造成的",
            f"differs from row {first.row.row} only in a number that grows by one: probably dragged down",
            Text("核对限值", "check the threshold"),
        )


def _class_names(classes: Sequence[DraftClass]) -> Iterator[Fault]:
    by_name: dict[str, list[DraftClass]] = defaultdict(list)
    for each in classes:
        by_name[each.name].append(each)
        if each.major_name and each.name == each.major_name:
            yield each.row.fault(
                "class_named_like_major",
                "minor_name",
                "小类与其大类同名",
                "the class is called like its major class",
            )
    for same in by_name.values():
        for each in same:
            others = [other for other in same if other is not each]
            if any(other.kind != each.kind for other in others):
                yield each.row.fault(
                    "same_name_both_kinds",
                    "minor_name",
                    "部件和事件中有同名类别：" + _where(others),
                    "component and event have this name: " + _where(others),
                    Text("上报时须同时给出类型", "a report has to give the kind too"),
                )
            elif others:
                yield each.row.fault(
                    "same_name", "minor_name", f"与{_where(others)}同名", f"same name as {_where(others)}"
                )


def _where(classes: Iterable[DraftClass]) -> str:
    return ", ".join(f"[{each.row.sheet or each.kind}] {each.code}" for each in classes)


def _conditions(classes: Sequence[DraftClass]) -> Iterator[Fault]:
    for each in classes:
        first: dict[str, DraftClause] = {}
        for clause in each.clauses:
            before = first.setdefault(re.sub(r"\s+", "", clause.condition), clause)
            if before is not clause:
                yield clause.row.fault(
                    "condition_twice",
                    "condition",
                    f"与第 {before.row.row} 行的立案条件相同",
                    f"the same filing condition as in row {before.row.row}",
                )
            if clause.condition.endswith(("、", "，", ",", "（", "(")):
                yield clause.row.fault(
                    "text_breaks_off",
                    "condition",
                    "立案条件以顿号或逗号结尾，可能缺字",
                    "the condition ends with a comma; words may be missing",
                )


def _unit_names(classes: Sequence[DraftClass]) -> Iterator[Fault]:
    """Find names of units that look like a variant of a commoner one, in every cell that has them."""
    cells = {id(clause.units_row): clause for each in classes for clause in each.clauses}
    counts = Counter(unit.text for clause in cells.values() for unit in clause.units if unit.means == "named")
    # All pairs are compared; a real table names some tens of units, a broken one may "name" every row.
    commoner = variants(counts) if len(counts) <= MOST_NAMES_COMPARED else {}
    for clause in cells.values():
        for unit in clause.units:
            if unit.means == "named" and unit.text in commoner:
                yield clause.units_row.fault(
                    "unit_near_duplicate",
                    "units",
                    f"“{unit.text}”与“{commoner[unit.text]}”可能是同一单位，按两个单位登记",
                    f"“{unit.text}” and “{commoner[unit.text]}” may be one unit; registered as two",
                    Text("统一为一个全称", "use one full name"),
                )
