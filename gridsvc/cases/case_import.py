"""Importing history: a case file becomes reports, each with its resolution, by COPY in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.cases.addresses import PLACED_BY_ADDRESS, Addresses
from gridsvc.cases.batch_datum import datum_doubts
from gridsvc.cases.checking import FLAGS, CheckedCases, check_cases
from gridsvc.cases.known import differing_faults, digests, known_rows
from gridsvc.cases.locating import locate, refuse_swapped_file, refuse_swapped_places
from gridsvc.cases.reading import CaseTable, read_cases, shown
from gridsvc.cases.storing import store
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.responsibility import Atlas
from gridsvc.roads import road_ground

# These are so common in some files that one finding for all of them says more than one for each row.
_TOGETHER = frozenset(
    {
        "needs_location",
        "outside",
        "unknown_class",
        "ambiguous_class",
        "no_class",
        "made_id",
        "bad_heading",
        "bad_house_number",
        PLACED_BY_ADDRESS,
    }
)


@dataclass(frozen=True, slots=True)
class CaseImport:
    """What an import did. `flags` counts the taken reports by what is doubtful about them."""

    origin: str
    rows: int
    imported: int
    already_there: int
    repeated: int
    refused: list[Fault]
    flags: dict[str, int]
    unknown_classes: dict[str, int]
    columns: dict[str, str]
    unused_columns: list[str]
    doubtful: list[Fault] = field(default_factory=list)

    @property
    def needs_location(self) -> int:
        """Return how many reports wait for a place."""
        return self.flags.get("needs_location", 0)

    @property
    def placed_by_address(self) -> int:
        """Return how many reports without coordinates were placed by their address."""
        return self.flags.get(PLACED_BY_ADDRESS, 0)


def import_cases(
    connection: Connection,
    path: Path,
    atlas: Atlas,
    *,
    zone: ZoneInfo,
    now: datetime,
    columns: Mapping[str, str] | None = None,
    scheme: str | None = None,
    kind: str | None = None,
    datum: str = "wgs84",
    origin: str | None = None,
    skip_invalid: bool = False,
    addresses: Addresses | None = None,
) -> CaseImport:
    """Import a CSV of past cases; `columns` maps fields to column names, `zone` is that of its times.

    A row is known again by `origin` (the file's name, unless given), its id and its content: what was
    imported before is passed over, so the same file twice changes nothing. A known id with other content is
    refused as `id_content_differs`: it is another source's, or a change that would be lost.

    Raises:
        InputRefused: no class has the scheme, the file is no table, its longitudes and latitudes are swapped,
            or rows are refused and `skip_invalid` is not set; `faults` are the findings.
    """
    _refuse_unknown_scheme(atlas, scheme)
    table = read_cases(path, columns or {})
    checked = check_cases(table, path.name, zone=zone, now=now)
    refuse_swapped_file(checked, table, path.name)
    name = origin or path.name
    # Two imports of one origin take turns, so that the second sees what the first has stored.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"case import {name}"})
    prints = digests(table, checked, datum)
    known = known_rows(connection, name, checked.ids, prints)
    fresh = known.fresh
    refused = sorted(
        checked.refused + differing_faults(table, checked, known, path.name),
        key=lambda fault: fault.place.row or 0,
    )
    if refused and not skip_invalid:
        raise InputRefused(
            "rows_refused",
            Text(
                f"{table.total:,} 行中有 {len(refused):,} 行不能接受，未导入任何数据。",
                f"{len(refused):,} of {table.total:,} rows are refused; nothing was imported.",
            ),
            remedy=Text(
                "改正后重试，或用 --skip-invalid 文件 跳过并另存这些行。",
                "Correct them, or pass them over with --skip-invalid FILE.",
            ),
            place=Place(file=path.name),
            faults=refused,
        )
    located = locate(atlas, table, checked, scheme=scheme, kind=kind, datum=datum, addresses=addresses)
    refuse_swapped_places(atlas, checked, located, path.name)
    store(connection, name, table, checked, located, fresh, prints, scheme=scheme, datum=datum)
    flags = {flag: int(mask[fresh].sum()) for flag, mask in checked.flags.items() if mask[fresh].any()}
    classes = table.columns.get("class", [])
    unknown = Counter(
        classes[checked.keep[index]] for index in np.flatnonzero(checked.flags["unknown_class"] & fresh)
    )
    return CaseImport(
        origin=name,
        rows=table.total,
        imported=int(fresh.sum()),
        already_there=int((~fresh & ~known.differing).sum()),
        repeated=checked.repeated,
        refused=refused,
        flags=flags,
        unknown_classes=dict(unknown.most_common()),
        columns=table.choice.names,
        unused_columns=table.choice.unused,
        doubtful=[
            *datum_doubts(road_ground(connection), checked.lon, checked.lat, datum, path.name),
            *_doubtful(table, checked, fresh, path.name),
        ],
    )


def _doubtful(table: CaseTable, checked: CheckedCases, fresh: NDArray[np.bool_], file: str) -> list[Fault]:
    """Return what is doubtful about the taken rows; what many rows share is one finding."""
    doubts = list(checked.doubts)
    for name, mask in checked.flags.items():
        field_name, message = FLAGS[name]
        column = table.choice.names.get(field_name, field_name)
        values = table.columns.get(field_name)
        rows = [int(checked.keep[index]) for index in np.flatnonzero(mask & fresh)]
        if name not in _TOGETHER:
            for row in rows:
                value = shown(values[row]) if values is not None else None
                doubts.append(Fault(name, message, Place(file, None, table.rows[row], column, value)))
            continue
        groups: dict[str | None, list[int]] = {}
        for row in rows:
            by_value = name in ("unknown_class", "ambiguous_class") and values is not None
            groups.setdefault(values[row] if by_value and values else None, []).append(row)
        for word, members in groups.items():
            counted = Text(
                f"{message.zh}共 {len(members):,} 行，首见于此。",
                f"{message.en} {len(members):,} rows, first here.",
            )
            doubts.append(Fault(name, counted, Place(file, None, table.rows[members[0]], column, word)))
    return doubts


def _refuse_unknown_scheme(atlas: Atlas, scheme: str | None) -> None:
    known = sorted({row.scheme for row in atlas.classes.rows})
    if scheme is not None and scheme not in known:
        raise InputRefused(
            "unknown_scheme",
            Text(f"没有载入分类标准 {scheme} 的类别。", f"No class of the scheme {scheme} is loaded."),
            remedy=Text(
                f"已载入：{'、'.join(known) or '无'}。可用 gridsvc class import 载入。",
                f"Loaded: {', '.join(known) or 'none'}. Load it with gridsvc class import.",
            ),
            place=Place(column="--scheme", value=scheme),
        )
