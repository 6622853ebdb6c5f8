"""`repair_file`: what can be mended safely is mended, and every change is told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.checking.findings import CheckFinding, Ledger, lon_lat
from gridsvc.geography.checking.kinds import KINDS
from gridsvc.geography.checking.layers import FileToCheck, in_plane, read_layer
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.checking.report import LayerReport, check_layer
from gridsvc.geography.checking.running import FileColumns
from gridsvc.geography.checking.snapping import snap, without_spikes
from gridsvc.geography.coverage import partition
from gridsvc.geography.millimetres import on_lattice
from gridsvc.geography.profiles import code_profile
from gridsvc.geography.reading import declared_crs
from gridsvc.geography.rings import Geometries, Rings, multipolygons
from gridsvc.geography.writing import write_vector_file

# Closing a gap may leave a spike, and taking a spike away a gap.
_MOST_ROUNDS = 6
_ROUNDING_M = 0.002
_IN_ONE_AREA = ("invalid_ring", "repeated_vertices")


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one area: the kinds of faults that it was mended of, and how much that changed.

    `moved_m` is the greatest distance of a vertex of the old or the new border from the other border.
    """

    code: str
    row: int
    kinds: tuple[str, ...]
    m2_before: float
    m2_after: float
    moved_m: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "code": self.code,
            "row": self.row,
            "kinds": list(self.kinds),
            "m2_before": round(self.m2_before, 6),
            "m2_after": round(self.m2_after, 6),
            "moved_m": round(self.moved_m, 4),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """A repaired layer: its changes, sorted by code, and what was found before and is left.

    `left` are the errors and warnings of a check of the repaired layer. `written`: the files, none when
    nothing was to be written.
    """

    features: int
    changes: tuple[Change, ...]
    before: LayerReport
    left: tuple[CheckFinding, ...]
    written: tuple[Path, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "features": self.features,
            "areas": len(self.before.codes),
            "changed": len(self.changes),
            "changes": [each.as_dict() for each in self.changes],
            "left": [each.as_dict() for each in self.left],
            "written": [str(path) for path in self.written],
        }


def repair_file(
    path: Path,
    target: Path | None,
    columns: FileColumns,
    *,
    level: str,
    profile: str,
    limits: Limits,
    srid: int | None = None,
    overwrite: bool = False,
) -> Repair:
    """Mend a layer and write it with all its columns to `target` (None: only say what would be done).

    Mended are invalid rings, repeated vertices, spikes, vertices within `limits.snap_m` of a neighbour's
    border, overlaps (to the lower code) and gaps of up to 5 m (to the neighbour with the longest common
    border). No area is split off, joined, renamed or dropped; one that lower codes or an equal shape cover
    wholly is left as it is. The written borders lie on the millimetres of EPSG:`srid`, where areas that are
    not among the changes move by less than two; a layer without changes is written as it was given. The
    system of the file is kept, a city's own without an EPSG number too, unless it is GCJ-02 or BD-09: then
    WGS 84 is written.

    Raises what `read_layer` and `write_vector_file` raise.
    """
    rules = code_profile(profile)
    file = read_layer(
        path,
        level=level,
        rules=rules,
        code_column=columns.code,
        name_column=columns.name,
        parent_column=columns.parent,
        datum=columns.datum,
        layer=columns.layer,
        srid=srid,
    )
    read = [each for each in file.ledger.found if _stays(each, file)]
    before = check_layer(
        file.layer,
        limits,
        ledger=file.ledger,
        codes=file.codes,
        stated_parents=file.parents,
        index=file.index,
    )
    mended = mend(file.layer.geom_mm, limits)
    changes = _changes(file, before, mended)
    written = () if target is None else tuple(_write(file, mended if changes else None, target, overwrite))
    left = check_layer(
        replace(file.layer, geom_mm=mended),
        limits,
        ledger=Ledger(file.layer.srid, rules.strict, read),
        codes=file.codes,
        stated_parents=file.parents,
        index=file.index,
    )
    unmended = tuple(each for each in left.findings if each.severity != "info")
    return Repair(len(file.codes), changes, before, unmended, written)


def _stays(found: CheckFinding, file: FileToCheck) -> bool:
    """Tell whether no repair touches what reading found: of a feature without an area, or of no such kind."""
    return not KINDS[found.kind].repaired or not {row - 1 for row in found.rows} & set(file.index)


def mend(geom_mm: Geometries, limits: Limits) -> Geometries:
    """Return areas that fit (valid multipolygons in whole millimetres), as far as they can be made to.

    What one step leaves another may find, so they are repeated until nothing changes.
    """
    tolerance = limits.snap_m * 1000.0
    for _ in range(_MOST_ROUNDS):
        rings = without_spikes(snap(Rings.of(geom_mm), tolerance), tolerance)
        mended = rings.geometries()
        for k in np.flatnonzero(~shapely.is_valid(mended)):
            mended[k] = on_lattice(mended[k])
        lost = shapely.is_empty(mended)
        mended[lost] = geom_mm[lost]
        mended = shapely.normalize(_partitioned(mended))
        if shapely.equals_exact(mended, geom_mm).all():
            break
        geom_mm = mended
    return geom_mm


def _partitioned(geom_mm: Geometries) -> Geometries:
    """Return areas without overlaps and narrow gaps; one that would lose all its ground stays as it is."""
    mended = geom_mm.copy()
    aside = np.zeros(len(geom_mm), dtype=bool)
    while not aside.all():
        result = partition(geom_mm[~aside], mend_gaps=True).geometries
        lost = shapely.is_empty(result)
        if not lost.any():
            mended[~aside] = multipolygons(result)
            break
        aside[np.flatnonzero(~aside)[lost]] = True
    return mended


def _changes(file: FileToCheck, before: LayerReport, mended: Geometries) -> tuple[Change, ...]:
    told: dict[int, list[str]] = {}
    for each in before.findings:
        if KINDS[each.kind].repaired:
            for row in each.rows:
                told.setdefault(row, []).append(each.kind)
    given, layer = file.given(), file.layer
    differs = ~shapely.equals_exact(layer.geom_mm, mended)
    changes = []
    for k, row in enumerate(layer.rows):
        kinds = told.get(row, [])
        unsound = [kind for kind in kinds if kind in _IN_ONE_AREA]
        if not differs[k] and not unsound:
            continue
        old = in_plane(given[row - 1], layer.srid) if "invalid_ring" in kinds else layer.geom_mm[k]
        moved = _moved_m(old, mended[k])
        # A neighbour's new corner on its border, or its rounding, is no change of an area.
        if not unsound and moved < (_ROUNDING_M / 2 if kinds else _ROUNDING_M):
            continue
        done = kinds if moved >= _ROUNDING_M / 2 else unsound
        changes.append(
            Change(
                layer.codes[k],
                row,
                tuple(dict.fromkeys(done)) or ("near_miss",),
                float(old.area) / 1e6,
                float(mended[k].area) / 1e6,
                moved,
            )
        )
    return tuple(changes)


def _moved_m(old: Any, new: Any) -> float:
    """Return the greatest distance of a vertex of one border from the other border."""
    farthest = 0.0
    for one, other in ((old, new), (new, old)):
        xy, kept = shapely.get_coordinates(one), shapely.get_coordinates(other)
        # Most vertices are in both borders.
        loose = xy[~np.isin(xy @ (1, 1j), kept @ (1, 1j))]
        if len(loose):
            border = shapely.boundary(other)
            shapely.prepare(border)
            farthest = max(farthest, float(shapely.distance(shapely.points(loose), border).max()))
    return farthest / 1000.0


def _write(file: FileToCheck, mended: Geometries | None, target: Path, overwrite: bool) -> Sequence[Path]:
    shapes = file.given()
    if mended is not None:
        shapes[file.index] = lon_lat(mended, file.layer.srid)
    columns = {
        name: [None if value != value else value for value in values.tolist()]
        for name, values in zip(file.table.columns, file.table.values, strict=True)
    }
    own = None if file.reference.datum in ("gcj02", "bd09") else declared_crs(file.path, file.table)
    return write_vector_file(
        target,
        columns,
        shapes,
        srid=(own.to_epsg() if own is not None else None) or 4326,
        crs=own if own is not None and own.to_epsg() is None else None,
        overwrite=overwrite,
    )
