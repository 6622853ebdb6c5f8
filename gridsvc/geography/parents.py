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
from gridsvc.geography.rings import Floats, Geometries


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


def loaded_bounds(connection: Connection) -> Floats:
    """Return the bounds in degrees of each edition that is not withdrawn, shape (n, 4)."""
    rows = connection.execute(_BOUNDS).all()
    return np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 4)


_BOUNDS = text(
    "SELECT min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))"
    " FROM area JOIN area_edition ON area_edition.id = area.edition_id"
    " WHERE withdrawn_at IS NULL GROUP BY edition_id"
)


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
