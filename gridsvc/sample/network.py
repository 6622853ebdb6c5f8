"""The streets of the sample district: arterials, streets, lanes, and the walls between courtyards.

The plan is drawn straight, in metres from `ORIGIN`, by cutting convex blocks again and again; `bending`
makes it a ground plan whose pieces of line exist once, so that whatever is built from them shares
its vertices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gridsvc.sample.cutting import Array, Cut, Cutter, ring_area
from gridsvc.sample.names import ARTERIALS, DIAGONAL, street_names

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


def draw_plan(rng: np.random.Generator) -> Plan:
    """Draw the straight plan: superblocks, blocks, compounds, cells."""
    plan = Plan(names=[*ARTERIALS, DIAGONAL])
    cutter = Cutter(rng)
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


def _reserve(cutter: Cutter, plan: Plan, block: Block, row: int, column: int) -> list[Block]:
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


def _cut_in_two(cutter: Cutter, piece: Block, kind: int, street: int, reach: float) -> list[Block]:
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


def _cut_to_cells(cutter: Cutter, plan: Plan, block: Block, number: int, fresh: Iterator[str]) -> None:
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
