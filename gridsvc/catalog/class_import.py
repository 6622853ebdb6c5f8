"""Import of a class list of any scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, text, update

from gridsvc.catalog.class_extras import add_shipped_extras
from gridsvc.catalog.class_rows import CLASS_HEADERS, LONGEST, Codes, class_of
from gridsvc.catalog.classes import Class, load_classes
from gridsvc.catalog.records import Record, cell_faults, read_records
from gridsvc.catalog.schemes import checked_scheme, first_standard, plain_scheme
from gridsvc.catalog.tables import class_
from gridsvc.errors import Conflict, Fault, InputRefused, Text
from gridsvc.postgres import announce_change

_COMPARED = ("name", "major_code", "major_name", "name_en", "source", "confidence")


@dataclass(frozen=True, slots=True)
class ClassImport:
    """What a class import did: counts, the rows of other standards left out, refused and doubtful cells."""

    scheme: str
    added: int
    updated: int
    unchanged: int
    left_out: Mapping[str, int]
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]


def import_classes(
    connection: Connection,
    path: Path,
    *,
    scheme: str,
    columns: Mapping[str, str] | None = None,
    only: Sequence[tuple[str, str]] = (),
    replace_changed: bool = False,
    skip_invalid: bool = False,
) -> ClassImport:
    """Add the classes of a CSV or XLSX file to `scheme`.

    The code is `code`, or `major_code` and `minor_code` together. `only` holds (column, prefix) pairs: a row
    is taken when each named column begins with one of its prefixes. Without it, a file whose `source` names
    several standards gives the rows of `scheme` and says what it left out. A class already there stays as
    it is, unless `replace_changed`; none is ever removed. Raises InputRefused, or Conflict (class_changed).
    """
    scheme = checked_scheme(scheme)
    records = read_records(
        path,
        CLASS_HEADERS,
        columns=columns or {},
        needed=(("name", "code"), ("name", "major_code", "minor_code")),
    )
    records, left_out = _chosen(records, scheme, only)
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    rows: list[tuple[Record, Class]] = []
    codes = Codes(scheme, records)
    for record in records:
        faults = cell_faults(record, LONGEST)
        made = None if faults else class_of(record, scheme, codes, faults, doubtful)
        refused.extend(faults)
        if made is not None and not faults:
            rows.append((record, made))
    later = _twice(rows, refused)
    rows = [each for each in rows if id(each[0]) not in later]
    doubtful.extend(_same_names(rows))
    if refused and not skip_invalid:
        raise InputRefused(
            "class_list_refused",
            Text(
                f"{path.name}：{len(refused)} 处不能接受，数据库未改动",
                f"{path.name}: {len(refused)} cells cannot be taken; the database is unchanged",
            ),
            faults=refused,
        )
    # Two imports at once take turns, so that the second sees what the first added.
    connection.execute(text("LOCK TABLE class IN SHARE ROW EXCLUSIVE MODE"))
    there = {(each.kind, each.code): each for each in load_classes(connection, scheme)}
    added = [each for _, each in rows if (each.kind, each.code) not in there]
    changed: list[Class] = []
    conflicts: list[Fault] = []
    for record, each in rows:
        old = there.get((each.kind, each.code))
        if old is None:
            continue
        merged = replace(each, **{name: getattr(old, name) for name in _COMPARED if not _given(record, name)})
        differing = [name for name in _COMPARED if getattr(merged, name) != getattr(old, name)]
        if not differing:
            continue
        # What a specification registered by name only is a place-holder for this list.
        if replace_changed or (old.confidence == "local" and "name" not in differing):
            changed.append(merged)
        else:
            conflicts.extend(_changed(record, name, getattr(old, name)) for name in differing)
    if conflicts:
        raise Conflict(
            "class_changed",
            Text(
                f"{scheme} 中已有的类别与 {path.name} 不同，数据库未改动",
                f"classes that {scheme} already has differ in {path.name}; the database is unchanged",
            ),
            remedy=Text("确认要改用文件内容时加 --replace", "add --replace to take what the file says"),
            faults=conflicts,
        )
    if added:
        connection.execute(insert(class_), [each.as_dict() for each in added])
    if changed:
        connection.execute(
            update(class_)
            .where(
                class_.c.scheme == scheme,
                class_.c.kind == bindparam("old_kind"),
                class_.c.code == bindparam("old_code"),
            )
            .values({name: bindparam(name) for name in _COMPARED}),
            [
                {"old_kind": each.kind, "old_code": each.code}
                | {name: getattr(each, name) for name in _COMPARED}
                for each in changed
            ],
        )
    if added or changed:
        add_shipped_extras(connection)
        announce_change(connection, "classes")
    return ClassImport(
        scheme,
        len(added),
        len(changed),
        len(rows) - len(added) - len(changed),
        left_out,
        tuple(refused),
        tuple(doubtful),
    )


def _chosen(
    records: list[Record], scheme: str, only: Sequence[tuple[str, str]]
) -> tuple[list[Record], dict[str, int]]:
    """Return the rows asked for, and how many of each other standard were left out."""
    if only:
        wanted: dict[str, list[str]] = {}
        for column, prefix in only:
            wanted.setdefault(column, []).append(prefix)
        for column in wanted:
            if not any(column in record.headers or column in record.by_header for record in records):
                raise InputRefused(
                    "missing_column",
                    Text(f"--only 的列“{column}”不存在", f"--only: there is no column “{column}”"),
                )
        taken = [record for record in records if all(_begins(record, *each) for each in wanted.items())]
        if not taken:
            raise InputRefused("no_rows", Text("--only 之后没有数据行", "no row is left after --only"))
        return taken, {}
    standards = [first_standard(record.text("source")) for record in records]
    counts = Counter(standard for standard in standards if standard)
    if len(counts) < 2 or plain_scheme(scheme) not in counts:
        return records, {}
    taken = [
        record
        for record, standard in zip(records, standards, strict=True)
        if standard in (None, plain_scheme(scheme))
    ]
    return taken, {name: count for name, count in counts.items() if name != plain_scheme(scheme)}


def _begins(record: Record, column: str, prefixes: Sequence[str]) -> bool:
    value = record.by_header.get(column) or record.text(column)
    return any(value.startswith(prefix) for prefix in prefixes)


def _twice(rows: Sequence[tuple[Record, Class]], refused: list[Fault]) -> set[int]:
    """Return (by identity) the later rows of a code that stands twice, and say so naming both rows."""
    first: dict[tuple[str, str], Record] = {}
    later: set[int] = set()
    for record, each in rows:
        before = first.setdefault((each.kind, each.code), record)
        if before is record:
            continue
        later.add(id(record))
        name = before.text("name")
        where = f"[{before.sheet}] " if before.sheet and before.sheet != record.sheet else ""
        refused.append(
            Fault(
                "duplicate_code",
                Text(
                    f"{each.kind} {each.code} 已在{where}第 {before.row} 行（{name}）",
                    f"{each.kind} {each.code} stands already in {where}row {before.row} ({name})",
                ),
                record.place("code" if record.text("code") else "minor_code"),
                Text(
                    '文件含多个方案时，用 --only source="GB/T …" 只取一个',
                    'if the file holds several schemes, take one by --only source="GB/T …"',
                ),
            )
        )
    return later


def _same_names(rows: Sequence[tuple[Record, Class]]) -> Iterator[Fault]:
    first: dict[tuple[str, str], Class] = {}
    for record, each in rows:
        before = first.setdefault((each.kind, each.name), each)
        if before is not each:
            yield Fault(
                "same_name",
                Text(f"与 {before.code} 同名", f"has the same name as {before.code}"),
                record.place("name"),
            )


def _given(record: Record, field: str) -> bool:
    return field == "major_code" or bool(record.text(field))


def _changed(record: Record, field: str, old: str | None) -> Fault:
    return Fault(
        "class_changed",
        Text(f"库中为“{old}”", f"the database has “{old}”"),
        record.place(field),
    )
