"""What `gridsvc resolve` prints of one answer."""

from __future__ import annotations

from typing import Any

from gridsvc.cli.output import say
from gridsvc.errors import Text

Answer = dict[str, Any]

_ROLES = {"lead": Text("牵头", "lead"), "assist": Text("配合", "assist")}
_MOST_VALUES = 12


def print_answer(answer: Answer) -> None:
    """Print an answer: who, by when, by what; who else may be meant; why; and what would tell more."""
    unit, cell, limit = answer["unit"], answer["cell"], answer["limit"]
    label = {
        "determined": Text("确定", "determined"),
        "ranked": Text("排序", "ranked"),
        "fallback": Text("属地兜底", "territorial fallback"),
        "needs_decision": Text("需人工决定", "needs a decision"),
    }[answer["decision"]]
    rows = [
        (Text("责任单位", "Unit"), f"{unit['name']} ({unit['code']})" if unit else "-"),
        (Text("判定", "Decision"), f"{say(label)}  {answer['confidence']:.0%}"),
        (Text("截止时间", "Deadline"), answer["deadline"] or "-"),
        (Text("处置时限", "Limit"), limit["text"] if limit else "-"),
        (Text("单元网格", "Cell"), cell["code"] if cell else "-"),
        (Text("类别", "Class"), f"{answer['class']['code']} {answer['class']['name']}"),
        (Text("立案条件", "Condition"), answer["clause"]["filing_condition"] if answer["clause"] else "-"),
    ]
    for title, value in rows:
        print(f"{say(title)}\t{value}")
    if answer["decision"] in ("ranked", "needs_decision"):
        _print_candidates(answer["candidates"])
    if len(answer["clauses"]) > 1:
        _print_conditions(answer["clauses"], answer["clause"])
    for reason in answer["reasons"]:
        print(f"  - {reason['text']}")
    _print_missing(answer["reasons"])


def _print_candidates(candidates: list[Answer]) -> None:
    """Print name, share and role of each; one that was set aside has its reason among the reasons."""
    if not candidates:
        return
    print(say(Text("候选单位：", "Candidates:")))
    for each in candidates:
        unit = each["unit"]
        name = f"{unit['name']} ({unit['code']})" if unit["code"] else unit["name"]
        aside = f"  {say(Text('未采用', 'set aside'))}" if each["refused"] else ""
        print(f"  {name}  {each['share']:.0%}  {say(_ROLES[each['role']])}{aside}")


def _print_conditions(clauses: list[Answer], taken: Answer | None) -> None:
    print(say(Text("立案条件（用 --clause 选择）：", "Filing conditions (choose with --clause):")))
    for each in clauses:
        mark = "*" if taken is not None and each["id"] == taken["id"] else " "
        print(f" {mark}{each['id']}  {each['filing_condition']}")


def _print_missing(reasons: list[Answer]) -> None:
    """Print a line for each fact that a rule was passed over for and that a report may give."""
    from gridsvc.handling import FACTS

    missing = [name for reason in reasons for name in reason.get("facts", {}).get("missing", ())]
    for name in dict.fromkeys(missing):
        fact = FACTS.get(name)
        if fact is None or not fact.may_be_given:
            continue
        zh = "、".join(words.zh for words in list(fact.words.values())[:_MOST_VALUES]) or "文字"
        en = ", ".join(list(fact.words)[:_MOST_VALUES]) or "any text"
        print(
            say(
                Text(
                    f"可补充 --fact {fact.title.zh}=值，值：{zh}",
                    f"May be given: --fact {name}=VALUE, one of: {en}",
                )
            )
        )
