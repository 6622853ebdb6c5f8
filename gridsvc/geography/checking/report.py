"""The topology report of a layer: every check, one after the other, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.checking.borders import check_borders
from gridsvc.geography.checking.findings import CheckFinding, Ledger, lon_lat
from gridsvc.geography.checking.kinds import KINDS, SEVERITIES, Severity
from gridsvc.geography.checking.layers import CheckedLayer
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.checking.nesting import check_nesting
from gridsvc.geography.checking.numbers import check_codes, check_numbering
from gridsvc.geography.checking.obstacles import Obstacles, check_obstacles
from gridsvc.geography.checking.single import Sizes, check_single, sizes_of
from gridsvc.geography.checking.upper import Parents
from gridsvc.geography.rings import Geometries
from gridsvc.geography.upper_ground import UpperGround


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many findings of one kind there are, and how many m² they have together (None: not of areas)."""

    kind: str
    severity: Severity
    count: int
    m2: float | None


@dataclass(frozen=True, slots=True, eq=False)
class LayerReport:
    """What was found in one layer: `findings` from the worst to the least.

    `outlines` are the areas in lon, lat of WGS 84, in the order of `codes`. Measures are taken in
    EPSG:`srid`, m² of its plane. `against` names the level above that it was held against, None: nothing.
    """

    source: str
    level: str
    profile: str
    srid: int
    codes: tuple[str, ...]
    names: tuple[str, ...]
    outlines: Geometries
    total_m2: float
    sizes: Sizes
    against: str | None
    findings: tuple[CheckFinding, ...]

    def count(self, severity: Severity) -> int:
        """Return how many findings are as bad as that."""
        return sum(each.severity == severity for each in self.findings)

    def summary(self) -> list[KindCount]:
        """Return the counts by kind, the worst first."""
        found: dict[str, list[CheckFinding]] = {}
        for each in self.findings:
            found.setdefault(each.kind, []).append(each)
        counts = []
        for kind, alike in found.items():
            sizes = [each.m2 for each in alike if each.m2 is not None]
            counts.append(KindCount(kind, alike[0].severity, len(alike), sum(sizes) if sizes else None))
        kinds = list(KINDS)
        return sorted(counts, key=lambda each: (SEVERITIES.index(each.severity), kinds.index(each.kind)))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "source": self.source,
            "level": self.level,
            "profile": self.profile,
            "srid": self.srid,
            "areas": len(self.codes),
            "total_m2": round(self.total_m2, 3),
            "sizes_m2": {name: round(value, 4) for name, value in asdict(self.sizes).items()},
            "against": self.against,
            **{f"{severity}s": self.count(severity) for severity in ("error", "warning")},
            "infos": self.count("info"),
            "summary": [
                {
                    "kind": each.kind,
                    "severity": each.severity,
                    "title": KINDS[each.kind].title.zh,
                    "title_en": KINDS[each.kind].title.en,
                    "count": each.count,
                    "m2": None if each.m2 is None else round(each.m2, 6),
                }
                for each in self.summary()
            ],
            "findings": [each.as_dict() for each in self.findings],
        }


def check_layer(
    layer: CheckedLayer,
    limits: Limits,
    *,
    ledger: Ledger | None = None,
    codes: Sequence[str] | None = None,
    stated_parents: Sequence[str | None] | None = None,
    index: Sequence[int] | None = None,
    parents: Parents | None = None,
    things: Sequence[Obstacles] = (),
) -> LayerReport:
    """Check a layer: codes, single areas, borders, and where it lies as to its parents and things.

    `ledger` holds what reading found already. Of a file, `codes` are those of all features, with
    `stated_parents` the column of parents, and `index` tells for each area its feature (from 0).
    """
    noted = Ledger(layer.srid, layer.rules.strict) if ledger is None else ledger
    if layer.coded:
        at = range(len(layer.codes)) if index is None else index
        check_codes(
            layer.rules,
            layer.level,
            layer.codes if codes is None else codes,
            stated_parents,
            noted,
            shapes=dict(zip(at, layer.geom_mm, strict=True)),
            rows=index is not None,
        )
        if limits.numbering:
            check_numbering(layer, noted)
    check_single(layer, limits, noted)
    upper = None if parents is None else UpperGround(parents.geom_mm)
    coverage = check_borders(layer, limits, noted, upper)
    if parents is not None:
        check_nesting(layer, coverage, parents, limits, noted)
    for each in things:
        check_obstacles(layer, coverage.geometries, each, limits, noted)
    return LayerReport(
        layer.source,
        layer.level,
        layer.rules.name,
        layer.srid,
        tuple(layer.codes),
        tuple(layer.names),
        lon_lat(layer.geom_mm, layer.srid),
        float(shapely.area(coverage.ground)) / 1e6,
        sizes_of(layer, limits),
        None if parents is None else parents.label,
        noted.in_degrees(),
    )


def total_count(reports: Sequence[LayerReport], severity: Severity) -> int:
    """Return how many findings of that severity several layers have together."""
    return int(np.sum([report.count(severity) for report in reports]))
