"""Import of a handling specification from a file: reading, checking against what is loaded, storing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from gridsvc.catalog import (
    KINDS,
    checked_scheme,
    load_classes,
    load_units,
    normalised_name,
    register_classes,
)
from gridsvc.errors import Fault, InputRefused, Text, WrongUsage
from gridsvc.handling.class_matching import fitting_scheme, match_classes
from gridsvc.handling.digests import content_digest
from gridsvc.handling.drafts import DraftClass
from gridsvc.handling.dropped_classes import DroppedClass, dropped_classes
from gridsvc.handling.editions import Edition, add_edition, keep_edition
from gridsvc.handling.findings import find_doubts
from gridsvc.handling.forms import FormSheet
from gridsvc.handling.grades import GRADE_MEANS
from gridsvc.handling.import_counts import ExpressionCount, count_expressions, undeclared
from gridsvc.handling.named_units import named_units, registered
from gridsvc.handling.policy import default_rules
from gridsvc.handling.specification_reading import SpecificationFile, read_specification
from gridsvc.handling.workbook import (
    check_rule_classes,
    check_units,
    leave_out,
    register_units_and_calendars,
)
from gridsvc.postgres import announce_change
from gridsvc.settings import get_settings


@dataclass(frozen=True, slots=True)
class SheetCount:
    """What a sheet held: rows below its header, minor classes, rows with a filing condition."""

    name: str | None
    rows: int
    minor_classes: int
    clauses: int


@dataclass(frozen=True, slots=True)
class SpecificationImport:
    """What a specification import did.

    `outcome`: added; unchanged (the same content is in use already); reinstated (it had been withdrawn).
    `withdrawn` names the editions that this one supersedes; `units` counts the organisations named, `rules`
    the responsibility rules (`default_policy`: those that the form lacked). `undeclared`: hour and day, where
    plain 小时 and 天 are used and nobody said what they count. `dropped`: the classes that had clauses in the
    edition before and have none from this one on.
    """

    edition: str
    outcome: str
    scheme: str
    effective: datetime | None
    clauses: int
    minor_classes: int
    units: int
    new_classes: int
    new_units: int
    rules: int
    default_policy: bool
    grade_means: str | None
    undeclared: tuple[str, ...]
    expressions: ExpressionCount
    sheets: tuple[SheetCount, ...]
    withdrawn: tuple[str, ...]
    dropped: tuple[DroppedClass, ...]
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]


def import_specification(
    connection: Connection,
    path: Path,
    *,
    edition: str | None = None,
    scheme: str | None = None,
    kind: str | None = None,
    effective: datetime | None = None,
    hour_means: str | None = None,
    day_means: str | None = None,
    grade_means: str | None = None,
    policy: bool = True,
    skip_invalid: bool = False,
) -> SpecificationImport:
    """Read a specification (the municipal form as XLSX or CSV, or our own workbook) and store an edition.

    What is given goes before what the file says of itself. `scheme` None: the one whose loaded classes agree
    best with the form. `effective` (aware) None: valid from ever. `hour_means`, `day_means` (through,
    working), `grade_means` (area, urgency) None: nobody said so. `policy`: a form without rules gets those
    of the default policy. Units and classes that nothing loaded has are registered; a workbook's own units
    and calendars are stored before. A new edition withdraws those of the same scheme and date whose kinds it
    has too; withdrawn editions and their clauses stay. Nothing is changed when it raises.

    Raises InputRefused (specification_refused with every cell, and what reading the file raises), Conflict
    (edition_exists, editions_overlap), WrongUsage.
    """
    _check(edition, kind, effective, hour_means, day_means, grade_means)
    if scheme is not None:
        scheme = checked_scheme(scheme)
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    read = read_specification(
        path,
        scheme=scheme,
        kind=kind,
        grade_means=grade_means,
        zone=get_settings().zone,
        refused=refused,
        doubtful=doubtful,
    )
    form = read.specification
    form.name, form.effective = edition or form.name, effective or form.effective
    form.hour_means, form.day_means = hour_means or form.hour_means, day_means or form.day_means
    form.scheme = scheme or form.scheme
    with connection.begin_nested():
        return _store(connection, path, read, refused, doubtful, policy=policy, skip_invalid=skip_invalid)


def _store(
    connection: Connection,
    path: Path,
    read: SpecificationFile,
    refused: list[Fault],
    doubtful: list[Fault],
    *,
    policy: bool,
    skip_invalid: bool,
) -> SpecificationImport:
    form, sheets = read.specification, read.sheets
    # Two imports at once take turns: the second sees the classes, units and editions of the first.
    connection.execute(text("LOCK TABLE class, unit, specification_edition IN SHARE ROW EXCLUSIVE MODE"))
    if read.workbook is not None:
        register_units_and_calendars(connection, read.workbook, path.name, refused, doubtful)
    loaded = load_classes(connection)
    scheme = form.scheme or fitting_scheme(form.classes, loaded)
    drafts, local = match_classes(form.classes, scheme, loaded, refused, doubtful)
    kinds = frozenset(each.kind for each in drafts)
    if read.workbook is not None:
        of_scheme = [each for each in loaded if each.scheme == scheme]
        units, listed = load_units(connection), bool(read.workbook.units)
        check_rule_classes(form.rules or (), drafts, of_scheme, refused)
        check_units(form.rules or (), drafts, units, listed=listed, refused=refused)
        form.classes = drafts
        leave_out(form, refused)
        drafts = form.classes
    rules = form.rules
    if rules is None:
        rules = default_rules(kinds) if policy else ()
    doubtful.extend(find_doubts(sheets, drafts))
    if refused and not skip_invalid:
        raise InputRefused(
            "specification_refused",
            Text(
                f"{path.name}：{len(refused)} 处不能接受，数据库未改动",
                f"{path.name}: {len(refused)} cells cannot be taken; the database is unchanged",
            ),
            faults=_in_order(refused, sheets),
        )
    if not drafts:
        raise InputRefused(
            "no_rows", Text(f"{path.name} 中没有可用的条款", f"{path.name} holds no clause that can be used")
        )
    codes, missing = named_units(connection, drafts, rules, doubtful)
    wanted = Edition(
        name=form.name,
        stem=re.sub(r"[\x00-\x1f]+", " ", path.stem)[:150].strip() or "specification",
        scheme=scheme,
        effective=form.effective,
        hour_means=form.hour_means or "through",
        day_means=form.day_means or "through",
        hour_declared=form.hour_means is not None,
        day_declared=form.day_means is not None,
        grade_means=form.grade_means,
        source=(read.workbook.source if read.workbook else None) or path.name,
        digest=content_digest(
            drafts, rules, scheme, form.effective, (form.hour_means, form.day_means, form.grade_means)
        ),
        kinds=kinds,
    )
    dropped = dropped_classes(connection, drafts, scheme, form.effective, loaded)
    stored, new_units = keep_edition(connection, wanted), 0
    if stored is None:
        register_classes(connection, local)
        codes, new_units = registered(connection, codes, missing)
        stored = add_edition(connection, wanted, drafts, codes, rules)
    if stored.outcome != "unchanged":
        announce_change(connection, "specification")
    if local and stored.outcome == "added":
        announce_change(connection, "classes")
    if new_units:
        announce_change(connection, "units")
    return SpecificationImport(
        edition=stored.name,
        outcome=stored.outcome,
        scheme=scheme,
        effective=form.effective,
        clauses=sum(len(each.clauses) for each in drafts),
        minor_classes=len(drafts),
        units=len({codes.get(name, normalised_name(name)) for name in (*codes, *missing)}),
        new_classes=len(local) if stored.outcome == "added" else 0,
        new_units=new_units,
        rules=len(rules),
        default_policy=form.rules is None and bool(rules),
        grade_means=form.grade_means,
        undeclared=tuple(undeclared(drafts, form)),
        expressions=count_expressions(drafts),
        sheets=tuple(_count(sheet, drafts) for sheet in sheets),
        withdrawn=stored.withdrawn,
        dropped=dropped,
        refused=tuple(_in_order(refused, sheets)),
        doubtful=tuple(_in_order(doubtful, sheets)),
    )


def _check(
    edition: str | None,
    kind: str | None,
    effective: datetime | None,
    hour_means: str | None,
    day_means: str | None,
    grade_means: str | None,
) -> None:
    for name, value, known in (
        ("kind", kind, (None, *KINDS)),
        ("hour", hour_means, (None, "through", "working")),
        ("day", day_means, (None, "through", "working")),
        ("grade", grade_means, (None, *GRADE_MEANS)),
    ):
        if value not in known:
            words = " / ".join(str(word) for word in known if word)
            raise WrongUsage(f"bad_{name}", Text(f"--{name} 只能是 {words}", f"--{name} is one of {words}"))
    if effective is not None and effective.tzinfo is None:
        raise WrongUsage("bad_time", Text("生效时间缺少时区", "the effective instant has no time zone"))
    if edition is not None and (
        not edition.strip() or len(edition) > 200 or re.search(r"[\x00-\x1f]", edition)
    ):
        raise WrongUsage(
            "bad_edition",
            Text("版本名须为 1 至 200 个可见字符", "an edition's name is 1 to 200 visible characters"),
        )


def _count(sheet: FormSheet, drafts: Sequence[DraftClass]) -> SheetCount:
    clauses = Counter(
        id(draft) for draft in drafts for clause in draft.clauses if clause.row.sheet == sheet.name
    )
    return SheetCount(sheet.name, len(sheet.rows), len(clauses), sum(clauses.values()))


def _in_order(faults: Sequence[Fault], sheets: Sequence[FormSheet]) -> list[Fault]:
    """Return findings as somebody going through the file meets them."""
    places = {sheet.name: number for number, sheet in enumerate(sheets)}
    return sorted(
        faults, key=lambda fault: (places.get(fault.place.sheet, -1), fault.place.row or 0, fault.code)
    )
