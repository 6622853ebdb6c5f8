"""The level above: which codes are in force there, and whether an area lies where its code says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import Text
from gridsvc.geography.codes import LEVEL_NAMES, CodeProfile
from gridsvc.geography.editions import LEVELS, AreaEdition, areas_in_force, editions
from gridsvc.geography.findings import Findings
from gridsvc.geography.known_ground import KnownGround
from gridsvc.geography.layers import load_layer
from gridsvc.geography.outlines import outlines_in_system
from gridsvc.geography.projection import to_millimetres
from gridsvc.geography.publishing import Areas
from gridsvc.geography.rings import Floats, Geometries
from gridsvc.geography.upper_ground import UpperGround


@dataclass(frozen=True, slots=True, eq=False)
class LoadedLevel:
    """The areas of one level that a new layer is held against; geometry in degrees."""

    edition: AreaEdition
    codes: dict[str, int]
    geometries: Geometries


def loaded_above(connection: Connection, level: str, effective: datetime | None) -> LoadedLevel | None:
    """Return the nearest level above `level` that is loaded: the edition in force at `effective`.

    From ever, or before the first edition of that level: its earliest one.
    """
    for above in reversed(LEVELS[: LEVELS.index(level)]):
        edition = None if effective is None else areas_in_force(connection, above, effective)
        edition = edition or next((each for each in editions(connection) if each.level == above), None)
        if edition is not None:
            rows = connection.execute(_AREAS, {"edition_id": edition.id}).all()
            geometries = np.array([shapely.from_wkb(bytes(row[1])) for row in rows], dtype=object)
            return LoadedLevel(edition, {row[0]: k for k, row in enumerate(rows)}, geometries)
    return None


_AREAS = text("SELECT code, ST_AsBinary(geom) FROM area WHERE edition_id = :edition_id ORDER BY code")


def upper_ground(connection: Connection, above: LoadedLevel, srid: int) -> UpperGround:
    """Return the ground of a loaded level in millimetres of EPSG:`srid`."""
    layer = load_layer(connection, above.edition.id)
    return UpperGround(outlines_in_system(layer.geom_mm, layer.srid, srid))


def loaded_bounds(connection: Connection) -> Floats:
    """Return the bounds in degrees of each edition that is not withdrawn, shape (n, 4)."""
    rows = connection.execute(_BOUNDS).all()
    return np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 4)


_BOUNDS = text(
    "SELECT min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))"
    " FROM area JOIN area_edition ON area_edition.id = area.edition_id"
    " WHERE withdrawn_at IS NULL GROUP BY edition_id"
)


_MOST_OUTLINES = 5000


def loaded_ground(connection: Connection) -> list[KnownGround]:
    """Return the outlines of each level's newest edition as known ground, the topmost level first.

    An edition of more than 5,000 areas is left out: its outlines are everywhere, and so are near everything.
    """
    grounds = []
    newest = {edition.level: edition for edition in editions(connection)}
    for edition in newest.values():
        count = connection.execute(_COUNT, {"edition_id": edition.id}).scalar_one()
        if 0 < count <= _MOST_OUTLINES:
            rows = connection.execute(_AREAS, {"edition_id": edition.id}).all()
            geometries = np.array([shapely.from_wkb(bytes(row[1])) for row in rows], dtype=object)
            name = Text(f"已载入的区域版本 {edition.name}", f"the loaded areas {edition.name}")
            grounds.append(KnownGround(geometries, name))
    return grounds


_COUNT = text("SELECT count(*) FROM area WHERE edition_id = :edition_id")


def parents_by_place(
    areas: Areas, features: Sequence[int], above: LoadedLevel, findings: Findings
) -> list[str | None]:
    """Return the parents, those that are missing by place: the area above that holds the largest share.

    Doubtful: less than 99 % in one, or in none at all. Shares are of the area in the system that decides.
    """
    parents = list(areas.parents)
    orphans = np.array([k for k, parent in enumerate(parents) if parent is None], dtype=np.int64)
    if not len(orphans):
        return parents
    codes = sorted(above.codes, key=lambda code: above.codes[code])
    over = shapely.transform(
        above.geometries, lambda xy: np.column_stack(to_millimetres(areas.srid, xy[:, 0], xy[:, 1]))
    )
    over = shapely.make_valid(over)
    shapes = areas.geom_mm[orphans]
    inner, outer = shapely.STRtree(over).query(shapes, predicate="intersects")
    shares = shapely.area(shapely.intersection(shapes[inner], over[outer])) / shapely.area(shapes[inner])
    best: dict[int, tuple[float, str]] = {}
    for k, j, share in zip(inner.tolist(), outer.tolist(), shares.tolist(), strict=True):
        # The largest share; of two as large the lower code.
        if share > 0 and (k not in best or (-share, codes[j]) < (-best[k][0], best[k][1])):
            best[k] = (share, codes[j])
    name = LEVEL_NAMES[above.edition.level]
    for k, area in enumerate(orphans.tolist()):
        share, parent = best.get(k, (0.0, None))
        parents[area] = parent
        if share >= _WHOLLY_INSIDE:
            continue
        findings.doubt(
            "parent_by_place",
            Text(
                f"{areas.codes[area]} 只有 {share:.1%} 在{name.zh} {parent} 内，暂归其下。"
                if parent
                else f"{areas.codes[area]} 不在任何{name.zh}内，没有上级。",
                f"Only {share:.1%} of {areas.codes[area]} lies in its parent, the {name.en} {parent}."
                if parent
                else f"{areas.codes[area]} lies in no {name.en} and has no parent.",
            ),
            Text("核对边界，或给出上级编码列。", "Check the borders, or give a column with the parent."),
            features=(features[area],),
            value=areas.codes[area],
        )
    return parents


_WHOLLY_INSIDE = 0.99


def parent_codes(
    profile: CodeProfile,
    level: str,
    codes: Sequence[str],
    given: Sequence[str] | None,
    above: LoadedLevel | None,
    findings: Findings,
    *,
    column: str | None,
) -> list[str | None]:
    """Return each area's parent: the prefix of its code where the profile has one, else the column's.

    Refused: a prefix that the column contradicts, or that the loaded level above does not have. Doubtful:
    an upper level that is not loaded, a parent of a free profile that is not there.
    """
    found: list[str | None] = []
    for feature, code in enumerate(codes):
        stated = given[feature] if given is not None else None
        if profile.fault(level, code) is not None:
            found.append(None)  # refused already, with its own reason
            continue
        prefix = profile.parent(level, code)
        if prefix is not None and stated is not None and stated != prefix:
            findings.refuse(
                "prefix_is_not_parent",
                Text(
                    f"编码 {code} 的前缀 {prefix} 与上级编码“{stated}”不一致。",
                    f"The prefix {prefix} of code {code} is not its parent {stated!r}.",
                ),
                Text("改正编码或上级编码。", "Correct the code or the parent."),
                features=(feature,),
                column=column,
                value=stated,
            )
        found.append(prefix or stated or None)
    _check_loaded(profile, level, codes, found, above, findings, column=column, stated=given is not None)
    return found


def _check_loaded(
    profile: CodeProfile,
    level: str,
    codes: Sequence[str],
    parents: Sequence[str | None],
    above: LoadedLevel | None,
    findings: Findings,
    *,
    column: str | None,
    stated: bool,
) -> None:
    next_level = LEVELS[LEVELS.index(level) - 1] if level != LEVELS[0] else None
    if next_level is None or not (stated or profile.above(level)):
        return
    if above is None or above.edition.level != next_level:
        name = LEVEL_NAMES[next_level]
        findings.doubt(
            "parents_not_loaded",
            Text(
                f"尚未载入{name.zh}，无法核对上级编码。",
                f"No {name.en} is loaded to check the parents against.",
            ),
            Text(f"先导入{name.zh}图层。", f"Import the layer of the level {name.en} first."),
        )
        if above is None or profile.above(level) is None:
            return
    name, edition = LEVEL_NAMES[above.edition.level], above.edition.name
    named = profile.ancestors(level, codes, above.edition.level)
    for feature, (code, parent) in enumerate(zip(codes, parents, strict=True)):
        expected = named[feature] or parent
        if parent is None or expected is None or expected in above.codes:
            continue
        message = Text(
            f"{code} 的上级{name.zh} {expected} 不在版本 {edition} 中。",
            f"The {name.en} {expected} above {code} is not in the edition {edition}.",
        )
        remedy = Text(
            f"改正编码，或先导入含该{name.zh}的图层。", "Correct the code, or import that parent first."
        )
        note = findings.refuse if profile.above(level) else findings.doubt
        note("parent_not_loaded", message, remedy, features=(feature,), column=column, value=parent)


def check_inside_parents(
    points: npt.NDArray[Any],
    codes: Sequence[str],
    parents: Sequence[str | None],
    features: Sequence[int],
    profile: CodeProfile,
    level: str,
    above: LoadedLevel,
    findings: Findings,
) -> None:
    """Doubt areas whose inner point (degrees) lies outside the area above that their code or parent names."""
    named = profile.ancestors(level, codes, above.edition.level)
    known_as = [above.codes.get(own or parent or "", -1) for own, parent in zip(named, parents, strict=True)]
    index = np.array(known_as, dtype=np.int64)
    known = np.flatnonzero(index >= 0)
    outside = known[~shapely.intersects(above.geometries[index[known]], points[known])]
    name = LEVEL_NAMES[above.edition.level]
    by_index = {k: code for code, k in above.codes.items()}
    for k in outside:
        parent = by_index[int(index[k])]
        findings.doubt(
            "outside_parent",
            Text(
                f"{codes[k]} 不在其上级{name.zh} {parent} 的范围内（{points[k].x:.6f}, {points[k].y:.6f}）。",
                f"{codes[k]} lies outside the {name.en} {parent} above it"
                f" ({points[k].x:.6f}, {points[k].y:.6f}).",
            ),
            Text("核对编码或两层的边界与基准。", "Check the code, or the borders and datums of both layers."),
            features=(features[k],),
            value=codes[k],
        )
