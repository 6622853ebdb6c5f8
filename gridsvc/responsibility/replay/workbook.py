"""A replay as a workbook: one sheet for each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gridsvc.errors import Text
from gridsvc.handling.comparing.changes import KIND_WORDS
from gridsvc.responsibility.candidates import DECISION_WORDS
from gridsvc.responsibility.replay.examples import EXAMPLES

MOVE_WORDS: Mapping[str, Text] = {
    "none": Text("两版均无截止时间", "no deadline in either"),
    "same": Text("截止时间不变", "deadline unchanged"),
    "earlier": Text("截止提前", "deadline earlier"),
    "later": Text("截止推后", "deadline later"),
    "appears": Text("新有截止时间", "has a deadline now"),
    "disappears": Text("不再有截止时间", "has no deadline any more"),
}
ASIDE_WORDS: Mapping[str, Text] = {
    "other_scheme": Text("分类标准不同，无对应关系", "class of another scheme, with no equivalent"),
    "no_class": Text("没有类别", "no class"),
    "no_place": Text("没有坐标", "no place"),
    "unknown_class": Text("未知或有歧义的类别", "unknown or ambiguous class"),
    "bad_number": Text("数字无效", "bad number"),
    "bad_time": Text("时间无效", "bad time"),
    "bad_datum": Text("坐标基准无效", "bad datum"),
    "bad_fact": Text("事实无效", "bad fact"),
}
_COUNTS: Mapping[str, Text] = {
    "cases": Text("案件", "cases"),
    "other_unit": Text("换单位", "other unit"),
    "undecidable": Text("变为需人工", "undecidable"),
    "decidable": Text("不再需人工", "decidable"),
    "earlier": Text("提前", "earlier"),
    "later": Text("推后", "later"),
}
_QUANTILES = ("p10_h", "p50_h", "p90_h")
_NONE = Text("（无单位）", "(no unit)")


def write_workbook(path: Path, report: Mapping[str, Any], language: str) -> None:
    """Write the tables of `report_of` as .xlsx, with a summary first; `language` zh or en."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, header, rows in _sheets(report, language):
        sheet = book.create_sheet(title)
        for number, row in enumerate([header, *rows], 1):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(number, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"  # a text that begins with = is no formula
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
        for column in range(1, len(header) + 1):
            sheet.cell(1, column).font = Font(bold=True)
            longest = max((len(str(row[column - 1] or "")) for row in (header, *rows)), default=0)
            sheet.column_dimensions[get_column_letter(column)].width = min(max(10, longest * 1.6), 60)
        sheet.freeze_panes = "A2"
    book.save(path)


Sheet = tuple[str, list[str], list[list[Any]]]


def _sheets(report: Mapping[str, Any], language: str) -> list[Sheet]:
    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_language(language)

    def unit(row: Mapping[str, Any]) -> str:
        return f"{row['name']} ({row['unit']})" if row["unit"] else _NONE.in_language(language)

    before, after, cases = say("原", "before"), say("现", "after"), say("案件", "cases")
    because = say("理由", "because")
    class_ = [say("类型", "kind"), say("代码", "code"), say("名称", "name")]
    counts = [title.in_language(language) for title in _COUNTS.values()]
    hours = [
        f"{name[:-2]} {say(*words)}"
        for words in (("小时", "h"), ("工作小时", "working h"))
        for name in _QUANTILES
    ]

    def class_row(row: Mapping[str, Any]) -> list[Any]:
        moved = [row[kind] or {} for kind in ("elapsed", "working")]
        return [
            kind(row),
            *(row[name] for name in ("class", "name", *_COUNTS)),
            *(each.get(name) for each in moved for name in _QUANTILES),
        ]

    def kind(row: Mapping[str, Any]) -> str:
        return KIND_WORDS[row["kind"]].in_language(language)

    def decision(row: Mapping[str, Any], side: str) -> str:
        return DECISION_WORDS[row[side]].in_language(language)

    def example(row: Mapping[str, Any]) -> list[Any]:
        found = row["before"]["class"]
        said = [(outcome(row[side], language), reasons(row[side], language)) for side in ("before", "after")]
        return [
            EXAMPLES[row["kind"]].in_language(language),
            str(row["id"]),
            f"{found['code']} {found['name']}",
            *(value for pair in said for value in pair),
        ]

    return [
        (say("汇总", "Summary"), ["", cases], summary_rows(report, language)),
        (
            say("判定", "Decisions"),
            [before, after, cases],
            [[decision(row, "before"), decision(row, "after"), row["cases"]] for row in report["decisions"]],
        ),
        (
            say("单位", "Units"),
            [say("单位", "unit"), before, after, say("增", "gained"), say("减", "lost")],
            [[unit(row), row["before"], row["after"], row["gained"], row["lost"]] for row in report["units"]],
        ),
        (
            say("单位变动", "Unit changes"),
            [before, after, cases],
            [[unit(row["from"]), unit(row["to"]), row["cases"]] for row in report["unit_changes"]],
        ),
        (
            say("小类", "Classes"),
            [*class_, *counts, *hours],
            [class_row(row) for row in report["classes"]],
        ),
        (
            say("街道", "Streets"),
            [*class_[1:], *counts],
            [
                [row["street"] or say("（区域外）", "(outside)"), *(row[name] for name in ("name", *_COUNTS))]
                for row in report["streets"]
            ],
        ),
        (
            say("截止移动", "Deadlines"),
            ["", say("从（小时）", "from (h)"), say("到（小时）", "to (h)"), cases],
            [
                [title, bin_["from_h"], bin_["to_h"], bin_["n"]]
                for found, title in (
                    (report["deadlines"]["elapsed"], say("经过时间", "as time passes")),
                    (report["deadlines"]["working"], say("工作时间", "as working time")),
                )
                for bin_ in (found["histogram"] if found else ())
            ],
        ),
        (
            say("变为需人工", "Undecidable"),
            [*class_, say("原因", "why"), cases],
            [
                [kind(row), *(row[name] for name in ("class", "name", say("reason", "reason_en"), "cases"))]
                for row in report["needs_decision"]["why"]
            ],
        ),
        (
            say("示例", "Examples"),
            [say("变化", "change"), say("编号", "id"), say("类别", "class"), before, because, after, because],
            [example(row) for row in report["examples"]],
        ),
    ]


def summary_rows(report: Mapping[str, Any], language: str) -> list[list[Any]]:
    """Return the figures that come first, as (words, count)."""
    aside = ASIDE_WORDS
    rows = [
        (f"{report['before']} → {report['after']}", None),
        (Text("案件", "cases").in_language(language), report["cases"]),
        (Text("可比较", "compared").in_language(language), report["compared"]),
        *(
            (
                Text("未比较：", "set aside: ").in_language(language)
                + (aside[name].in_language(language) if name in aside else name),
                count,
            )
            for name, count in report["set_aside"].items()
        ),
        (Text("答案有变化", "another answer").in_language(language), report["changed"]),
        *((MOVE_WORDS[name].in_language(language), report["deadlines"][name]) for name in MOVE_WORDS),
    ]
    return [[*row] for row in rows]


def outcome(answer: Mapping[str, Any], language: str) -> str:
    """Return what one side answers, in a line."""
    unit = answer["unit"]
    parts = (
        DECISION_WORDS[answer["decision"]].in_language(language),
        f"{unit['name']} ({unit['code']})" if unit else None,
        answer["limit"],
        answer["deadline"],
    )
    return "，".join(part for part in parts if part)


def reasons(answer: Mapping[str, Any], language: str) -> str:
    """Return why one side answers so."""
    name = "text_en" if language == "en" else "text"
    wanted: Sequence[Mapping[str, Any]] = [each for each in answer["reasons"] if each["step"] != "place"]
    return "\n".join(each[name] for each in wanted)
