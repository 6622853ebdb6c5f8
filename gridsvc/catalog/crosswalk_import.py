"""Import of crosswalks between class schemes: a file gives one direction, both are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, text, tuple_

from gridsvc.catalog.classes import KINDS, load_classes
from gridsvc.catalog.crosswalk import INVERSE, RELATIONS
from gridsvc.catalog.records import Record, cell_faults, read_records
from gridsvc.catalog.schemes import checked_scheme
from gridsvc.catalog.tables import class_crosswalk
from gridsvc.errors import Fault, InputRefused, Text
from gridsvc.postgres import announce_change

CROSSWALK_HEADERS: Mapping[str, Sequence[str]] = {
    "from_scheme": ("from_scheme", "原方案", "来源方案"),
    "kind": ("kind", "类型", "部件/事件"),
    "from_code": ("from_code", "原代码", "来源代码"),
    "from_name": ("from_name", "原名称"),
    "to_scheme": ("to_scheme", "目标方案", "对应方案"),
    "to_code": ("to_code", "目标代码", "对应代码"),
    "to_name": ("to_name", "目标名称", "对应名称"),
    "relation": ("relation", "关系"),
    "confidence": ("confidence", "置信度", "可信度"),
    "note": ("note", "说明", "备注"),
    "source": ("source", "依据", "来源"),
}
_LONGEST = {"note": 500, "source": 500}
_NEEDED = ("from_scheme", "kind", "from_code", "to_scheme", "to_code", "relation")
_ORDER = ("same", "renamed", "broader", "narrower", "dropped")

Key = tuple[str, str, str]
End = tuple[Key, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a crosswalk in the direction in which it is written; `to` None: nothing like it there."""

    source_key: Key
    to_scheme: str
    to_code: str | None
    relation: str
    confidence: str
    note: str | None
    source: str

    def both_ways(self) -> list[Line]:
        """Return the line and, when there is a target, what it says the other way round."""
        if self.to_code is None:
            return [self]
        scheme, kind, code = self.source_key
        back = Line(
            (self.to_scheme, kind, self.to_code),
            scheme,
            code,
            INVERSE[self.relation],
            self.confidence,
            self.note,
            self.source,
        )
        return [self, back]


@dataclass(frozen=True, slots=True)
class CrosswalkImport:
    """What an import of links did: lines read, classes linked (both directions), refused cells."""

    lines: int
    linked: int
    refused: tuple[Fault, ...]


def import_crosswalk(connection: Connection, path: Path, *, skip_invalid: bool = False) -> CrosswalkImport:
    """Link classes of two schemes by a CSV or XLSX file, and the other way round.

    All links of a class to one other scheme are replaced by those of the file; classes that the file does
    not name keep theirs. Columns: from_scheme, kind, from_code, to_scheme, to_code (empty: dropped),
    relation, and if wanted confidence, note, source and both names, which are then compared. Raises
    InputRefused (crosswalk_refused).
    """
    records = read_records(path, CROSSWALK_HEADERS, columns={}, needed=(_NEEDED,))
    names = {(each.scheme, each.kind, each.code): each.name for each in load_classes(connection)}
    refused: list[Fault] = []
    lines: list[Line] = []
    seen: dict[tuple[Key, str, str | None], int] = {}
    for record in records:
        faults = cell_faults(record, _LONGEST)
        line = None if faults else _line(record, names, faults)
        if line is not None and not faults:
            key = (line.source_key, line.to_scheme, line.to_code)
            before = seen.setdefault(key, record.row)
            if before != record.row:
                faults.append(_fault(record, "duplicate_link", "from_code", f"与第 {before} 行重复",
                                     f"stands already in row {before}"))  # fmt: skip
        refused.extend(faults)
        if line is not None and not faults:
            lines.append(line)
    if refused and not skip_invalid:
        raise InputRefused(
            "crosswalk_refused",
            Text(
                f"{path.name}：{len(refused)} 处不能接受，数据库未改动",
                f"{path.name}: {len(refused)} cells cannot be taken; the database is unchanged",
            ),
            faults=refused,
        )
    linked = store_lines(connection, lines, replace=True)
    return CrosswalkImport(len(lines), linked, tuple(refused))


def store_lines(connection: Connection, lines: Sequence[Line], *, replace: bool) -> int:
    """Store lines in both directions; return how many classes have got other links than before.

    `replace`: instead of what the classes on their left had to that scheme. Else one that is linked to it
    already keeps its links; “nothing like it” is no link, and gives way to one.
    """
    connection.execute(text("LOCK TABLE class_crosswalk IN SHARE ROW EXCLUSIVE MODE"))
    links = _there(connection)
    before = {key: list(those) for key, those in links.items()}
    if replace:
        for each in lines:
            for old in links.pop((each.source_key, each.to_scheme), ()):
                _forget(links, old)
    else:
        linked = {key for key, those in links.items() if those[0].to_code is not None}
        lines = [each for each in lines if (each.source_key, each.to_scheme) not in linked]
    for line in lines:
        for each in line.both_ways():
            those = links.setdefault((each.source_key, each.to_scheme), [])
            if each.to_code not in {other.to_code for other in those}:
                those.append(each)
    for key, those in links.items():
        named = [each for each in those if each.to_code is not None]
        # Sorting keeps the order of the file among links of one relation.
        links[key] = sorted(named or those, key=lambda each: _ORDER.index(each.relation))
    changed = [key for key in before.keys() | links.keys() if before.get(key, []) != links.get(key, [])]
    if changed:
        _write(connection, {key: links.get(key, []) for key in sorted(changed)})
        announce_change(connection, "classes")
    return len(changed)


def _there(connection: Connection) -> dict[End, list[Line]]:
    links: dict[End, list[Line]] = {}
    for row in connection.execute(select(class_crosswalk).order_by(class_crosswalk.c.ordinal)):
        key = (row.from_scheme, row.from_kind, row.from_code)
        links.setdefault((key, row.to_scheme), []).append(
            Line(key, row.to_scheme, row.to_code, row.relation, row.confidence, row.note, row.source)
        )
    return links


def _forget(links: dict[End, list[Line]], old: Line) -> None:
    """Take out what a link that is to go says the other way round."""
    scheme, kind, code = old.source_key
    if old.to_code is not None:
        back = ((old.to_scheme, kind, old.to_code), scheme)
        links[back] = [each for each in links.get(back, ()) if each.to_code != code]


def _write(connection: Connection, links: Mapping[End, Sequence[Line]]) -> None:
    walk = class_crosswalk.c
    ends = [(*key, scheme) for key, scheme in links]
    for start in range(0, len(ends), 1000):
        connection.execute(
            delete(class_crosswalk).where(
                tuple_(walk.from_scheme, walk.from_kind, walk.from_code, walk.to_scheme).in_(
                    ends[start : start + 1000]
                )
            )
        )
    rows = [
        {
            "from_scheme": key[0],
            "from_kind": key[1],
            "from_code": key[2],
            "to_scheme": scheme,
            "ordinal": ordinal,
            "to_kind": key[1] if each.to_code else None,
            "to_code": each.to_code,
            "relation": each.relation,
            "confidence": each.confidence,
            "note": each.note,
            "source": each.source,
        }
        for (key, scheme), those in links.items()
        for ordinal, each in enumerate(those, 1)
    ]
    if rows:
        connection.execute(insert(class_crosswalk), rows)


def _line(record: Record, names: Mapping[Key, str], faults: list[Fault]) -> Line | None:
    kind, relation = record.text("kind"), record.text("relation")
    if kind not in KINDS:
        faults.append(_fault(record, "bad_kind", "kind", "应为 component 或 event", "component or event"))
    if relation not in RELATIONS:
        known = "、".join(RELATIONS)
        faults.append(
            _fault(record, "bad_relation", "relation", f"应为 {known}", f"one of {', '.join(RELATIONS)}")
        )
    confidence = record.text("confidence") or "local"
    if confidence not in ("found", "inferred", "remembered", "local"):
        faults.append(
            _fault(record, "bad_confidence", "confidence", "应为 found、inferred、remembered 或 local",
                   "found, inferred, remembered or local")
        )  # fmt: skip
    if faults:
        return None
    ends = []
    for side in ("from", "to"):
        scheme, code = checked_scheme(record.text(f"{side}_scheme")), record.text(f"{side}_code")
        ends.append((scheme, code))
        if not code and side == "to":
            continue
        name = names.get((scheme, kind, code))
        said = record.text(f"{side}_name")
        if name is None:
            faults.append(
                _fault(record, "unknown_class", f"{side}_code", f"{scheme} 没有 {kind} {code}",
                       f"{scheme} has no {kind} {code}")
            )  # fmt: skip
        elif said and said != name:
            faults.append(
                _fault(record, "other_name", f"{side}_name", f"{code} 在库中是“{name}”",
                       f"the database calls {code} “{name}”")
            )  # fmt: skip
    (scheme, code), (to_scheme, to_code) = ends
    if scheme == to_scheme:
        faults.append(_fault(record, "one_scheme", "to_scheme", "两端是同一方案", "both ends are of one"))
    if (relation == "dropped") is bool(to_code):
        faults.append(
            _fault(record, "dropped_with_target", "relation", "dropped 不能有对应代码，其他关系必须有",
                   "dropped has no target, every other relation has one")
        )  # fmt: skip
    return Line(
        (scheme, kind, code),
        to_scheme,
        to_code or None,
        relation,
        confidence,
        record.text("note") or None,
        record.text("source") or record.file,
    )


def _fault(record: Record, code: str, field: str, zh: str, en: str) -> Fault:
    return Fault(code, Text(zh, en), record.place(field))
