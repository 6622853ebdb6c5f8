"""`import_sections`: agreements on boundary roads, from lines or from a table that names roads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.postgres import announce_change, copy_rows
from gridsvc.roads.contested import contested
from gridsvc.roads.parties import Parties
from gridsvc.roads.placing import Placing
from gridsvc.roads.section_rows import Row, read_rows
from gridsvc.roads.sections import BoundarySection, load_sections
from gridsvc.roads.terms import Terms, terms_of

_STORED = (
    "code", "name", "rule", "left_code", "right_code", "party_code", "unit_code", "odd_code",
    "half_width_m", "effective_from", "effective_to", "agreed_in", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SectionImport:
    """What an import did: sections of its source that are new, as they were, or no longer in force."""

    source: str
    rows: int
    added: int
    unchanged: int
    withdrawn: int
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        counts = {name: getattr(self, name) for name in self.__slots__[:5]}
        return counts | {
            "refused": [fault.as_dict() for fault in self.refused],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }


def import_sections(
    connection: Connection,
    path: Path,
    *,
    now: datetime,
    zone: ZoneInfo,
    columns: Mapping[str, str] | None = None,
    datum: str | None = None,
    layer: str | None = None,
    source_name: str | None = None,
    skip_invalid: bool = False,
) -> SectionImport:
    """Load the sections of a vector file of lines, or of a table (CSV, XLSX).

    A table's lines come from the road layer: from the crossing with 起点 to that with 止点, or, without them,
    wherever the road runs along the border of the two areas. Areas are those in force at `now` (aware).
    The file is the whole truth of its source: sections that it no longer has are withdrawn, never deleted.
    Raises InputRefused (`sections_refused`, what reading the file raises) and changes nothing, unless
    `skip_invalid` leaves the refused rows out.
    """
    rows, refused = read_rows(path, columns or {}, datum=datum, layer=layer)
    source = source_name or path.name
    placing = Placing(connection, Parties(connection, now))
    doubtful: list[Fault] = []
    made: list[tuple[Row, BoundarySection]] = []
    numbers: Counter[str] = Counter()
    for row in rows:
        terms = terms_of(row, placing.parties, zone, refused)
        if terms is not None:
            numbers[terms.name] += 1
            code = row.text("code") or f"{terms.name}-{numbers[terms.name]}"
            made += [(row, each) for each in _sections(row, code, source, terms, placing, refused, doubtful)]
    stored = load_sections(connection)
    others = [each for each in stored if each.source != source]
    made = _without_conflicts(made, others, placing, refused, doubtful)
    if (refused and not skip_invalid) or not made:
        raise InputRefused(
            "sections_refused",
            Text(
                f"{len(refused)} 处不能接受，界路约定未改动。",
                f"{len(refused)} rows cannot be taken; the boundary roads are unchanged.",
            ),
            place=Place(file=path.name, sheet=layer),
            faults=_in_order(refused),
        )
    mine = {each.content(): each for each in stored if each.source == source}
    fresh = [each for _, each in made if each.content() not in mine]
    kept = {each.content() for _, each in made}
    gone = [each.id for content, each in mine.items() if content not in kept]
    _store(connection, fresh, gone)
    return SectionImport(
        source,
        len(rows),
        len(fresh),
        len(made) - len(fresh),
        len(gone),
        _in_order(refused),
        _in_order(doubtful),
    )


def _sections(
    row: Row,
    code: str,
    source: str,
    terms: Terms,
    placing: Placing,
    refused: list[Fault],
    doubtful: list[Fault],
) -> list[BoundarySection]:
    """Return the sections of a row: one for each stretch of road that it means."""
    placed = placing.place(row, terms, refused, doubtful)
    return [
        BoundarySection(
            id=0,
            code=code if len(placed) == 1 else f"{code}-{number}",
            name=terms.name,
            rule=terms.rule,
            left_code=each.left_code,
            right_code=each.right_code,
            party_code=terms.party,
            unit_code=terms.unit,
            odd_code=terms.odd,
            half_width_m=each.half_width_m,
            effective_from=terms.effective_from,
            effective_to=terms.effective_to,
            agreed_in=terms.agreed_in,
            source=source,
            imported_at=None,
            withdrawn_at=None,
            geometry=each.geometry,
        )
        for number, each in enumerate(placed, 1)
    ]


def _without_conflicts(
    made: Sequence[tuple[Row, BoundarySection]],
    others: Sequence[BoundarySection],
    placing: Placing,
    refused: list[Fault],
    doubtful: list[Fault],
) -> list[tuple[Row, BoundarySection]]:
    """Return the sections without those whose code or ground another one has at the same time."""
    kept: list[tuple[Row, BoundarySection]] = []
    lines = {id(each): placing.in_metres(each.geometry) for each in (*others, *(each for _, each in made))}
    for row, section in made:
        rivals = [each for each in (*others, *(each for _, each in kept)) if each.overlaps_in_time(section)]
        twin = next((each for each in rivals if each.code == section.code), None)
        if twin is not None:
            refused.append(
                Fault(
                    "duplicate_code",
                    Text(
                        f"编号 {section.code} 在同一时期已有（{twin.source}）。",
                        f"The code {section.code} is there already for that time ({twin.source}).",
                    ),
                    row.place("code"),
                )
            )
            continue
        for rival in rivals:
            along = contested(lines[id(section)], section.half_width_m, lines[id(rival)], rival.half_width_m)
            if along is not None:
                break
        else:
            kept.append((row, section))
            continue
        same = _terms(rival) == _terms(section)
        fault = _overlap(row, section, rival, along, placing)
        (doubtful if same else refused).append(fault)
        if same:
            kept.append((row, section))
    return kept


def _terms(section: BoundarySection) -> tuple[Any, ...]:
    """Return what two sections of one stretch agree in, however their lines are drawn."""
    return section.rule, _pair(section), section.party_code, section.unit_code, section.odd_code


def _overlap(
    row: Row, section: BoundarySection, rival: BoundarySection, along: Any, placing: Placing
) -> Fault:
    """Return the fault of a section that runs along another; `along` is where, in metres."""
    same = _terms(rival) == _terms(section)
    lon, lat = shapely.get_coordinates(
        placing.in_degrees(shapely.line_interpolate_point(along, 0.5, normalized=True))
        if along.geom_type == "LineString"
        else placing.in_degrees(shapely.point_on_surface(along))
    )[0]
    where = f"{lon:.6f}, {lat:.6f}"
    remedy = None
    if not same and _pair(rival) == _pair(section):
        remedy = Text(
            "两条是同一对区域的同一段路：留一条，或错开生效日期。",
            "Both are of the same two areas: keep one, or let their dates not overlap.",
        )
    elif not same:
        remedy = Text(
            "两条是不同区域之间的路：在路口处截断其中一条。",
            "They are of different pairs of areas: cut one at the crossing.",
        )
    return Fault(
        "overlapping_sections",
        Text(
            f"与 {rival.code}（{rival.name}，{rival.source}）有 {along.length:.0f} m 同路并行"
            f"（{where} 附近），约定{'相同' if same else '不同'}。",
            f"It runs along {rival.code} ({rival.name}, {rival.source}) for {along.length:.0f} m near"
            f" {where}, with {'the same' if same else 'other'} terms.",
        ),
        row.place("name"),
        remedy,
    )


def _pair(section: BoundarySection) -> frozenset[str]:
    return frozenset((section.left_code, section.right_code))


def _store(connection: Connection, fresh: Sequence[BoundarySection], gone: Sequence[int]) -> None:
    if not fresh and not gone:
        return
    connection.execute(
        text("UPDATE boundary_road SET withdrawn_at = now() WHERE id = ANY(:gone)"), {"gone": list(gone)}
    )
    copy_rows(
        connection,
        "boundary_road",
        (*_STORED, "geom"),
        [
            (
                *(getattr(each, name) for name in _STORED),
                shapely.to_wkb(shapely.set_srid(each.geometry, 4326), hex=True, include_srid=True),
            )
            for each in fresh
        ],
    )
    announce_change(connection, "boundary_roads")


def _in_order(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.place.row or 0))
