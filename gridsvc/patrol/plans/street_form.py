"""The street form of a plan: pieces of street that are walked along, either way where that is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.lines import piece_points
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Snapped, Streets
from gridsvc.patrol.network.travel import Ground
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.plans.posing import Posed
from gridsvc.patrol.plans.request import PlanAsked
from gridsvc.patrol.routing.problem import MINUTE, NEVER, Problem, Visits
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_values import StreetPieces
from gridsvc.patrol.value.walking import looking_minutes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PosedStreets(Posed):
    """A posed problem with pieces of street: `piece[v]`, -1 for a visit to a point, walked `forward[v]` along
    its link or against it. Rows are those of the points, then each piece forwards and backwards; `snapped`
    says where a row is entered.
    """

    streets: Streets
    pieces: StreetPieces
    piece: Integers
    forward: Bools

    def along(self, visit: int) -> tuple[Any, float]:
        """Return the line that a visit walks (shapely, lon and lat, as it is walked) and its metres.

        (None, 0.0) for a visit to a point.
        """
        piece = int(self.piece[visit])
        if piece < 0:
            return None, 0.0
        low, high = float(self.pieces.from_m[piece]), float(self.pieces.to_m[piece])
        ends = (low, high) if self.forward[visit] else (high, low)
        xy = np.rint(piece_points(self.streets.lines[self.pieces.link[piece]], *ends) * 1000).astype(np.int64)
        return shapely.LineString(np.stack(to_degrees(self.streets.srid, *xy.T), axis=1)), high - low


def pose_streets(
    posed: Posed,
    streets: Streets,
    pieces: StreetPieces,
    places: Places,
    asked: PlanAsked,
    zones: Sequence[frozenset[str]] | None = None,
    *,
    speeds: ModeSpeeds = SPEEDS,
) -> PosedStreets:
    """Return the problem of walking pieces of street, beside the points that `posed` visits already.

    `places`: those of `posed`, then the pieces (`street_places`), and `zones` of all. A piece is a visit for
    each mode and each direction that the mode may go; at most one of them is made. Its service is the time to
    walk it looking, its value what these minutes earn (`walking.walked`); a mode's visits are its patrols'
    alone. Where no patrol may walk a piece it is in `off`.
    """
    points = len(places) - len(pieces)
    rows = len(posed.spots) + points
    entered, left = _ends(streets, pieces, speeds)
    snapped = tuple(_joined(each, entered) for each in posed.snapped)
    ground = tuple(
        _directed_ground(streets, mode, each, left, speeds)
        for mode, each in zip(posed.modes, snapped, strict=True)
    )
    visits, piece, forward = _directed(posed, streets, pieces, places, asked, zones, rows, speeds)
    old = posed.problem.visits
    both = Visits(*(np.concatenate([getattr(old, name), getattr(visits, name)]) for name in Visits.__slots__))
    walked = np.zeros(len(pieces), np.bool_)
    walked[piece[visits.allowed.any(axis=1)]] = True
    nothing = np.full(len(old), -1, np.int64)
    return PosedStreets(
        problem=Problem(
            tuple(np.minimum(each.times(), NEVER) for each in ground), both, posed.problem.patrols
        ),
        place=np.concatenate([posed.place, points + piece]),
        copy=np.concatenate([posed.copy, np.zeros_like(piece)]),
        spots=posed.spots,
        modes=posed.modes,
        snapped=snapped,
        ground=ground,
        off=np.concatenate([posed.off, ~walked]),
        streets=streets,
        pieces=pieces,
        piece=np.concatenate([nothing, piece]),
        forward=np.concatenate([nothing == 0, forward]),
    )


def _ends(streets: Streets, pieces: StreetPieces, speeds: ModeSpeeds) -> tuple[Snapped, Snapped]:
    """Return where each piece is entered and where it is left, forwards and then backwards: (2 n,) each."""
    link = np.repeat(pieces.link, 2)
    ends = np.stack([pieces.from_m, pieces.to_m], axis=1)
    # Who goes forwards is on the right of the line, who comes back on its left.
    side = np.tile(np.array([1, -1] if speeds.drives_on == "right" else [-1, 1], np.int8), len(pieces))
    found = []
    for along in (ends.ravel(), ends[:, ::-1].ravel()):
        metres = shapely.get_coordinates(shapely.line_interpolate_point(streets.lines[link], along))
        lon, lat = to_degrees(streets.srid, *np.rint(metres * 1000).astype(np.int64).T)
        found.append(Snapped(link, along, np.zeros(len(link)), lon, lat, side))
    return found[0], found[1]


def _joined(first: Snapped, second: Snapped) -> Snapped:
    sides = [np.zeros(len(each), np.int8) if each.side is None else each.side for each in (first, second)]
    columns = {
        name: np.concatenate([getattr(each, name) for each in (first, second)])
        for name in ("link", "along_m", "off_m", "lon", "lat")
    }
    return Snapped(**columns, side=np.concatenate(sides))


def _directed_ground(
    streets: Streets, mode: Mode, entered: Snapped, left: Snapped, speeds: ModeSpeeds
) -> Ground:
    """Return the ground of rows that are entered at one place; the last are left at another."""
    plain = Ground.of(streets, mode, _joined(entered, left), speeds)
    rows, alike = len(entered), len(entered) - len(left)
    node = np.concatenate([plain.node[:alike], plain.node[rows:]])
    return Ground(plain.network, plain.graph, node, plain.into[:rows])


def _directed(
    posed: Posed,
    streets: Streets,
    pieces: StreetPieces,
    places: Places,
    asked: PlanAsked,
    zones: Sequence[frozenset[str]] | None,
    rows: int,
    speeds: ModeSpeeds,
) -> tuple[Visits, Integers, Bools]:
    """Return the visits that walk pieces, the piece of each, and whether it goes along its link."""
    parts: list[tuple[Integers, Bools, Integers, Integers, Floats]] = []
    for number, mode in enumerate(posed.modes):
        network = mode_network(streets, mode, speeds)
        minutes = looking_minutes(streets, pieces, mode, speeds)
        # A plan kept before values were by minutes says nothing of modes.
        gain = pieces.gains.get(mode, np.ones(len(pieces)))
        for ahead, may in ((True, network.along), (False, network.against)):
            some = np.flatnonzero(may[pieces.link])
            time = np.maximum(np.rint(minutes[some] * MINUTE), 1).astype(np.int64)
            parts.append((some, np.full(len(some), ahead), time, np.full(len(some), number), gain[some]))
    piece, forward, service, mode_of, gain = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((~forward, mode_of, piece))
    piece, forward, service, mode_of = piece[order], forward[order], service[order], mode_of[order]
    place = len(places) - len(pieces) + piece
    first = int(posed.problem.visits.group.max(initial=-1)) + 1
    choices = np.bincount(piece, minlength=len(pieces))[piece]
    visits = Visits(
        at=rows + 2 * piece + ~forward,
        service=service,
        opens=np.rint(places.opens[place] * MINUTE).astype(np.int64),
        closes=np.rint(places.closes[place] * MINUTE).astype(np.int64),
        value=places.value[place] * gain[order],
        group=np.where(choices > 1, first + piece, -1),
        required=places.required[place],
        allowed=_in_zones(asked, zones, place) & (posed.problem.patrols.mode == mode_of[:, None]),
    )
    return visits, piece, forward


def _in_zones(asked: PlanAsked, zones: Sequence[frozenset[str]] | None, place: Integers) -> Bools:
    """Return which patrols may work at the place of each visit, shape (visits, patrols)."""
    allowed = np.ones((len(place), len(asked.patrols)), np.bool_)
    for number, patrol in enumerate(asked.patrols):
        if patrol.zones:
            wanted = frozenset(patrol.zones)
            allowed[:, number] = [bool(zones and wanted & zones[each]) for each in place.tolist()]
    return allowed
