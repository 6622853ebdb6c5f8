"""Who answers on a boundary road: from a section, a side and what the report says to a ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.responsibility.candidates import Either, Ground, Territory
from gridsvc.responsibility.corridors import LEFT, RIGHT, Corridors
from gridsvc.responsibility.distinct import distinct
from gridsvc.responsibility.grid import TerritoryKey
from gridsvc.responsibility.territories import Territories
from gridsvc.responsibility.verdicts import VerdictBook
from gridsvc.roads import RULES, BoundarySection

Floats = NDArray[np.float64]

# Who keeps the road where a place lies. The unsettled ones name the side on which the place lies first.
LEFT_KEEPS, RIGHT_KEEPS, UNIT_KEEPS, LEFT_OR_RIGHT, RIGHT_OR_LEFT, LEFT_ACROSS, RIGHT_ACROSS = range(7)
OUTCOMES = 7
_CENTRE_LINE, _WHOLE_ROAD, _DIRECTION, _HOUSE_NUMBER = range(len(RULES))

ALONG_WITHIN = 80.0
"""Degrees within which a heading is along a line (or against it); between them it crosses the road.

Wide enough for the difference between true and grid north (under 2 degrees in a 3-degree zone) and a bend."""


@dataclass(frozen=True, slots=True)
class OnRoads:
    """What boundary roads do to places, shape (n,) each; `section` -1: nothing.

    `section` counts in the moment's corridors; `side` is LEFT, ON_THE_LINE or RIGHT, `mm` the distance to
    the centre line, `outcome` LEFT_KEEPS and so on.
    """

    section: NDArray[np.int32]
    side: NDArray[np.int8]
    mm: Floats
    outcome: NDArray[np.int8]

    @classmethod
    def empty(cls, n: int) -> OnRoads:
        """Return columns to be filled in."""
        return cls(np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n), np.empty(n, np.int8))

    def clear(self, rows: NDArray[np.int64] | slice) -> None:
        """Put rows in no corridor."""
        self.section[rows], self.side[rows] = -1, 0
        self.mm[rows], self.outcome[rows] = np.nan, 0


class Grounds:
    """The corridors of one moment with the territories that keep them. Grows by what is asked; else fixed."""

    def __init__(self, territories: Territories, corridors: Corridors, traffic_side: str) -> None:
        """Take the moment's territories; `traffic_side` right or left: where traffic drives."""
        self.corridors = corridors
        self._territories = territories
        self._right_hand = traffic_side == "right"
        sections = corridors.sections
        self._rule = np.array([RULES.index(each.rule) for each in sections], np.int8)
        # On the line itself the smaller code has the place, however the line was drawn.
        self._left_first = np.array([each.left_code <= each.right_code for each in sections], bool)
        self._party = np.array([_party(each) for each in sections], np.int8)
        self._odd_left = np.array([each.odd_code == each.left_code for each in sections], bool)
        self._known: dict[tuple[int, int, TerritoryKey], Ground] = {}
        self._numbers: dict[tuple[int, int, TerritoryKey], int] = {}

    def find(
        self, x: NDArray[np.int64], y: NDArray[np.int64], heading: Floats, number: NDArray[np.int64]
    ) -> OnRoads:
        """Return what boundary roads do to places in mm of the grid's system, with what their reports say.

        `heading`: of the traffic on the carriageway, degrees clockwise from north, NaN for none; `number`:
        the house number, -1 for none.
        """
        hits = self.corridors.find(x, y)
        outcome = np.zeros(len(x), np.int8)
        hit = np.flatnonzero(hits.section >= 0)
        if not len(hit):
            return OnRoads(hits.section, hits.side, hits.mm, outcome)
        outcome[hit] = self.outcomes(
            hits.section[hit], hits.side[hit], hits.bearing[hit], heading[hit], number[hit]
        )
        return OnRoads(hits.section, hits.side, hits.mm, outcome)

    def outcomes(
        self,
        section: NDArray[np.int32],
        side: NDArray[np.int8],
        bearing: Floats,
        heading: Floats,
        number: NDArray[np.int64],
    ) -> NDArray[np.int8]:
        """Return who keeps the road at places in corridors, shape (n,)."""
        rule = self._rule[section]
        on_left = (side == LEFT) | ((side != RIGHT) & self._left_first[section])
        outcome = np.where(on_left, LEFT_KEEPS, RIGHT_KEEPS)
        outcome = np.where(rule == _WHOLE_ROAD, self._party[section], outcome)
        unsettled = np.where(on_left, LEFT_OR_RIGHT, RIGHT_OR_LEFT)

        turned = np.abs((heading - bearing + 180) % 360 - 180)  # 0 along the line, 180 against it
        rightwards = (turned <= 90) == self._right_hand
        by_heading = np.where(rightwards, RIGHT_KEEPS, LEFT_KEEPS)
        across = (turned > ALONG_WITHIN) & (turned < 180 - ALONG_WITHIN)
        by_heading = np.where(across, np.where(on_left, LEFT_ACROSS, RIGHT_ACROSS), by_heading)
        by_heading = np.where(np.isnan(heading), unsettled, by_heading)
        outcome = np.where(rule == _DIRECTION, by_heading, outcome)

        by_number = np.where((number % 2 == 1) == self._odd_left[section], LEFT_KEEPS, RIGHT_KEEPS)
        by_number = np.where(number > 0, by_number, unsettled)
        return np.where(rule == _HOUSE_NUMBER, by_number, outcome).astype(np.int8)

    def ground(self, section: int, outcome: int, areas: TerritoryKey) -> Ground:
        """Return who answers where the geometry says `areas`."""
        key = (section, outcome, areas)
        if key not in self._known:
            self._known[key] = self._ground(self.corridors.sections[section], outcome, areas)
        return self._known[key]

    def numbers(
        self,
        combinations: Sequence[tuple[int, int, int]],
        territories: Sequence[TerritoryKey],
        book: VerdictBook,
    ) -> NDArray[np.int64]:
        """Return the grounds, as numbers in the atlas's book, of (section, outcome, territory), shape (n,).

        A territory is an index in `territories`.
        """
        keys = [(section, outcome, territories[areas]) for section, outcome, areas in combinations]
        # A look by the key: to find a ground in the book its every name would be hashed.
        fresh = [key for key in keys if key not in self._numbers]
        if fresh:
            found = book.grounds_of([self.ground(*key) for key in fresh]).tolist()
            self._numbers.update(zip(fresh, found, strict=True))
        return np.array([self._numbers[key] for key in keys], np.int64)

    def by_number(self, section: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which sections are divided by house numbers, shape (n,)."""
        return np.asarray(self._rule[section] == _HOUSE_NUMBER)

    def plain(self, areas: TerritoryKey) -> Ground:
        """Return who answers off the boundary roads."""
        return self._territories[areas]

    def combined(
        self, section: NDArray[np.int32], outcome: NDArray[np.int8], territory: NDArray[np.int64], count: int
    ) -> tuple[list[tuple[int, int, int]], NDArray[np.int64]]:
        """Return the distinct (section, outcome, territory) of rows, and which of them each row has."""
        number = (section.astype(np.int64) * OUTCOMES + outcome) * count + territory
        present, which = distinct(number, len(self.corridors) * OUTCOMES * count)
        return [
            (each // count // OUTCOMES, each // count % OUTCOMES, each % count) for each in present.tolist()
        ], which

    def _ground(self, section: BoundarySection, outcome: int, areas: TerritoryKey) -> Ground:
        if outcome == UNIT_KEEPS:
            own = self._territories[areas] or Territory()
            return replace(own, road=section.name, keeper=section.unit_code)
        left, right = (self._side(section, code, areas) for code in (section.left_code, section.right_code))
        if outcome in (LEFT_KEEPS, RIGHT_KEEPS):
            return left if outcome == LEFT_KEEPS else right
        sides = (left, right) if outcome in (LEFT_OR_RIGHT, LEFT_ACROSS) else (right, left)
        return Either(sides, missing_fact(section, outcome))

    def _side(self, section: BoundarySection, code: str, areas: TerritoryKey) -> Territory:
        """Return an area's territory; the place's own where that is the area, with its community and cell."""
        mine = self._territories[areas] if self._territories.holds(areas, code) else None
        return replace(mine or self._territories.of_area(code), road=section.name)


def _party(section: BoundarySection) -> int:
    if section.party_code is None:
        return UNIT_KEEPS
    return LEFT_KEEPS if section.party_code == section.left_code else RIGHT_KEEPS


def missing_fact(section: BoundarySection, outcome: int) -> Text:
    """Return the sentence that asks for the fact that would settle an unsettled outcome."""
    if section.rule == "house_number":
        return Text(
            f"界路“{section.name}”按门牌单双号划分，上报没有门牌号（house_number），两侧各占一半；"
            "请补充门牌号。",
            f"The boundary road {section.name} is divided by odd and even house numbers and the report has"
            " no house_number: both sides have half; give it.",
        )
    if outcome in (LEFT_ACROSS, RIGHT_ACROSS):
        return Text(
            f"界路“{section.name}”按行车方向划分，所给方向横穿道路，不能判断是哪一侧车道，两侧各占一半；"
            "请核对行车方向（heading_deg）。",
            f"The boundary road {section.name} is divided by direction of traffic and the heading crosses"
            " it: both sides have half; check heading_deg.",
        )
    return Text(
        f"界路“{section.name}”按行车方向划分，上报没有行车方向（heading_deg），两侧各占一半；请补充。",
        f"The boundary road {section.name} is divided by direction of traffic and the report has no"
        " heading_deg: both sides have half; give it.",
    )
