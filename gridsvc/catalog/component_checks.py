"""What may be wrong with the words of an inventory: ids, classes, states, dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gridsvc.catalog.classes import Class
from gridsvc.catalog.component_ids import component_id_fault, parse_component_id
from gridsvc.catalog.component_notes import Noted
from gridsvc.catalog.units import normalised_name
from gridsvc.errors import Text

STATES = {
    "in_use": ("完好", "正常", "在用", "使用", "现状"),
    "damaged": ("破损", "损坏", "损毁"),
    "lost": ("丢失", "缺失"),
    "abandoned": ("废弃", "停用"),
    "removed": ("移除", "拆除"),
}
"""GB/T 47678.5-2026: 完好 破损 丢失 废弃 移除, and the words of older layers."""
_STATE_OF = {word: state for state, words in STATES.items() for word in (state, *words)}
_LONGEST = 64


def check_ids(noted: Noted, scheme: str, *, free: bool) -> None:
    """Refuse ids that are blank, come twice, or (unless `free`) break the rule of the scheme's standard."""
    first: dict[str, int] = {}
    for k, given in enumerate(noted.file.fields["id"]):
        # A wrong class in the id is a doubt, and comes with the class.
        fault = None if free and given else component_id_fault(given, scheme=scheme)
        if fault is not None:
            noted.refuse(k, fault.code, fault.message, fault.remedy, "id")
        elif len(given) > _LONGEST or not given.isprintable():
            noted.refuse(
                k,
                "bad_component_id",
                Text(
                    f"标识码须在 {_LONGEST} 个字符以内，且不含控制字符。",
                    f"An id has at most {_LONGEST} characters and no control characters.",
                ),
                at="id",
            )
        elif first.setdefault(given, k) != k:
            row = noted.file.place(first[given]).row
            noted.refuse(
                k,
                "duplicate_id",
                Text(f"标识码 {given} 与第 {row} 行重复。", f"Row {row} has the id {given} already."),
                Text("每个部件一个标识码。", "One id for each component."),
                "id",
            )


def class_codes(noted: Noted, classes: Sequence[Class], *, free: bool) -> list[str]:
    """Return the class of each component ("" where refused): by code, by name, or from the standard's id."""
    codes = {each.code for each in classes}
    by_name: dict[str, list[str]] = {}
    for each in classes:
        by_name.setdefault(normalised_name(each.name), []).append(each.code)
    given = noted.file.fields.get("class")
    found: list[str] = []
    for k, identifier in enumerate(noted.file.fields["id"]):
        if k in noted.out:
            found.append("")
            continue
        of_id = None
        if not free and component_id_fault(identifier) is None:
            of_id = parse_component_id(identifier).class_code
        said = (given[k] if given is not None else "") or of_id or ""
        named = by_name.get(normalised_name(said), [])
        code = said if said in codes else named[0] if len(named) == 1 else ""
        found.append(code)
        if not code:
            noted.refuse(
                k,
                "unknown_class",
                Text(
                    f"方案中没有部件类别“{said[:40]}”。", f"The scheme has no component class {said[:40]!r}."
                ),
                Text(
                    "核对 --scheme，或先用 class import 导入。", "Check --scheme, or import the class list."
                ),
                "class" if given is not None else "id",
            )
        elif of_id is not None and of_id != code:
            noted.doubt(
                k,
                "component_id_of_other_class",
                Text(
                    f"标识码中的类别 {of_id} 与所填类别 {code} 不一致，以所填为准。",
                    f"The id names the class {of_id}, its row the class {code}, which counts.",
                ),
                at="id",
            )
    return found


def states(noted: Noted) -> list[str]:
    """Return the state of each component; a blank one is in use."""
    given = noted.file.fields.get("state") or [""] * len(noted.file)
    found = []
    for k, word in enumerate(given):
        state = _STATE_OF.get(word.casefold()) if word else "in_use"
        if state is None:
            known = "、".join(words[0] for words in STATES.values())
            noted.refuse(
                k,
                "unknown_state",
                Text(f"没有状态“{word[:40]}”。", f"There is no state {word[:40]!r}."),
                Text(f"可用：{known}。", f"Use one of: {', '.join(STATES)}."),
                "state",
            )
        found.append(state or "")
    return found


def location_classes(noted: Noted) -> list[str | None]:
    """Return A, B or C; what is none of them is doubtful and left blank."""
    found: list[str | None] = []
    for k, word in enumerate(noted.file.fields.get("location_class") or [""] * len(noted.file)):
        good = word.upper() if word.upper() in ("A", "B", "C") else None
        if word and good is None:
            noted.doubt(
                k,
                "unknown_location_class",
                Text("定位精度应为 A、B 或 C。", "It is A, B or C."),
                at="location_class",
            )
        found.append(good)
    return found


def survey_dates(noted: Noted, zone: ZoneInfo) -> list[date | None]:
    """Return the day of each survey in `zone`; what is no date is doubtful and left blank."""
    given = noted.file.fields.get("surveyed_on")
    if given is None or not any(given):
        return [None] * len(noted.file)
    import pyarrow as pa

    from gridsvc.tabular import MISSING_INSTANT, instants

    read, bad = instants(pa.chunked_array([pa.array(given, pa.string())]), zone)
    days = [None if each == MISSING_INSTANT else _day(each, zone) for each in read.tolist()]
    for k, (word, day) in enumerate(zip(given, days, strict=True)):
        if bad[k] or (word and day is None):
            noted.doubt(
                k, "bad_date", Text("不是日期，留空。", "It is no date, and left blank."), at="surveyed_on"
            )
    return days


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _day(microseconds: int, zone: ZoneInfo) -> date | None:
    try:
        return (_EPOCH + timedelta(microseconds=microseconds)).astimezone(zone).date()
    except OverflowError:  # before the year 1 or after 9999
        return None
