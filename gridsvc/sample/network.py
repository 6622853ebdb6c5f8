"""The streets of the sample district: arterials, streets, lanes, and the walls between courtyards.

The plan is drawn straight, in metres from `ORIGIN`, by cutting convex blocks again and again; then it is
noded on whole millimetres and bent by a smooth displacement that keeps areas. Every piece of line between
two nodes exists once, so that whatever is built from the pieces shares its vertices to the millimetre.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.names import ARTERIALS, DIAGONAL, street_names

Array = NDArray[np.float64]

SRID = 4545
"""CGCS2000, 3-degree Gauss-Krüger, central meridian 108° E; x is east, y is north, both in metres."""
ORIGIN = (588_050.0, 3_791_150.0)
CELL_M2 = 9_840.0
"""Ground per cell that the cutting aims at; the compounds, which are not cut, bring the mean up."""

# Superblocks between arterials, north to south and west to east, by the last digit of the street's code.
LAYOUT = (
    ".112233.",
    "81122333",
    "88776644",
    "88776544",
    "8877555.",
)
_WIDTHS = (850.0, 690.0, 720.0, 780.0, 820.0, 850.0, 880.0, 900.0)
_HEIGHTS = (690.0, 760.0, 850.0, 860.0, 875.0)
_DIAGONALS = ((2, 4), (3, 5))
_MOAT_M = 58.0

ARTERIAL, STREET, BRANCH, LANE, WALL = range(5)
CLASS_NAMES = ("主干路", "次干路", "支路", "街巷", "墙界")
WIDTHS_M = (40.0, 26.0, 15.0, 6.0, 0.0)


@dataclass(slots=True)
class Cut:
    """One straight line of the plan: its two ends in metres, its class, and its street's number."""

    ends: Array
    kind: int
    street: int


@dataclass(slots=True)
class Block:
    """A convex piece of ground on its way to becoming cells.

    `share` is the number of cells that it is worth; `use` is empty unless the plan reserves the ground.
    """

    ring: Array
    share: int
    superblock: int
    street: int
    use: str = ""


@dataclass(slots=True)
class Plan:
    """The straight plan: blocks with their cells, and every line that was drawn."""

    blocks: list[Block] = field(default_factory=list)
    leaves: list[Block] = field(default_factory=list)
    leaf_block: list[int] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def ring_area(ring: Array) -> float:
    """Return the signed area of an open ring, positive when it runs anticlockwise."""
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


class _Cutter:
    """Cuts convex rings and remembers where lines ended, so that crossings meet instead of missing."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.cuts: list[Cut] = []
        self._ends: dict[tuple[int, int], list[Array]] = {}

    def draw(self, ends: Array, kind: int, street: int) -> None:
        self.cuts.append(Cut(ends, kind, street))
        for end in ends:
            self._ends.setdefault((int(end[0] // 40), int(end[1] // 40)), []).append(end)

    def _meeting(self, point: Array, a: Array, b: Array, reach: float) -> Array:
        """Return an earlier end of line on the edge a-b within `reach` metres of `point`, or `point`."""
        column, row = int(point[0] // 40), int(point[1] // 40)
        best, found = reach, point
        along = (b - a) / np.hypot(*(b - a))
        for key in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for end in self._ends.get(key, ()):
                offset = end - a
                aside = abs(along[0] * offset[1] - along[1] * offset[0])
                distance = float(np.hypot(*(end - point)))
                if distance < best and aside < 1e-6 and 5 < offset @ along < np.hypot(*(b - a)) - 5:
                    best, found = distance, end
        return found

    def cut(
        self, ring: Array, fraction: float, angle: float, kind: int, street: int, reach: float
    ) -> tuple[Array, Array]:
        """Cut `ring` by a line across its long side so that the first part gets `fraction` of the area."""
        centred = ring - ring.mean(axis=0)
        edges = np.roll(ring, -1, axis=0) - ring
        lengths = np.hypot(edges[:, 0], edges[:, 1])
        directions = edges / lengths[:, None]
        extents = np.ptp(centred @ directions.T, axis=0)
        # The long axis follows an edge, not the diagonal: streets meet streets at right angles.
        normal = directions[int(np.argmax(extents + 0.15 * lengths))]
        c, s = np.cos(angle), np.sin(angle)
        normal = np.array([c * normal[0] - s * normal[1], s * normal[0] + c * normal[1]])
        heights = ring @ normal
        low, high = float(heights.min()), float(heights.max())
        wanted = fraction * ring_area(ring)
        for _ in range(24):
            middle = (low + high) / 2
            first, _second, _ends = _halves(ring, heights - middle)
            if ring_area(first) < wanted:
                low = middle
            else:
                high = middle
        _first, _second, (i, p, j, q) = _halves(ring, heights - (low + high) / 2)
        count = len(ring)
        p = self._meeting(p, ring[i], ring[(i + 1) % count], reach)
        q = self._meeting(q, ring[j], ring[(j + 1) % count], reach)
        one, other = _rings(ring, i, p, j, q)
        self.draw(np.array([p, q]), kind, street)
        return (one, other) if (one @ normal).mean() < (other @ normal).mean() else (other, one)


def _halves(ring: Array, side: Array) -> tuple[Array, Array, tuple[int, Array, int, Array]]:
    """Split a convex ring by the signs of `side`; return the negative part, the other, and the crossings."""
    following = np.roll(side, -1)
    crossing = np.flatnonzero((side < 0) != (following < 0))
    i, j = int(crossing[0]), int(crossing[-1])
    share = side / np.where(side == following, 1.0, side - following)
    ahead = np.roll(ring, -1, axis=0)
    p = ring[i] + share[i] * (ahead[i] - ring[i])
    q = ring[j] + share[j] * (ahead[j] - ring[j])
    one, other = _rings(ring, i, p, j, q)
    if side[i] < 0:
        return other, one, (i, p, j, q)
    return one, other, (i, p, j, q)


def _rings(ring: Array, i: int, p: Array, j: int, q: Array) -> tuple[Array, Array]:
    """Return the two rings left and right of the line from `p` on edge `i` to `q` on edge `j` > `i`."""
    one = np.vstack([p[None], ring[i + 1 : j + 1], q[None]])
    other = np.vstack([q[None], ring[j + 1 :], ring[: i + 1], p[None]])
    return one, other


def draw_plan(rng: np.random.Generator) -> Plan:
    """Draw the straight plan: superblocks, blocks, compounds, cells."""
    plan = Plan(names=[*ARTERIALS, DIAGONAL])
    cutter = _Cutter(rng)
    corners = _corners(rng)
    rows, columns = len(LAYOUT), len(LAYOUT[0])
    inside = np.array([[mark != "." for mark in line] for line in LAYOUT])
    for row in range(rows + 1):
        for column in range(columns):
            if (row > 0 and inside[row - 1, column]) or (row < rows and inside[row, column]):
                cutter.draw(corners[row, [column, column + 1]], ARTERIAL, row)
    for row in range(rows):
        for column in range(columns + 1):
            if (column > 0 and inside[row, column - 1]) or (column < columns and inside[row, column]):
                cutter.draw(corners[[row, row + 1], column], ARTERIAL, rows + 1 + column)
    fresh = iter(street_names(rng))
    pieces: list[Block] = []
    for row in range(rows):
        for column in range(columns):
            if inside[row, column]:
                ring = corners[[row + 1, row + 1, row, row], [column, column + 1, column + 1, column]]
                block = Block(ring, 0, row * columns + column, int(LAYOUT[row][column]))
                pieces += _reserve(cutter, plan, block, row, column)
    while pieces:
        piece = pieces.pop()
        piece.share = piece.share or max(1, round(ring_area(piece.ring) / CELL_M2))
        if piece.use == "water" or piece.share <= 7:
            plan.blocks.append(piece)
            continue
        kind = STREET if piece.share >= 22 else BRANCH
        plan.names.append(next(fresh) + ("路" if kind == STREET else "街"))
        pieces += _cut_in_two(cutter, piece, kind, len(plan.names) - 1, 30.0)
    _choose_compounds(plan, rng)
    for number, block in enumerate(plan.blocks):
        _cut_to_cells(cutter, plan, block, number, fresh)
    plan.cuts = cutter.cuts
    return plan


def _corners(rng: np.random.Generator) -> Array:
    """Return the crossings of the arterials: rows from north to south, columns from west to east."""
    x = np.concatenate([[0.0], np.cumsum(_WIDTHS)])
    y = -np.concatenate([[0.0], np.cumsum(_HEIGHTS)])
    grid = np.stack(np.meshgrid(x - x[-1] / 2, y - y[-1] / 2), axis=-1)
    return np.asarray(grid + rng.normal(0, 42, grid.shape).clip(-80, 80))


def _reserve(cutter: _Cutter, plan: Plan, block: Block, row: int, column: int) -> list[Block]:
    """Take the diagonal avenue and the moat out of a superblock before it is cut."""
    ring = block.ring
    if (row, column) in _DIAGONALS:
        cutter.draw(ring[[3, 1]], ARTERIAL, len(ARTERIALS))
        return [
            Block(ring[[0, 1, 3]], 0, block.superblock, block.street),
            Block(ring[[1, 2, 3]], 0, block.superblock, block.street),
        ]
    if row == 2 and column < 6:
        near, far, bank = (3, 2), (0, 1), (0, 1)
    elif row < 2 and column == 5:
        near, far, bank = (3, 0), (2, 1), (2, 1)
    else:
        return [block]
    # The moat lies along one side of the superblock, the same width at both ends.
    ends = []
    for a, b in zip(near, far, strict=True):
        along = ring[b] - ring[a]
        ends.append(ring[a] + along * (_MOAT_M / np.hypot(*along)))
    line = np.array(ends)
    if "环河路" not in plan.names:
        plan.names.append("环河路")
    cutter.draw(line, BRANCH, plan.names.index("环河路"))
    water = np.array([ring[near[0]], ring[near[1]], line[1], line[0]])
    rest = np.array([line[0], line[1], ring[bank[1]], ring[bank[0]]])
    if ring_area(water) < 0:
        water = water[::-1]
    if ring_area(rest) < 0:
        rest = rest[::-1]
    return [
        Block(water, 0, block.superblock, block.street, "water"),
        Block(rest, 0, block.superblock, block.street),
    ]


def _cut_in_two(cutter: _Cutter, piece: Block, kind: int, street: int, reach: float) -> list[Block]:
    share = piece.share
    first = share // 2
    if share > 7:
        first += int(cutter.rng.integers(-share // 8, share // 8 + 1))
    angle = float(cutter.rng.normal(0, 0.035 if kind < LANE else 0.05))
    uneven = 0.04 if share > 3 else 0.085
    fraction = first / share * (1 + float(cutter.rng.normal(0, uneven)))
    one, other = cutter.cut(piece.ring, fraction, angle, kind, street, reach)
    return [
        Block(one, first, piece.superblock, piece.street, piece.use),
        Block(other, share - first, piece.superblock, piece.street, piece.use),
    ]


def _choose_compounds(plan: Plan, rng: np.random.Generator) -> None:
    """Reserve whole blocks for campuses, parks and hospitals: a compound is not cut by cells."""
    wanted = ["park"] * 6 + ["campus"] * 7 + ["hospital"] * 4 + ["stadium"] + ["depot"] * 2
    centres = np.array([block.ring.mean(axis=0) for block in plan.blocks])
    taken: list[Array] = []
    for number in rng.permutation(len(plan.blocks)):
        block = plan.blocks[number]
        if not wanted:
            break
        fits = block.share >= 3 if wanted[-1] == "depot" else block.share >= 5
        apart = all(np.hypot(*(centres[number] - other)) > 620 for other in taken)
        if not block.use and fits and apart:
            block.use = wanted.pop()
            taken.append(centres[number])


def _cut_to_cells(cutter: _Cutter, plan: Plan, block: Block, number: int, fresh: Iterator[str]) -> None:
    pieces = [block]
    compound = block.use not in ("", "water")
    while pieces:
        piece = pieces.pop()
        if piece.share == 1 or compound:
            plan.leaves.append(piece)
            plan.leaf_block.append(number)
            continue
        lane = piece.use == "" and (piece.share >= 4 or (piece.share == 3 and cutter.rng.random() < 0.5))
        street = -1
        if lane:
            plan.names.append(next(fresh) + "巷")
            street = len(plan.names) - 1
        pieces += _cut_in_two(cutter, piece, LANE if lane else WALL, street, 22.0)


@dataclass(frozen=True, slots=True)
class Edges:
    """The bent plan: pieces of line between nodes, each once, in metres of EPSG:4545.

    `lines` are shapely LineStrings with vertices on whole millimetres; `kind` and `street` belong to each.
    """

    lines: NDArray[np.object_]
    kind: NDArray[np.int64]
    street: NDArray[np.int64]


def bend(plan: Plan, rng: np.random.Generator) -> tuple[Edges, NDArray[np.object_]]:
    """Node and bend the plan; return its edges, and a point inside every leaf."""
    straight = np.asarray(shapely.linestrings([cut.ends for cut in plan.cuts]))
    noded = shapely.unary_union(straight, grid_size=0.001)
    pieces = shapely.get_parts(noded)
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    tree = shapely.STRtree(straight)
    near, cuts = tree.query_nearest(middles, all_matches=True)
    kinds = np.array([cut.kind for cut in plan.cuts])
    streets = np.array([cut.street for cut in plan.cuts])
    # Where two lines run together the higher street keeps the piece.
    order = np.lexsort((cuts, kinds[cuts], near))
    _pieces, first = np.unique(near[order], return_index=True)
    chosen = cuts[order][first]
    displacement = _displacement(rng)
    dense = shapely.segmentize(pieces, 48.0)
    bent = shapely.transform(dense, lambda xy: np.round((xy + displacement(xy)) * 1000) / 1000)
    inner = np.array([leaf.ring.mean(axis=0) for leaf in plan.leaves])
    points = np.asarray(shapely.points(inner + displacement(inner)))
    return Edges(bent, kinds[chosen], streets[chosen]), points


def _displacement(rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return a smooth displacement that keeps areas to first order: the curl of a sum of waves."""
    waves = []
    for length, reach, count in ((2600.0, 26.0, 6), (1100.0, 7.0, 8), (520.0, 1.6, 8)):
        for _ in range(count):
            direction = rng.uniform(0, 2 * np.pi)
            wave = 2 * np.pi / length * np.array([np.cos(direction), np.sin(direction)])
            waves.append((wave, rng.uniform(0, 2 * np.pi), reach * rng.uniform(0.6, 1.2)))

    def displacement(xy: Array) -> Array:
        moved: Array = np.zeros_like(xy) + np.array(ORIGIN)
        for wave, phase, reach in waves:
            slope = reach * np.cos(xy @ wave + phase) / np.hypot(*wave)
            moved[:, 0] += slope * wave[1]
            moved[:, 1] -= slope * wave[0]
        return moved

    return displacement
