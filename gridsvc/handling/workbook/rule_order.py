"""The priorities of a workbook's rules as numbers, and which rules can have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridsvc.catalog import shown
from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftRule
from gridsvc.handling.forms import FormRow
from gridsvc.handling.workbook.columns import plain
from gridsvc.handling.workbook.priorities import Numbers, Order, number_rules


def number_drafts(
    rules: Sequence[DraftRule], orders: Mapping[str, Order], rows: Mapping[str, FormRow], refused: list[Fault]
) -> None:
    """Give every rule its priority as a number; what has none is added to `refused`.

    `orders` and `rows`: what the 优先级 cell of each rule says, and its row, by the rule's code.
    """
    known = {plain(code): code for code in orders}
    read: dict[str, Order] = {}
    for code, order in orders.items():
        named: dict[str, list[str]] = {"before": [], "after": []}
        for side, codes in (("before", order.before), ("after", order.after)):
            for each in codes:
                if plain(each) in known:
                    named[side].append(known[plain(each)])
                elif plain(each) not in {plain(other) for other in rows}:
                    refused.append(
                        rows[code].fault(
                            "unknown_rule",
                            "priority",
                            f"没有规则“{shown(each, 40)}”",
                            f"there is no rule “{shown(each, 40)}”",
                        )
                    )
        read[code] = Order(order.number, tuple(named["before"]), tuple(named["after"]))
    while True:
        numbers = number_rules(read)
        wrong = _disordered(numbers, read, rows)
        if wrong is None:
            break
        # Without it the others may have an order: everything that is wrong is said at once.
        code, fault = wrong
        refused.append(fault)
        del read[code]
        read = {
            each: Order(
                order.number,
                tuple(other for other in order.before if other != code),
                tuple(other for other in order.after if other != code),
            )
            for each, order in read.items()
        }
    for rule in rules:
        rule.priority = numbers.of.get(rule.code, 0)


def _disordered(
    numbers: Numbers, orders: Mapping[str, Order], rows: Mapping[str, FormRow]
) -> tuple[str, Fault] | None:
    """Return a rule that can have no number, and why."""
    if numbers.impossible is not None:
        circle = numbers.impossible.circle
        # The one whose cell says the order, not one that only has a number.
        at = next((code for code in circle if orders[code].number is None), circle[0])
        listed = " → ".join(f"{code}（第 {rows[code].row} 行）" for code in (*circle, circle[0]))
        listed_en = " → ".join(f"{code} (row {rows[code].row})" for code in (*circle, circle[0]))
        return at, rows[at].fault(
            "rules_circular",
            "priority",
            f"规则的先后成环：{listed}",
            f"the order of the rules is a circle: {listed_en}",
        )
    if numbers.no_room is not None:
        return numbers.no_room, rows[numbers.no_room].fault(
            "no_priority_between",
            "priority",
            "前后两条规则之间没有空的优先级",
            "there is no number left between the rules before and after it",
            Text("把数字的间隔放大，如 10、20、30", "leave room between the numbers: 10, 20, 30"),
        )
    return None


def bad_priority(row: FormRow) -> Fault:
    """Return what is said of a 优先级 cell that says no order."""
    return row.fault(
        "bad_priority" if row.text("priority") else "missing_priority",
        "priority",
        "优先级应为 0 至 1000000 的整数，或“先于 R20”“后于 R10”",
        "a priority is a whole number up to 1000000, or 先于 R20 (before), 后于 R10 (after)",
    )
