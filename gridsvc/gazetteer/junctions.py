"""The shape of one crossing: where its middle is, how its roads run and how wide they are, its corners."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.gazetteer.compass import COMPASS, Vector, cosine, unit
from gridsvc.gazetteer.streets import Street

Point = tuple[float, float]

_LOOK_M = 60.0
"""Roads are looked at on a circle of this radius: beyond the flare of the junction, before the next bend."""
_PAVEMENT_M = 4.0
"""From the kerb to where a person stands who says that something is at the corner."""
_SAME_ARM = math.cos(math.radians(50))
_WIDEST_M = 45.0
_ONE_LINE = math.sin(math.radians(15))
_STEPS_M = (0.0, 20.0, -20.0, 40.0, -40.0)
_AROUND = ("东北", "东南", "西南", "西北")


@dataclass(frozen=True, slots=True)
class Arm:
    """A road as it leaves a crossing: its direction, and which of the two streets it is."""

    direction: Vector
    street: int


@dataclass(frozen=True, slots=True)
class Junction:
    """A crossing of two streets: its `middle`, unit vectors along them, `half_widths` to the kerb."""

    middle: Point
    streets: tuple[Street, Street]
    axes: tuple[Vector, Vector]
    half_widths: tuple[float, float]
    arms: tuple[Arm, ...]

    @property
    def accuracy_m(self) -> float:
        """Return the radius (68 %) within which something "at the crossing" lies."""
        return 10.0 + math.hypot(*self.half_widths)

    def corner(self, word: str) -> Point:
        """Return where a person stands at the north-eastern … corner.

        The four corners that the roads really make are given to the four words in turn, so that every word
        has a corner of its own however the roads run.
        """
        sine = abs(self.axes[0][0] * self.axes[1][1] - self.axes[0][1] * self.axes[1][0])
        if sine < _ONE_LINE:
            # One street goes on as the other: there are no corners, only a direction.
            reach = math.sqrt(2) * (max(self.half_widths) + _PAVEMENT_M)
            return self.middle[0] + COMPASS[word][0] * reach, self.middle[1] + COMPASS[word][1] * reach
        sine = max(sine, 0.35)
        steps = [(each + _PAVEMENT_M) / sine for each in self.half_widths]
        corners = []
        for a in (1, -1):
            for b in (1, -1):
                # Beyond the other road's kerb along the one axis, beyond this one's along the other.
                x = a * self.axes[0][0] * steps[1] + b * self.axes[1][0] * steps[0]
                y = a * self.axes[0][1] * steps[1] + b * self.axes[1][1] * steps[0]
                corners.append((x, y))
        corners.sort(key=lambda p: -math.atan2(p[1], p[0]))  # clockwise
        turns = [
            sum(cosine(unit(*corners[(k + turn) % 4]), COMPASS[name]) for k, name in enumerate(_AROUND))
            for turn in range(4)
        ]
        turn = turns.index(max(turns))
        x, y = corners[(_AROUND.index(word) + turn) % 4]
        return self.middle[0] + x, self.middle[1] + y

    def side(self, word: str) -> Point:
        """Return the kerb on the eastern … side of the crossing: across the road that it is entered by."""
        arm = self.arm(word)
        if arm is None:
            reach = max(self.half_widths) + _PAVEMENT_M
            return self.middle[0] + COMPASS[word][0] * reach, self.middle[1] + COMPASS[word][1] * reach
        reach = self.half_widths[1 - arm.street] + _PAVEMENT_M
        return self.middle[0] + arm.direction[0] * reach, self.middle[1] + arm.direction[1] * reach

    def arm(self, word: str) -> Arm | None:
        """Return the road that leaves to the east, …: the one nearest to it, within 50°."""
        best = max(self.arms, key=lambda arm: cosine(arm.direction, COMPASS[word]), default=None)
        return best if best and cosine(best.direction, COMPASS[word]) >= _SAME_ARM else None


def junction_at(point: Point, streets: tuple[Street, Street]) -> Junction:
    """Look at the crossing of two streets near `point`.

    The middle is moved to between the carriageways of each: where a street ends at another one, their links
    meet at its nearer carriageway only.
    """
    seen = [_seen(point, street) for street in streets]
    axes = (seen[0][0], seen[1][0])
    middle = point
    if abs(axes[0][0] * axes[1][1] - axes[0][1] * axes[1][0]) > 0.5:
        for (axis, _), street in zip(seen, streets, strict=True):
            shift, _ = _across(middle, axis, street)
            middle = (middle[0] - axis[1] * shift, middle[1] + axis[0] * shift)
    widths = [_across(middle, axis, street)[1] for (axis, _), street in zip(seen, streets, strict=True)]
    arms = tuple(Arm(each, k) for k, (_, directions) in enumerate(seen) for each in directions)
    return Junction(middle, streets, axes, (widths[0], widths[1]), arms)


def _seen(point: Point, street: Street) -> tuple[Vector, list[Vector]]:
    """Return the axis of a street at a point, and the directions in which it leaves."""
    directions: list[Vector] = []
    for reach in (_LOOK_M, _LOOK_M / 2, _LOOK_M / 4):
        directions = _leaving(point, street, reach)
        if directions:
            break
    if not directions:
        return (1.0, 0.0), []
    if len(directions) == 1:
        return directions[0], directions
    a, b = directions[0], min(directions[1:], key=lambda each: cosine(each, directions[0]))
    return unit(a[0] - b[0], a[1] - b[1]), directions


def _leaving(point: Point, street: Street, reach: float) -> list[Vector]:
    circle = shapely.Point(point).buffer(reach, quad_segs=16).exterior
    near = street.main[shapely.dwithin(street.main, shapely.Point(point), reach)]
    cut = shapely.get_coordinates(shapely.intersection(near, circle))
    groups: list[list[Vector]] = []
    for x, y in cut.tolist():
        direction = unit(x - point[0], y - point[1])
        fitting = next((g for g in groups if cosine(g[0], direction) > _SAME_ARM), None)
        if fitting is None:
            groups.append([direction])
        else:
            fitting.append(direction)
    return [unit(sum(d[0] for d in g), sum(d[1] for d in g)) for g in groups]


def _across(point: Point, axis: Vector, street: Street) -> tuple[float, float]:
    """Return how far left of `point` the middle of a street's carriageways is, and half its width."""
    offsets = carriageways(point, axis, street)
    if not len(offsets):
        return 0.0, street.half_width_m
    low, high = float(offsets.min()), float(offsets.max())
    return (low + high) / 2, (high - low) / 2 + min(street.half_width_m, 9.0 if high - low > 4 else 15.0)


def carriageways(point: Point, axis: Vector, street: Street) -> NDArray[np.float64]:
    """Return how far left of `axis` each link of a street passes `point`, shape (n,).

    Measured on a line across the street: at the point, or a little before or behind it, where a street that
    ends at the crossing is still there. Of several the one that meets most links.
    """
    left = np.array([-axis[1], axis[0]])
    near = street.main[shapely.dwithin(street.main, shapely.Point(point), 2 * _WIDEST_M)]
    best = np.empty(0)
    for step in _STEPS_M:
        middle = np.array(point) + step * np.array(axis)
        across = shapely.LineString([middle - _WIDEST_M * left, middle + _WIDEST_M * left])
        hits = shapely.get_coordinates(shapely.intersection(near, across))
        offsets = np.unique(np.round((hits - middle) @ left, 2))
        if len(offsets) > len(best):
            best = offsets
    return best
