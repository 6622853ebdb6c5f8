"""Who leads and who only helps, as a 处置单位 cell says it: 由甲牵头，乙、丙配合; 甲（主办）、乙（协办）."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEADS = "牵头|主办|主责|主管负责|为主|负责"
_ASSISTS = "配合|协助|协办|协同"
_BETWEEN = "、,，;；。\r\n"
_MARKED = re.compile(f"{_LEADS}|{_ASSISTS}|会同|联办|会办|[:：]")

# 牵头单位：甲 配合单位：乙
_LABEL = re.compile(
    r"(?:^|(?<=[\s、,，;；。)）]))"
    r"(?:(?P<assist>配合|协办|协助|协同|联办|会办)|牵头|主办|主责|责任|负责|主要责任|第一责任|承办|处置)"
    r"(?:责任)?(?:单位|部门|企业|主体)?[:：]"
)
# 甲（牵头）
_BRACKET = re.compile(
    rf"^(?P<body>.+?)[(（](?:(?P<lead>{_LEADS}|第一责任)|(?P<assist>{_ASSISTS}|辅助))(?:单位|部门)?[)）]$"
)
_WORK = r"(?:处置|处理|办理|实施|执法|整治|查处|工作|落实)"
_LEAD_END = re.compile(rf"^由?(?P<body>.+?)(?:共同)?(?P<word>牵头|主办|主责|为主|负责)(?:负责)?{_WORK}?$")
_ASSIST_END = re.compile(
    rf"^由?(?P<body>.+?)(?:共同|积极|予以)?(?:{_ASSISTS})(?:做好|开展|进行)?(?:[\u4e00-\u9fff]{{0,4}}{_WORK})?$"
)
_TOGETHER = re.compile(rf"^会同(?P<body>.+?){_WORK}?$")
# 甲牵头乙配合, 甲会同乙处理: a mark in the middle ends a piece.
_INNER = re.compile(
    rf"(?P<end>(?:牵头|为主)(?:负责|{_WORK})?|(?<=[局门司心位业府办社会队])负责{_WORK}?)(?=[^{_BETWEEN}\s)）:：人])"
    r"|(?<=[局门司心位业府办社会队])(?=会同)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """Bodies of one role as they stand in the cell; `said`: the role follows from what the cell says."""

    role: str
    text: str
    said: bool


def parts_by_role(written: str) -> list[Part]:
    """Cut a cell into parts of one role each, in order; the words that say the role are left out.

    Who is not marked leads, unless somebody else is marked as the one who does (牵头): then they help, and
    `said` is False.
    """
    if not _MARKED.search(written):
        return [Part("lead", written, said=True)]
    if _LABEL.search(written):
        return _labelled(written)
    pieces = re.split(f"([{_BETWEEN}]+)", _INNER.sub(lambda mark: (mark["end"] or "") + "，", written))
    marked: list[tuple[str, str | None, str]] = []  # body, role, separator before it
    led = False
    reach = 0  # the first piece that a mark at the end of a list would speak for
    together = False
    for place in range(0, len(pieces), 2):
        piece = pieces[place].strip()
        before = pieces[place - 1] if place else ""
        if not piece:
            continue
        role, body, whole_list = _role_of(piece)
        led = led or (role == "lead" and not piece.endswith("负责"))
        if role is None and together:
            role = "assist"
        together = piece.startswith("会同") or (together and role == "assist")
        marked.append((body, role, before))
        if role is not None:
            if whole_list:
                # 由 stands before the first of a list, the mark behind its last.
                marked[reach:] = [
                    (each if known else each.removeprefix("由") or each, known or role, cut)
                    for each, known, cut in marked[reach:]
                ]
            reach = len(marked)
    return _joined(marked, led=led)


def _role_of(piece: str) -> tuple[str | None, str, bool]:
    """Return a piece's role, its body, and whether the mark speaks for the whole list before it."""
    if bracket := _BRACKET.match(piece):
        return ("lead" if bracket["lead"] else "assist"), bracket["body"], False
    if together := _TOGETHER.match(piece):
        return "assist", together["body"], False
    if end := _ASSIST_END.match(piece):
        return "assist", end["body"], True
    if end := _LEAD_END.match(piece):
        return "lead", end["body"], True
    return None, piece, False


def _labelled(written: str) -> list[Part]:
    labels = list(_LABEL.finditer(written))
    start = written[: labels[0].start()].strip(_BETWEEN + " \t\u3000")
    parts = parts_by_role(start) if start else []
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        text = written[label.end() : following.start() if following else None]
        parts.append(Part("assist" if label["assist"] else "lead", text, said=True))
    return [
        Part(part.role, text, part.said)
        for part in parts
        if (text := part.text.strip(_BETWEEN + " \t\u3000"))
    ]


def _joined(marked: list[tuple[str, str | None, str]], *, led: bool) -> list[Part]:
    parts: list[Part] = []
    for body, role, cut in marked:
        said = role is not None or not led
        known = role or ("assist" if led else "lead")
        if parts and (parts[-1].role, parts[-1].said) == (known, said):
            parts[-1] = Part(known, parts[-1].text + cut + body, said)
        else:
            parts.append(Part(known, body, said))
    return parts
