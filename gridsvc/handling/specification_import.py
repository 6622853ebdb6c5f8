"""Import of a handling specification from the municipal form."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection, text

from gridsvc.catalog import (
    KINDS,
    checked_scheme,
    load_classes,
    load_units,
    normalised_name,
    register_classes,
    register_units,
)
from gridsvc.errors import Fault, InputRefused, Text, WrongUsage
from gridsvc.handling.class_matching import fitting_scheme, match_classes
from gridsvc.handling.drafts import DraftClass, DraftClause, draft_classes
from gridsvc.handling.editions import Edition, add_edition, keep_edition
from gridsvc.handling.findings import MOST_NAMES_COMPARED, find_doubts
from gridsvc.handling.forms import FormSheet, read_form
from gridsvc.handling.near_names import near
from gridsvc.postgres import announce_change


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
    `withdrawn` names the editions that this one supersedes; `units` counts the organisations named.
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
    sheets: tuple[SheetCount, ...]
    withdrawn: tuple[str, ...]
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
    hour_means: str = "through",
    day_means: str = "through",
    skip_invalid: bool = False,
) -> SpecificationImport:
    """Read the form (XLSX, or CSV with the same columns) and store it as an edition.

    `scheme` None: the one whose loaded classes agree best with the form. `effective` (aware) None: valid
    from ever. Units and classes that nothing loaded has are registered. A new edition withdraws those of the
    same scheme and date whose kinds it has too; withdrawn editions and their clauses stay.

    Raises InputRefused (specification_refused with every cell, and what reading the file raises), Conflict
    (edition_exists, editions_overlap), WrongUsage.
    """
    _check(edition, kind, effective, hour_means, day_means)
    if scheme is not None:
        scheme = checked_scheme(scheme)
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    sheets = read_form(path, kind, refused, doubtful)
    drafts = draft_classes(sheets, scheme, refused, doubtful)
    # Two imports at once take turns: the second sees the classes, units and editions of the first.
    connection.execute(text("LOCK TABLE class, unit, specification_edition IN SHARE ROW EXCLUSIVE MODE"))
    loaded = load_classes(connection)
    scheme = scheme or fitting_scheme(drafts, loaded)
    drafts, local = match_classes(drafts, scheme, loaded, refused, doubtful)
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
    codes, missing = _units(connection, drafts, doubtful)
    wanted = Edition(
        name=edition,
        stem=re.sub(r"[\x00-\x1f]+", " ", path.stem)[:150].strip() or "specification",
        scheme=scheme,
        effective=effective,
        hour_means=hour_means,
        day_means=day_means,
        source=path.name,
        digest=_digest(drafts, scheme, effective, hour_means, day_means),
        kinds=frozenset(each.kind for each in drafts),
    )
    stored, new_units = keep_edition(connection, wanted), 0
    if stored is None:
        register_classes(connection, local)
        codes, new_units = _registered(connection, codes, missing)
        stored = add_edition(connection, wanted, drafts, codes)
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
        effective=effective,
        clauses=sum(len(each.clauses) for each in drafts),
        minor_classes=len(drafts),
        units=len({codes.get(name, normalised_name(name)) for name in (*codes, *missing)}),
        new_classes=len(local) if stored.outcome == "added" else 0,
        new_units=new_units,
        sheets=tuple(_count(sheet, drafts) for sheet in sheets),
        withdrawn=stored.withdrawn,
        refused=tuple(_in_order(refused, sheets)),
        doubtful=tuple(_in_order(doubtful, sheets)),
    )


def _check(
    edition: str | None, kind: str | None, effective: datetime | None, hour_means: str, day_means: str
) -> None:
    for name, value, known in (
        ("kind", kind, (None, *KINDS)),
        ("hour", hour_means, ("through", "working")),
        ("day", day_means, ("through", "working")),
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


def _units(
    connection: Connection, drafts: Sequence[DraftClass], doubtful: list[Fault]
) -> tuple[dict[str, str], list[str]]:
    """Return the codes of the named units that are loaded, by name, and the names that are not."""
    loaded = load_units(connection)
    exact = {each.name: each.code for each in loaded}
    alike = {normalised_name(each.name): each.code for each in loaded}
    first: dict[str, DraftClause] = {}
    for draft in drafts:
        for clause in draft.clauses:
            for unit in clause.units:
                if unit.means == "named":
                    first.setdefault(unit.text, clause)
    codes = {
        name: code
        for name in first
        if (code := exact.get(name) or alike.get(normalised_name(name))) is not None
    }
    missing = [name for name in first if name not in codes]
    if loaded and len(missing) <= MOST_NAMES_COMPARED:
        for name in missing:
            close = next((each for each in loaded if near(name, each.name)), None)
            if close is not None:
                doubtful.append(
                    first[name].units_row.fault(
                        "unit_near_loaded",
                        "units",
                        f"“{name}”与已有单位“{close.name}”（{close.code}）可能相同，另行登记",
                        f"“{name}” may be the unit “{close.name}” ({close.code}); registered by itself",
                        Text("统一名称后重新导入", "make the names agree and import again"),
                    )
                )
    return codes, missing


def _registered(
    connection: Connection, codes: dict[str, str], missing: Sequence[str]
) -> tuple[dict[str, str], int]:
    """Register the missing units; return the codes of all, and how many were new."""
    # Two spellings that differ only in blanks or width are one unit.
    spelt: dict[str, str] = {}
    for name in missing:
        spelt.setdefault(normalised_name(name), name)
    new = register_units(connection, list(spelt.values()))
    return codes | {name: new[spelt[normalised_name(name)]] for name in missing}, len(new)


def _digest(
    drafts: Sequence[DraftClass], scheme: str, effective: datetime | None, hour_means: str, day_means: str
) -> str:
    clauses = [
        [
            draft.kind,
            draft.code,
            clause.condition,
            clause.closing,
            clause.responsible_text,
            clause.supervising_text,
            clause.limit_text,
            str(clause.limit.value) if clause.limit else None,
            clause.limit.unit if clause.limit else None,
            [[unit.means, unit.text] for unit in clause.units],
        ]
        for draft in sorted(drafts, key=lambda each: (each.kind, each.code))
        for clause in draft.clauses
    ]
    stamp = effective.timestamp() if effective else None
    return hashlib.sha256(orjson.dumps([scheme, stamp, hour_means, day_means, clauses])).hexdigest()


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
