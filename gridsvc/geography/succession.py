"""How an edition follows those before it: in time, and without using a code for other ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.errors import Text
from gridsvc.geography.codes import LEVEL_NAMES, CodeProfile
from gridsvc.geography.editions import LEVELS, AreaEdition, editions
from gridsvc.geography.findings import Findings
from gridsvc.geography.outlines import outlines_in_system
from gridsvc.geography.overlaps import square_metres
from gridsvc.geography.publishing import Areas
from gridsvc.geography.rings import Floats, Geometries

SAME_GROUND = 0.5
"""Share of the larger of two areas that they have in common at least if they are the same ground."""


def check_dates(connection: Connection, level: str, effective: datetime | None, findings: Findings) -> None:
    """Doubt an edition that later ones limit, and one that begins before the level above it does.

    Both are how history is loaded, and both happen when --effective is forgotten or mistyped.
    """
    loaded = editions(connection)
    later = [each for each in loaded if each.level == level and _begins_after(each, effective)]
    if later:
        name = later[0].name
        findings.doubt(
            "before_existing",
            Text(
                f"该版本的生效日期早于已有版本 {name}，到 {name} 生效时即失效。",
                f"This edition takes effect before {name}, which is loaded: it holds until {name} begins.",
            ),
            Text(
                "导入历史数据时属正常；若要替换现行网格，请用更晚的 --effective。",
                "That is right for history; to replace the grid in force, give a later --effective.",
            ),
        )
    for above in reversed(LEVELS[: LEVELS.index(level)]):
        of_level = [each for each in loaded if each.level == above]
        if of_level and all(_begins_after(each, effective) for each in of_level):
            upper, word = of_level[0].name, LEVEL_NAMES[above]
            findings.doubt(
                "before_parents",
                Text(
                    f"该版本先于最早的{word.zh}版本 {upper} 生效，此前的案件查不到所属{word.zh}。",
                    f"This edition takes effect before {upper}, the first of the level {word.en}: cases of"
                    f" the time between have no {word.en}.",
                ),
                Text(
                    f"请导入更早的{word.zh}版本，或改正 --effective。",
                    f"Import an earlier edition of the level {word.en}, or correct --effective.",
                ),
            )
        if of_level:
            return


def check_reuse(
    connection: Connection,
    areas: Areas,
    features: Sequence[int],
    level: str,
    effective: datetime | None,
    profile: CodeProfile,
    findings: Findings,
    *,
    allow: bool = False,
) -> NDArray[np.bool_]:
    """Hold each code against the nearest edition before and after that has it; return which are refused.

    A code that names other ground there (less than half of the larger area in common) is refused or doubted,
    as the profile says; with `allow` it is doubted. One that was retired in between and names its own ground
    again is doubted. Editions for the same date are being replaced, and do not count.
    """
    refused = np.zeros(len(areas.codes), bool)
    if profile.reuse == "allow":
        return refused
    others = [each for each in editions(connection) if each.level == level]
    before = [each for each in others if _begins_before(each, effective)][::-1]
    after = [each for each in others if _begins_after(each, effective)]
    number = {code: k for k, code in enumerate(areas.codes)}
    for line in (before, after):
        for held in _nearest(connection, line, areas):
            index = np.array([number[code] for code in held.codes], np.int64)
            shares = _common_share(areas.geom_mm[index], held.shapes, areas.srid, held.edition.srid)
            between = line[: line.index(held.edition)]
            for k, share in zip(index.tolist(), shares.tolist(), strict=True):
                if share >= SAME_GROUND and not between:
                    continue
                refuse = share < SAME_GROUND and profile.reuse == "refuse" and not allow
                refused[k] |= refuse
                _note(findings, features[k], areas.codes[k], share, held.edition, between, refuse=refuse)
    return refused


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """Codes and shapes (millimetres of the edition) of the areas for which an edition is the nearest."""

    edition: AreaEdition
    codes: list[str]
    shapes: Geometries


_NEAREST = text(
    "SELECT DISTINCT ON (code) edition_id, code, ST_AsBinary(geom_mm)"
    " FROM unnest(CAST(:editions AS int[])) WITH ORDINALITY AS line (edition_id, place)"
    " JOIN area USING (edition_id) WHERE code = ANY(CAST(:codes AS text[])) ORDER BY code, place"
)


def _nearest(connection: Connection, line: Sequence[AreaEdition], areas: Areas) -> list[_Held]:
    """Return for each code the first edition of `line` that has it, by edition."""
    if not line or not len(areas.codes):
        return []
    values = {"editions": [each.id for each in line], "codes": list(areas.codes)}
    rows = connection.execute(_NEAREST, values).all()
    held = []
    for edition in line:
        mine = [row for row in rows if row[0] == edition.id]
        if mine:
            shapes: Geometries = np.empty(len(mine), dtype=object)
            shapes[:] = shapely.from_wkb([bytes(row[2]) for row in mine])
            held.append(_Held(edition, [row[1] for row in mine], shapes))
    return held


def _common_share(mine: Geometries, other: Geometries, srid: int, other_srid: int) -> Floats:
    """Return how much of the larger of each pair is common ground."""
    other = outlines_in_system(other, other_srid, srid)
    shares = np.ones(len(mine))
    differ = np.flatnonzero(~shapely.equals_exact(mine, other, normalize=True))
    common = square_metres(shapely.intersection(mine[differ], other[differ]))
    shares[differ] = common / np.maximum(square_metres(mine[differ]), square_metres(other[differ]))
    return shares


def _note(
    findings: Findings,
    feature: int,
    code: str,
    share: float,
    edition: AreaEdition,
    between: Sequence[AreaEdition],
    *,
    refuse: bool,
) -> None:
    gone_zh = f"，在版本 {between[0].name} 中已不用" if between else ""
    gone_en = f" and is not in {between[0].name}" if between else ""
    if share >= SAME_GROUND:
        findings.doubt(
            "code_returned",
            Text(
                f"编码 {code} 见于版本 {edition.name}{gone_zh}，现又用于同一地块。",
                f"The code {code} is in {edition.name}{gone_en}; here it names the same ground again.",
            ),
            features=(feature,),
            value=code,
        )
        return
    note = findings.refuse if refuse else findings.doubt
    note(
        "code_reused",
        Text(
            f"编码 {code} 在版本 {edition.name} 中是另一地块{gone_zh}，与这里只有 {share:.0%} 相同。",
            f"The code {code} names other ground in {edition.name}{gone_en}: {share:.0%} is the same here.",
        ),
        Text(
            "拆分、合并或移动的单元应给新编码；更正原版本请用其 --effective；确要沿用请加 --allow-reuse。",
            "What is split, merged or moved gets a new code. To correct that edition, import for its own"
            " date; to keep the code nevertheless, add --allow-reuse.",
        ),
        features=(feature,),
        value=code,
    )


def _begins_after(edition: AreaEdition, effective: datetime | None) -> bool:
    if edition.effective_from is None:
        return False
    return effective is None or edition.effective_from > effective


def _begins_before(edition: AreaEdition, effective: datetime | None) -> bool:
    if effective is None:
        return False
    return edition.effective_from is None or edition.effective_from < effective
