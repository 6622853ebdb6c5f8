"""What `gridsvc spec import` says that it did, before it lists the cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gridsvc.cli.output import say
from gridsvc.errors import Text

if TYPE_CHECKING:
    from gridsvc.handling import SpecificationImport

_OUTCOMES = {
    "added": Text("已登记", "added"),
    "unchanged": Text("内容相同，未改动", "the same content is in use; nothing changed"),
    "reinstated": Text("重新启用", "back in use"),
}
_WOULD = {
    "added": Text("将登记", "would be added"),
    "unchanged": _OUTCOMES["unchanged"],
    "reinstated": Text("将重新启用", "would be back in use"),
}
_FIRST = 5
"""Dropped classes that are named; the rest are counted, and all are in the JSON."""
_GRADES = {"area": Text("区域", "areas"), "urgency": Text("紧急程度", "urgencies")}
_WORDS = {"hour": "小时", "day": "天"}


def print_summary(done: SpecificationImport, *, dry_run: bool = False) -> None:
    """Print what was loaded, sheet by sheet, how much of it was understood, and what is left to say.

    `dry_run`: it was undone again, so that the first line says what would be.
    """
    for line in _lines(done, _WOULD if dry_run else _OUTCOMES):
        print(say(line))


def _lines(done: SpecificationImport, outcomes: Mapping[str, Text]) -> list[Text]:
    outcome = outcomes[done.outcome]
    lines = [
        Text(
            f"版本“{done.edition}”（{done.scheme}）{outcome.zh}：{done.clauses} 条，"
            f"{done.minor_classes} 个小类，{done.units} 个单位",
            f"edition “{done.edition}” ({done.scheme}) {outcome.en}: {done.clauses} clauses,"
            f" {done.minor_classes} minor classes, {done.units} units",
        )
    ]
    for sheet in done.sheets:
        name = sheet.name or "CSV"
        zh, en = f"  {name}：{sheet.rows} 行", f"  {name}: {sheet.rows} rows"
        if sheet.clauses:
            zh += f"，{sheet.minor_classes} 个小类，{sheet.clauses} 条有立案条件"
            en += f", {sheet.minor_classes} minor classes, {sheet.clauses} with a filing condition"
        lines.append(Text(zh, en))
    lines.extend(_expressions(done))
    if done.default_policy:
        lines.append(
            Text(
                f"  表中没有责任规则，登记默认规则 {done.rules} 条（--no-policy 则不登记）",
                f"  no rules in the form: {done.rules} of the default policy stored (else --no-policy)",
            )
        )
    elif done.rules:
        lines.append(Text(f"  责任规则 {done.rules} 条", f"  {done.rules} responsibility rules"))
    if done.grade_means is not None:
        means = _GRADES[done.grade_means]
        lines.append(
            Text(f"  时限分级按{means.zh}", f"  the grades of limits, A, B, C, are those of {means.en}")
        )
    if done.new_classes or done.new_units:
        lines.append(
            Text(
                f"  新登记：本地类别 {done.new_classes} 个，单位 {done.new_units} 个",
                f"  registered: {done.new_classes} local classes, {done.new_units} units",
            )
        )
    lines += [
        Text(f"  取代版本“{name}”（保留备查）", f"  supersedes edition “{name}”, which is kept")
        for name in done.withdrawn
    ]
    lines.extend(_dropped(done))
    if done.undeclared:
        words = "、".join(f"“{_WORDS[each]}”" for each in done.undeclared)
        options = " ".join(f"--{each} through|working" for each in done.undeclared)
        lines.append(
            Text(
                f"  时限用到{words}，没有说明是连续计算还是按工作时间，暂按连续计算；请用 {options} 说明",
                f"  limits use plain {words} and nobody said what they count; taken as running through."
                f" Say it by {options}",
            )
        )
    if done.refused:
        lines.append(Text(f"  拒绝 {len(done.refused)} 处", f"  {len(done.refused)} cells refused"))
    lines.append(Text(f"  存疑 {len(done.doubtful)} 处", f"  {len(done.doubtful)} cells doubtful"))
    return lines


def _dropped(done: SpecificationImport) -> list[Text]:
    """Say which classes have no clause any more: their cases would find nobody, and no limit."""
    if not done.dropped:
        return []
    since = (
        Text("此版生效后", "from this edition on")
        if done.effective is None
        else Text(f"{done.effective:%Y-%m-%d} 起", f"from {done.effective:%Y-%m-%d} on")
    )
    count = len(done.dropped)
    names = "、".join(f"{each.code} {each.name}" for each in done.dropped[:_FIRST])
    rest = Text(" 等", " …") if count > _FIRST else Text("", "")
    before = dict.fromkeys(each.before for each in done.dropped)
    zh, en = "、".join(f"“{each}”" for each in before), ", ".join(f"“{each}”" for each in before)
    return [
        Text(
            f"  注意：{zh}中有条款的 {count} 个小类，{since.zh}不再有条款：{names}{rest.zh}",
            f"  note: {count} minor classes of {en} have no clause {since.en}: {names}{rest.en}",
        )
    ]


def _expressions(done: SpecificationImport) -> list[Text]:
    count = done.expressions
    share = f"{int(count.share * 1000) / 10:g} %"  # never rounded up to a whole
    lines = [
        Text(
            f"  处置单位的表述 {count.phrases} 个，读懂 {count.understood} 个（{share}）",
            f"  {count.phrases} phrases in the unit cells, {count.understood} of them understood ({share})",
        )
    ]
    if count.rest:
        rest = "；".join(f"“{each}”" for each in count.rest)
        lines.append(Text(f"    其余：{rest}", f"    the rest: {rest}"))
    return lines
