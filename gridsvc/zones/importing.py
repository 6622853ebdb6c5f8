"""`import_zones`: a file of polygons or of cells becomes the zones of one kind from a date on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from gridsvc.catalog import load_units, normalised_name
from gridsvc.errors import Fault, InputRefused, Place, Text, WrongUsage
from gridsvc.geography import outlines_in_degrees
from gridsvc.zones.cells import Cells, load_cells
from gridsvc.zones.drafts import Draft, Notes, check_fields
from gridsvc.zones.kinds import NEEDS_VALUE, VALUE_WORDS, check_kind, value_of
from gridsvc.zones.polygon_file import read_polygon_zones
from gridsvc.zones.publishing import NewZones, Published, publish
from gridsvc.zones.table_file import TABLES, read_table_zones


@dataclass(frozen=True, slots=True)
class ZoneImport:
    """What an import of zones did; the faults are in the order of the file.

    `zones` counts those of the file that hold now: begun, or unchanged from before. `ended`: those that held
    until the date; `withdrawn`: those that an earlier import had begun at the same date; `resumed`: those of
    both that come back when the new ones end.
    """

    kind: str
    given_as: str
    effective_from: datetime | None
    effective_to: datetime | None
    edition: str | None
    zones: int
    begun: int
    unchanged: int
    ended: tuple[str, ...]
    withdrawn: tuple[str, ...]
    resumed: tuple[str, ...]
    without_unit: int
    refused: tuple[Fault, ...]
    repaired: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "kind": self.kind,
            "given_as": self.given_as,
            "effective_from": None if self.effective_from is None else self.effective_from.isoformat(),
            "effective_to": None if self.effective_to is None else self.effective_to.isoformat(),
            "edition": self.edition,
            "zones": self.zones,
            "begun": self.begun,
            "unchanged": self.unchanged,
            "ended": list(self.ended),
            "withdrawn": list(self.withdrawn),
            "resumed": list(self.resumed),
            "without_unit": self.without_unit,
            "refused": [fault.as_dict() for fault in self.refused],
            "repaired": [fault.as_dict() for fault in self.repaired],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }


def import_zones(
    connection: Connection,
    path: Path,
    *,
    kind: str,
    columns: Mapping[str, str] | None = None,
    effective: datetime | None = None,
    until: datetime | None = None,
    only_these: bool = False,
    datum: str | None = None,
    layer: str | None = None,
    srid: int | None = None,
    repair: bool = False,
    skip_invalid: bool = False,
    source_name: str | None = None,
) -> ZoneImport:
    """Load the zones of `kind` that hold from `effective` (None: ever) to `until` (None: open).

    A table (CSV, XLSX) gives each zone as cells of the edition in force at `effective`, any other file as
    polygons, whose deciding geometry is in millimetres of EPSG:`srid` (by default that of the cells).
    `columns` names the columns of `code, name, unit, value, cells`; well-known headers are recognised. Zones
    of a kind that is a fact (`VALUE_WORDS`) say by their value what their ground is. In that time
    they are all the zones of the kind, see `publish`; with `only_these` all of the same codes.

    All faults are collected first: raises InputRefused (`zones_refused`) with them and changes nothing,
    unless `skip_invalid` leaves the refused rows out.
    """
    check_kind(kind)
    named = dict(columns or {})
    check_fields(named)
    if "value" in named and kind not in VALUE_WORDS:
        raise WrongUsage(
            "no_values",
            Text(f"“{kind}”类责任网格没有取值。", f"Zones of the kind {kind!r} have no values."),
            remedy=Text(
                "有取值的类型：" + "、".join(VALUE_WORDS), "Kinds with values: " + ", ".join(VALUE_WORDS)
            ),
        )
    if until is not None and effective is not None and until <= effective:
        raise WrongUsage(
            "dates_reversed",
            Text("--until 不晚于 --effective。", "--until is not after --effective."),
            remedy=Text("终止日期应晚于生效日期。", "The zones must end after they begin."),
        )
    notes = Notes()
    cells = load_cells(connection, effective)
    table = path.suffix.lower() in TABLES
    if table:
        if cells is None:
            raise InputRefused(
                "no_cells_loaded",
                Text("尚未导入单元网格，无法核对编码。", "No cells are loaded to check the codes against."),
                place=Place(file=path.name),
                remedy=Text(
                    "先用 area import --level cell 导入。", "Import them by area import --level cell."
                ),
            )
        found = read_table_zones(path, named, cells, notes)
        drafts = _with_values(kind, _with_units(connection, found, notes), notes)
        new = _of_cells(kind, drafts, cells)
        _doubt_shared_cells(drafts, notes)
    else:
        if "cells" in named:
            raise WrongUsage(
                "cells_of_polygons",
                Text(
                    "带图形的文件以图形为准，不用 --cells；单元网格清单请用 CSV 或 XLSX。",
                    "A vector file counts by its shapes, not by --cells; give a list as CSV or XLSX.",
                ),
            )
        srid = srid or (cells.edition.srid if cells is not None else None)
        found, outlines = read_polygon_zones(
            path, named, notes, datum=datum, layer=layer, srid=srid, repair=repair
        )
        drafts = _with_values(kind, _with_units(connection, found, notes), notes)
        chosen = np.array([draft.feature for draft in drafts], dtype=np.int64)
        new = NewZones(
            kind, "polygon", outlines.srid, *_words(drafts), [()] * len(drafts),
            outlines.geometries[chosen], outlines.geom_mm[chosen],
        )  # fmt: skip
    if (notes.refused and not skip_invalid) or not drafts:
        raise notes.refusal(path.name)
    done = publish(
        connection,
        new,
        effective=effective,
        until=until,
        only_these=only_these,
        source=source_name or path.name,
    )
    _doubt_dates(path, done, notes)
    return ZoneImport(
        kind=kind,
        given_as=new.given_as,
        effective_from=effective,
        effective_to=done.until,
        edition=cells.edition.name if cells is not None else None,
        zones=len(drafts),
        begun=len(done.begun),
        unchanged=len(done.unchanged),
        ended=done.ended,
        withdrawn=done.withdrawn,
        resumed=done.resumed,
        without_unit=sum(draft.unit_code is None for draft in drafts),
        refused=_ordered(notes.refused),
        repaired=_ordered(notes.repaired),
        doubtful=_ordered(notes.doubtful),
    )


def _ordered(found: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(found, key=lambda fault: fault.place.row or 0))


def _with_units(connection: Connection, drafts: Mapping[str, Draft], notes: Notes) -> list[Draft]:
    """Return the drafts sorted by code, each with its unit's code; a unit that is not there is refused."""
    units = load_units(connection)
    codes = {each.code for each in units}
    by_name = {normalised_name(each.name): each.code for each in units}
    kept: list[Draft] = []
    for _, draft in sorted(drafts.items()):
        draft.unit_code = draft.unit if draft.unit in codes else by_name.get(normalised_name(draft.unit))
        if draft.unit and draft.unit_code is None:
            notes.refuse(
                "unknown_unit",
                Text(f"没有责任单位“{draft.unit[:80]}”。", f"There is no unit {draft.unit[:80]!r}."),
                draft.unit_place,
                Text("用单位编码或全称；先用 unit import 导入。", "Give its code or name; import it first."),
            )
            continue
        if not draft.unit:
            notes.doubt(
                "no_unit",
                Text(f"责任网格 {draft.code} 没有责任单位。", f"The zone {draft.code} has no unit."),
                draft.unit_place,
            )
        kept.append(draft)
    return kept


def _with_values(kind: str, drafts: list[Draft], notes: Notes) -> list[Draft]:
    """Return the drafts with the values that their kind knows; words that mean none are refused."""
    if kind not in VALUE_WORDS:
        for draft in drafts:
            draft.value = ""
        return drafts
    if kind in NEEDS_VALUE:
        # What its ground is concerns no unit.
        notes.doubtful = [each for each in notes.doubtful if each.code not in ("no_unit", "no_unit_column")]
    kept: list[Draft] = []
    for draft in drafts:
        value = value_of(kind, draft.value)
        if value is None and (draft.value or kind in NEEDS_VALUE):
            words = "、".join(spellings[0] for spellings in VALUE_WORDS[kind].values())
            notes.refuse(
                "bad_value" if draft.value else "no_value",
                Text(f"“{draft.value}”不是这类责任网格的取值。", f"{draft.value!r} is no value of this kind.")
                if draft.value
                else Text(f"责任网格 {draft.code} 没有取值。", f"The zone {draft.code} has no value."),
                draft.value_place,
                Text(f"可用：{words}。", f"Use one of {', '.join(VALUE_WORDS[kind])}.")
                if words
                else Text(
                    "补上取值，或用 --value 指定另一列。", "Fill it in, or name the column by --value."
                ),
            )
            continue
        if value is None and kind == "construction_site":
            notes.doubt(
                "handover_unknown",
                Text(
                    f"工地 {draft.code} 未注明是否移交，按不明处理。",
                    f"Whether the site {draft.code} is handed over is not said: it stays unknown.",
                ),
                draft.value_place,
            )
        draft.value = value or ""
        kept.append(draft)
    return kept


def _words(
    drafts: list[Draft],
) -> tuple[list[str], list[str], list[str | None], list[str | None]]:
    return (
        [draft.code for draft in drafts],
        [draft.name or draft.code for draft in drafts],
        [draft.unit_code for draft in drafts],
        [draft.value or None for draft in drafts],
    )


def _of_cells(kind: str, drafts: list[Draft], cells: Cells) -> NewZones:
    geom_mm = np.empty(len(drafts), dtype=object)
    for k, draft in enumerate(drafts):
        geom_mm[k] = cells.union([cells.number[code] for code in draft.cells])
    srid = cells.edition.srid
    listed = [tuple(sorted(draft.cells)) for draft in drafts]
    return NewZones(kind, "cells", srid, *_words(drafts), listed, outlines_in_degrees(geom_mm, srid), geom_mm)


def _doubt_shared_cells(drafts: list[Draft], notes: Notes) -> None:
    counted = Counter(cell for draft in drafts for cell in draft.cells)
    first: dict[str, Draft] = {}
    for draft in drafts:
        for cell, place in draft.cells.items():
            if counted[cell] > 1 and first.setdefault(cell, draft) is not draft:
                notes.doubt(
                    "cell_in_several_zones",
                    Text(
                        f"单元网格 {cell} 既属 {first[cell].code} 又属 {draft.code}。",
                        f"The cell {cell} is in {first[cell].code} and in {draft.code}.",
                    ),
                    place,
                )


def _doubt_dates(path: Path, done: Published, notes: Notes) -> None:
    if done.cut_short:
        shown = ", ".join(done.cut_short[:5]) + (" …" if len(done.cut_short) > 5 else "")
        notes.doubt(
            "later_zones_follow",
            Text(
                f"库中已有此后生效的同类责任网格，{len(done.cut_short)} 个导入的到那时为止：{shown}。",
                f"Later zones of this kind are there: {len(done.cut_short)} of the imported ones end where"
                f" they begin: {shown}.",
            ),
            Place(file=path.name),
        )
