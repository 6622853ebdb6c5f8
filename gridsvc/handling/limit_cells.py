"""What a limit cell holds besides one limit: limits by grade, stages with their own limits, a season."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from gridsvc.errors import Fault, Text
from gridsvc.handling.grades import WORDS, Grade, grade_of_match
from gridsvc.handling.limits import Limit, first_limit, parse_limit
from gridsvc.handling.specifications import Stage
from gridsvc.handling.year_days import days_between

_ACTION = re.compile(
    r"制止|停止|停工|停建|处罚|处理|处置|查处|立案|拆除|整改|改正|修复|恢复|清理|清除|清运|清洁|清扫|更换|补装|"
    r"补栽|补植|安装|设置|警示|围挡|围护|防护|到场|到达|赶到|现场|告知|通知|劝离|取缔|完成|完工|验收|抢修|抢险|"
    r"排险|排除|消除|疏通|移交|认定|核实|核查|送达|催告|强制|移除|暂扣|回填|维修|加固|封堵|答复|反馈|初审|审核|办结"
)
_PIECES = re.compile(r"[,;。、/|]")
_ROUND_NAME = re.compile(
    r"^(?:并|再|须|需|应|先|后|在|于|限|为|[:(（-])+|(?:时限|限|须|需|应|在|为|[:)）-])+$"
)
_NOTE = re.compile(r"\([^()]*(?:阶段|分步)[^()]*\)$")
_LIMIT_STARTS = (
    r"(?=[:=]?(?:为|处置时限|时限)?"
    r"(?:[0-9半两]|[一二三四五六七八九十]{1,4}个?(?:工作|紧急|小时|天|日)|立即|尽快))"
)
_GRADED = re.compile(rf"(?:(?<=^)|(?<=[^A-Za-z])){WORDS}{_LIMIT_STARTS}")
_GRADE_BEHIND = re.compile(rf"(?P<limit>[^()]+)\({WORDS}\)")
_SEASON = re.compile(r"^\(?[\u4e00-\u9fff]{0,8}(?:季节|季|期间|期)(?:性|内)?[:(]*")


@dataclass(slots=True)
class LimitCell:
    """A limit cell as it was read.

    `limit`: the plain limit; of several stages the first one's, None where there are only limits by grade.
    `season`: first and last day (MM-DD). `grade_means`: what the words of its grades say that they mean.
    The doubts carry no place; the caller knows it.
    """

    limit: Limit | None = None
    graded: list[tuple[str, str, Limit | None]] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    season: tuple[str, str] | None = None
    grade_means: set[str] = field(default_factory=set)
    doubts: list[Fault] = field(default_factory=list)


@lru_cache(maxsize=20_000)
def read_limit_cell(text: str | None, closing: str | None = None, unit: str = "") -> LimitCell:
    """Read a limit cell; `closing` is the closing condition, which may hold the stages, or their names.

    `unit`: the unit that the header or a column of its own gives to plain numbers, such as 小时. What is
    returned may be shared: a form says the same in most of its cells.
    """
    written = (text or "").strip()
    plain = _plain(written)
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        plain += _plain(unit)
    cell = LimitCell()
    _read_season(plain, cell)
    if cell.season is not None or cell.doubts:
        plain = _without_season(plain)
    if _read_grades(plain, cell):
        return cell
    cell.stages, stage_doubts = _stages(_cut(plain))
    if not cell.stages and closing:
        cell.stages, stage_doubts = _stages_of_closing(plain, closing)
    if cell.stages and (not plain or first_limit(plain) is None or len(_cut(plain)) > 1):
        cell.limit = cell.stages[0].limit
        cell.doubts += stage_doubts
        return cell
    cell.limit, doubts = parse_limit(plain)
    if cell.limit is not None:
        cell.limit = Limit(cell.limit.value, cell.limit.unit, written)
        found = first_limit(plain)
        if found is not None and not cell.stages and not found.before and _is_action(found.after):
            cell.stages = [Stage(_name(found.after), Limit(cell.limit.value, cell.limit.unit, found.text))]
    cell.doubts += doubts
    return cell


def _read_season(plain: str, cell: LimitCell) -> None:
    span = days_between(plain)
    if span is not None and first_limit(span[2] + span[3]) is not None:
        cell.season = span[:2]
    elif _SEASON.match(plain) and first_limit(plain) is not None:
        cell.doubts.append(
            _doubt(
                "season_without_dates",
                "时限限于某个季节，没有写起止日期，按全年计",
                "the limit is for a season without dates; it counts all year",
                Text("写明起止日期，如 3月1日至4月30日", "give its days, such as 3月1日至4月30日"),
            )
        )


def _without_season(plain: str) -> str:
    """Return a limit cell without its season: 植树季节(3月至4月)15工作日 is 15工作日."""
    span = days_between(plain)
    if span is not None and first_limit(span[2] + span[3]) is not None:
        plain = _SEASON.sub("", span[2]).rstrip("(") + span[3].lstrip(")期间内:,")
    return _SEASON.sub("", plain)


def _read_grades(plain: str, cell: LimitCell) -> bool:
    """Read limits by grade (A类2小时,B类4小时; 2小时(A类),4小时(B类)); return whether the cell holds them."""
    marked: list[tuple[Grade, str]] = []
    pieces = _cut(plain)
    behind = [_GRADE_BEHIND.fullmatch(piece) for piece in pieces]
    if pieces and all(behind):
        for match in behind:
            grade = grade_of_match(match) if match else None
            if match is None or grade is None:
                return False
            marked.append((grade, match["limit"]))
    else:
        starts = [
            (match, grade)
            for match in _GRADED.finditer(plain)
            if match[0] and (grade := grade_of_match(match)) is not None
        ]
        # 一般3天 by itself says "usually", a letter or two words are grades.
        alone = len(starts) == 1 and not (starts[0][0]["letter"] or starts[0][0]["numeral"])
        if not starts or starts[0][0].start() != 0 or alone:
            return False
        ends = [match.start() for match, _ in starts[1:]] + [len(plain)]
        marked = [
            (grade, plain[match.end() : end].strip(",;、。/:="))
            for (match, grade), end in zip(starts, ends, strict=True)
        ]
    read = [(grade, words, *parse_limit(words)) for grade, words in marked]
    if any(limit is None and not _says_at_once(doubts) for _, _, limit, doubts in read):
        return False
    for grade, words, limit, doubts in read:
        cell.grade_means |= {grade.means} if grade.means else set()
        cell.doubts += doubts
        if grade.grade in {each for each, _, _ in cell.graded}:
            cell.doubts.append(
                _doubt(
                    "grade_twice",
                    f"{grade.grade} 类的时限写了两次，按第一个",
                    f"grade {grade.grade} has two limits; the first was taken",
                )
            )
            continue
        cell.graded.append((grade.grade, words, limit))
    cell.graded.sort(key=lambda each: each[0])
    return True


def _says_at_once(doubts: Sequence[Fault]) -> bool:
    return [each.code for each in doubts] == ["limit_at_once"]


def _stages_of_closing(plain: str, closing: str) -> tuple[list[Stage], list[Fault]]:
    """Return the stages of the closing cell: with limits of its own, or names for those of the limit cell."""
    names = _cut(_plain(closing))
    stages, doubts = _stages(names)
    if stages:
        return stages, doubts
    limits = _cut(plain)
    if len(limits) < 2 or len(limits) != len(names):
        return [], []
    found = [first_limit(each) for each in limits]
    if not all(each is not None and not each.before and not each.after for each in found):
        return [], []
    return _stages([f"{name}{limit}" for name, limit in zip(names, limits, strict=True)])


def _stages(pieces: Sequence[str]) -> tuple[list[Stage], list[Fault]]:
    """Return the stages of a cell whose every piece is an action with its limit; [] for any other cell."""
    if len(pieces) < 2:
        return [], []
    stages: list[Stage] = []
    doubts: list[Fault] = []
    for piece in pieces:
        found = first_limit(piece)
        if found is None or first_limit(found.after) is not None:
            return [], []
        counts_from = "start"
        before, after = found.before, re.sub(r"^(?:完成|办结)$", "", found.after)
        if before.endswith("后") and _is_action(after):
            counts_from, words = "previous" if stages else "start", after
        elif _is_action(before) and not after:
            words = before
        elif _is_action(after) and not _name(before):
            words = after
        else:
            return [], []
        limit, said = parse_limit(found.text)
        if limit is None:
            return [], []
        doubts += said
        stages.append(Stage(_name(words), limit, counts_from))
    if len({stage.name for stage in stages}) < len(stages):
        return [], []
    for before_, after_ in pairwise(stages):
        shorter = before_.limit.unit == after_.limit.unit and after_.limit.value < before_.limit.value
        if shorter and after_.counts_from == "start":
            doubts.append(
                _doubt(
                    "stages_out_of_order",
                    f"“{after_.name}”的时限比前一步“{before_.name}”短，两者都从开始处置算起",
                    f"“{after_.name}” has less time than “{before_.name}” before it, both from the start",
                    Text("若从前一步算起，写成“…后7天”", "if it counts from the step before, write …后7天"),
                )
            )
    return stages, doubts


def _cut(plain: str) -> list[str]:
    return [piece for piece in _PIECES.split(_NOTE.sub("", plain)) if piece]


def _is_action(words: str) -> bool:
    name = _name(words)
    return 0 < len(name) <= 20 and _ACTION.search(name) is not None and not re.search(r"\d", name)


def _name(words: str) -> str:
    return _ROUND_NAME.sub("", words)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", re.sub(r"[\r\n]+", ";", text.strip())))


def _doubt(code: str, zh: str, en: str, remedy: Text | None = None) -> Fault:
    return Fault(code, Text(zh, en), remedy=remedy)
