"""How much of the incidents each piece of street has: risk along streets, by cell and piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import NotFound, Text
from gridsvc.geography import write_vector_file
from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.density.bandwidth import Bandwidth
from gridsvc.hotspots.density.kernels import checked_bandwidth
from gridsvc.hotspots.density.street_bandwidth import choose_street_bandwidth
from gridsvc.hotspots.density.street_cells import (
    cell_density,
    cut_at_cells,
    piece_lines,
    shares_of_cells,
)
from gridsvc.hotspots.density.street_lines import Projected, StreetLines, network_of_lines, project
from gridsvc.hotspots.density.streets import Rule, StreetDensity, checked_rule, street_density
from gridsvc.hotspots.products.places_said import shapes_m
from gridsvc.hotspots.products.said import grid_plain, period_plain
from gridsvc.hotspots.products.street_sheet import street_sheet
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.recent import Recent
from gridsvc.hotspots.records.places import Places, read_places
from gridsvc.hotspots.sheets.provenance import Provenance
from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.roads import Roads, load_roads

Floats = NDArray[np.float64]

PIECE_M = 25.0
FARTHEST_M = 50.0
"""An incident farther from every street is on none."""
WALKED = ("road", "side", "roundabout", "turn")
"""Carriageways that people walk along or across; not elevated ones and ramps."""


@dataclass(frozen=True, slots=True, eq=False)
class StreetRisk:
    """`found`: incidents on each piece of street. `projected`: which incidents lie on a street, and where.

    `per_km[i]`: incidents per km of street of cell i (NaN: no street), `street_km[i]`: its street, (cells,).
    `road_names[e]`: name of the road of link e, None where it has none.
    """

    places: Places
    streets: StreetLines
    projected: Projected
    found: StreetDensity
    per_km: Floats
    street_km: Floats
    road_names: NDArray[np.object_]
    rule: Rule
    bandwidth_m: float
    choice: Bandwidth | None

    @property
    def off_street(self) -> int:
        """Return how many incidents lie farther than FARTHEST_M from every street."""
        return len(self.places.report) - len(self.projected.rows)

    def hottest(self, share: float) -> NDArray[np.int64]:
        """Return the densest pieces, at most `share` of all streets but one at least, densest first."""
        order = np.argsort(-self.found.per_km, kind="stable")
        if not len(order):
            return order
        length = np.cumsum(self.found.pieces.length_m[order])
        within = length <= share * length[-1]
        within[0] = True
        return np.asarray(order[within & (self.found.mass[order] > 0)], np.int64)

    def as_dict(self) -> dict[str, Any]:
        """Return the totals, the densest cells and pieces, for JSON."""
        codes, per_km = self.places.cells.layer.codes, np.nan_to_num(self.per_km)
        pieces = self.found.pieces
        return {
            "classes": [each.as_dict() for each in self.places.classes],
            "period": period_plain(self.places.question),
            "incidents": len(self.places.report),
            "on_street": len(self.projected.rows),
            "off_street": self.off_street,
            "rule": self.rule,
            "bandwidth_m": self.bandwidth_m,
            "bandwidth_chosen": self.choice.as_dict() if self.choice is not None else None,
            "unit": "incidents per km of street in the period",
            "integral": round(float(self.found.mass.sum()), 6),
            "street_km": round(float(self.streets.network.length_m.sum()) / 1000, 6),
            "pieces": len(pieces.link),
            "network_parts": len(np.unique(self.streets.network.parts)),
            "densest_cells": [
                {
                    "code": codes[i],
                    "per_km": round(float(per_km[i]), 6),
                    "street_km": round(float(self.street_km[i]), 6),
                }
                for i in np.argsort(-per_km, kind="stable")[:20].tolist()
                if per_km[i] > 0
            ],
            "densest_pieces": [
                {
                    "road": self.road_names[pieces.link[k]],
                    "link": int(pieces.link[k]),
                    "from_m": round(float(pieces.from_m[k]), 3),
                    "to_m": round(float(pieces.to_m[k]), 3),
                    "per_km": round(float(self.found.per_km[k]), 6),
                }
                for k in self.hottest(0.01)[:20].tolist()
            ],
            "provenance": self.provenance().as_dict(),
        }

    def provenance(self) -> Provenance:
        """Return what the risk was computed from."""
        return Provenance(
            method=f"network kernel density, {self.rule}, quartic",
            period=period_plain(self.places.question),
            snapshot=self.places.snapshot,
            grid=grid_plain(self.places.cells),
            exposure="kilometres of street",
            parameters={
                "rule": self.rule,
                "kernel": "quartic",
                "bandwidth_m": self.bandwidth_m,
                "bandwidth": "given" if self.choice is None else self.choice.as_dict(),
                "piece_m": PIECE_M,
                "farthest_m": FARTHEST_M,
                "incidents": len(self.projected.rows),
                "streets_km": round(float(self.streets.network.length_m.sum()) / 1000, 6),
                "seed": 0,
            },
        )

    def sheet(self) -> Sheet:
        """Return the risk of each cell, with the densest stretches of street as outlines."""
        return street_sheet(self)

    def write_segments(self, path: Path) -> list[Path]:
        """Write a line for each piece of street (WGS 84), by the suffix of `path`, whole or not at all.

        Columns: road, per_km, incidents (spread along the streets), length_m, rank (1: densest). Raises what
        `geography.write_vector_file` raises.
        """
        pieces, found = self.found.pieces, self.found
        rank = np.empty(len(pieces.link), np.int64)
        rank[np.argsort(-found.per_km, kind="stable")] = np.arange(1, len(rank) + 1)
        srid = self.places.cells.layer.srid

        def degrees(metres: Floats) -> Floats:
            return np.stack(to_degrees(srid, *np.rint(metres.T * 1000).astype(np.int64)), axis=1)

        return write_vector_file(
            path,
            {
                "road": self.road_names[pieces.link].tolist(),
                "per_km": found.per_km.round(6).tolist(),
                "incidents": found.mass.round(9).tolist(),
                "length_m": pieces.length_m.round(3).tolist(),
                "rank": rank.tolist(),
            },
            shapely.transform(piece_lines(self.streets, pieces), degrees),
            overwrite=True,
        )


def street_risk(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    rule: str = "discontinuous",
    bandwidth_m: float | None = None,
    cells: Cells | None = None,
) -> StreetRisk:
    """Return the density of the incidents of a question along the streets of the road layer.

    Without `bandwidth_m` the likelihood of places left out chooses it. Incidents farther than FARTHEST_M
    from every street are counted aside.

    Raises what `read_places` raises, NotFound (`no_roads`), WrongUsage (`bad_network_kernel`), InputRefused
    (`bad_bandwidth`).
    """
    named = checked_rule(rule)
    given = checked_bandwidth(bandwidth_m) if bandwidth_m is not None else None
    places = read_places(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    roads = load_roads(connection)
    roads = roads.subset(np.isin(roads.roles, WALKED))
    if not len(roads):
        raise NotFound(
            "no_roads",
            Text("还没有导入道路。", "no roads were imported yet."),
            remedy=Text("请先运行 gridsvc road import …。", "Run gridsvc road import … first."),
        )
    streets = _streets(roads, places.cells.layer.srid)
    shapes = shapes_m(places.cells)
    pieces = cut_at_cells(streets, shapes, PIECE_M)
    shares = shares_of_cells(streets, pieces, shapes)
    projected = project(streets, places.x_m, places.y_m, FARTHEST_M)
    choice, h = None, given
    if h is None:
        choice = choose_street_bandwidth(streets.network, projected.on)
        h = choice.bandwidth_m
    found = street_density(streets.network, projected.on, bandwidth_m=h, pieces=pieces, rule=named)
    return StreetRisk(
        places=places,
        streets=streets,
        projected=projected,
        found=found,
        per_km=cell_density(shares, found.mass, pieces.length_m),
        street_km=shares @ pieces.length_m / 1000,
        road_names=roads.names[streets.source],
        rule=named,
        bandwidth_m=h,
        choice=choice,
    )


_NETWORKS: Recent[StreetLines] = Recent(2)


def _streets(roads: Roads, srid: int) -> StreetLines:
    """Return the network of these roads, kept for the next who asks."""

    def build() -> StreetLines:
        def metres(degrees: Floats) -> Floats:
            return np.stack(to_millimetres(srid, degrees[:, 0], degrees[:, 1]), axis=1) / 1000

        return network_of_lines(np.asarray(shapely.transform(roads.geometries, metres)))

    import hashlib

    digest = hashlib.sha256(roads.ids.tobytes())
    for line in shapely.to_wkb(roads.geometries):
        digest.update(line)
    return _NETWORKS.get((srid, digest.hexdigest()), build)
