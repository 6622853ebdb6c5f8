"""How much of the incidents each piece of street has: risk along streets, by cell and piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text, WrongUsage
from gridsvc.geography import write_vector_file
from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.density.bandwidth import Bandwidth
from gridsvc.hotspots.density.kernels import mapped_bandwidth
from gridsvc.hotspots.density.street_bandwidth import choose_street_bandwidth
from gridsvc.hotspots.density.street_cells import (
    cell_density,
    cell_lengths,
    cells_beside,
    cut_at_cells,
    piece_lines,
)
from gridsvc.hotspots.density.street_lines import Projected, StreetLines, project
from gridsvc.hotspots.density.street_sides import offset_lines, side_of, side_risk
from gridsvc.hotspots.density.streets import (
    MAPPED_SHARE,
    Pieces,
    Rule,
    StreetDensity,
    checked_rule,
    piece_of,
    street_density,
)
from gridsvc.hotspots.products.places_said import shapes_m
from gridsvc.hotspots.products.said import grid_plain, period_plain
from gridsvc.hotspots.products.street_sheet import street_sheet
from gridsvc.hotspots.products.walked_streets import walked_streets
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.places import Places, read_places
from gridsvc.hotspots.sheets.provenance import Provenance
from gridsvc.hotspots.sheets.sheet import Sheet

Floats = NDArray[np.float64]

PIECE_M = 25.0
MOST_BANDWIDTH_M = 1000.0
"""Along streets the walks of a report grow with the bandwidth faster than its square."""
FARTHEST_M = 50.0
"""An incident farther from every street is on none."""
BOTH = -1
SIDE_NAMES = {BOTH: "both", 0: "left", 1: "right"}
MIXED = "mixed"
_DRAWN_ASIDE_M = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class StreetRisk:
    """`found`: incidents on each piece of street; by side, all left sides and then all right ones.

    `side`: BOTH, or 0 (left) and 1 (right), shape (pieces,). `projected`: which incidents lie on a street,
    and where; `piece`: the piece of each. `per_km[i]`: incidents per km of street of cell i (NaN: no street),
    `street_km[i]`: its street, shape (cells,). `road_names[e]`: name of the road of link e, None where it has
    none. `bandwidth_m` and `choice` of a kernel, `weights` of a mixture.
    """

    places: Places
    streets: StreetLines
    projected: Projected
    found: StreetDensity
    side: NDArray[np.int64]
    piece: NDArray[np.int64]
    per_km: Floats
    street_km: Floats
    road_names: NDArray[np.object_]
    rule: Rule | Literal["mixed"]
    bandwidth_m: float | None
    choice: Bandwidth | None
    weights: dict[str, float] | None

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
            "weights": self.weights,
            "unit": f"incidents per km of street{'' if self.weights is None else ' side'} in the period",
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
                    "side": SIDE_NAMES[self.side[k]],
                    "per_km": round(float(self.found.per_km[k]), 6),
                }
                for k in self.hottest(0.01)[:20].tolist()
            ],
            "provenance": self.provenance().as_dict(),
        }

    def provenance(self) -> Provenance:
        """Return what the risk was computed from."""
        return Provenance(
            method=f"network kernel density, {self.rule}, quartic" + (" and cells" if self.weights else ""),
            period=period_plain(self.places.question),
            snapshot=self.places.snapshot,
            grid=grid_plain(self.places.cells),
            exposure="kilometres of street",
            parameters={
                "rule": self.rule,
                "kernel": "quartic",
                "bandwidth_m": self.bandwidth_m,
                "bandwidth": "given" if self.choice is None else self.choice.as_dict(),
                "weights": self.weights,
                "piece_m": PIECE_M,
                "least_share": MAPPED_SHARE,
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

        Columns: road, side (both, left, right, along the line), per_km, incidents (spread along the streets),
        length_m, rank (1: densest). A side is drawn beside its street. Raises what
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
                "side": [SIDE_NAMES[side] for side in self.side.tolist()],
                "per_km": found.per_km.round(6).tolist(),
                "incidents": found.mass.round(9).tolist(),
                "length_m": pieces.length_m.round(3).tolist(),
                "rank": rank.tolist(),
            },
            shapely.transform(self.lines(pieces, self.side), degrees),
            overwrite=True,
        )

    def lines(self, pieces: Pieces, side: NDArray[np.int64]) -> NDArray[Any]:
        """Return the lines of pieces in metres, those of one side beside their street."""
        lines = piece_lines(self.streets, pieces)
        one = side != BOTH
        lines[one] = offset_lines(lines[one], side[one], _DRAWN_ASIDE_M)
        return lines


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

    `rule`: a kernel (simple, discontinuous, continuous), or "mixed": each side of a street for itself, by
    several bandwidths and the cells, as the data weigh them. Without `bandwidth_m` the likelihood of places
    left out chooses it. Incidents farther than FARTHEST_M from every street are counted aside.

    Raises what `read_places` raises, NotFound (`no_roads`), WrongUsage (`bad_network_kernel`,
    `bandwidth_of_mixture`), InputRefused (`bad_bandwidth`).
    """
    named = checked_rule(rule) if rule != MIXED else "mixed"
    given = mapped_bandwidth(bandwidth_m, MOST_BANDWIDTH_M) if bandwidth_m is not None else None
    if named == "mixed" and given is not None:
        raise WrongUsage(
            "bandwidth_of_mixture",
            Text(
                "mixed 由数据混合多个带宽，不能指定带宽。",
                "mixed takes several bandwidths, none that is given.",
            ),
            remedy=Text(
                "请去掉 --bandwidth，或用 --network discontinuous。",
                "Leave out --bandwidth, or take --network discontinuous.",
            ),
        )
    places = read_places(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    streets, road_names = walked_streets(connection, places.cells.layer.srid)
    shapes = shapes_m(places.cells)
    pieces = cut_at_cells(streets, shapes, PIECE_M)
    beside = cells_beside(streets, pieces, shapes)
    projected = project(streets, places.x_m, places.y_m, FARTHEST_M)
    piece = piece_of(pieces, projected.on)
    choice, h, weights = None, given, None
    if named == "mixed":
        on_side = side_of(streets, projected, places.x_m, places.y_m)
        cell = places.cell[projected.rows].astype(np.int64)
        mixed = side_risk(streets, projected.on, on_side, cell, pieces, beside, len(shapes))
        by_side, weights = mixed.mass, mixed.weights
        both = Pieces(np.tile(pieces.link, 2), np.tile(pieces.from_m, 2), np.tile(pieces.to_m, 2))
        found = StreetDensity(both, by_side.T.ravel(), np.empty(0))
        side, piece = np.repeat([0, 1], len(pieces.link)), piece + on_side * len(pieces.link)
    else:
        if h is None:
            choice = choose_street_bandwidth(streets.network, projected.on)
            h = choice.bandwidth_m
        found = street_density(
            streets.network,
            projected.on,
            bandwidth_m=h,
            pieces=pieces,
            rule=named,
            least_share=MAPPED_SHARE,
        )
        by_side = np.repeat(found.mass[:, None] / 2, 2, axis=1)
        side = np.full(len(pieces.link), BOTH)
    return StreetRisk(
        places=places,
        streets=streets,
        projected=projected,
        found=found,
        side=side,
        piece=piece,
        per_km=cell_density(beside, by_side, pieces.length_m, len(shapes)),
        street_km=cell_lengths(beside, pieces.length_m, len(shapes)) / 1000,
        road_names=road_names,
        rule=named,
        bandwidth_m=h,
        choice=choice,
        weights=weights,
    )
