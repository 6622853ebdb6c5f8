"""Lists by square lack no piece that is within reach of a place, and none that is the nearest."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.responsibility.line_squares import Pieces, SquareTable, expected_pairs, listed, runs

SPAN = 400_000
coordinate = st.integers(0, SPAN)
piece = st.tuples(coordinate, coordinate, coordinate, coordinate, st.integers(1, 60_000))


@settings(deadline=None, max_examples=60)
@given(st.lists(piece, min_size=0, max_size=8), st.integers(12, 17), st.integers(0, 2**32 - 1))
def test_every_piece_within_reach_is_listed(
    given_pieces: list[tuple[int, int, int, int, int]], shift: int, seed: int
) -> None:
    margin = 70_000
    ends = np.array(given_pieces, np.float64).reshape(-1, 5)
    reach = ends[:, 4]
    pieces = Pieces.of(ends[:, :2] + margin, ends[:, 2:4] + margin, reach)
    corner, high = np.zeros(2, np.int64), np.full(2, SPAN + 2 * margin)
    table = SquareTable.over(corner, high, shift, 4_000_000, otherwise=-1)
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, SPAN + 2 * margin, (2, 500))
    mm = np.array(
        [
            pieces.distance(np.arange(len(ends)), np.full(len(ends), px), np.full(len(ends), py))
            for px, py in zip(x.tolist(), y.tolist(), strict=True)
        ]
    ).reshape(500, len(ends))
    for nearest in (False, True):
        lists = listed(pieces, table.shift, table.columns, nearest=nearest)
        assert len(lists.piece) <= expected_pairs(pieces, table.shift)
        table.number[:] = -1
        table.number[lists.square] = np.arange(len(lists.square))
        number = table.at(x, y, otherwise=-1)
        held = np.flatnonzero(number >= 0)
        place, at, _ = runs(lists.start, number[held])
        found = np.zeros(mm.shape, bool)
        found[held[place], lists.piece[at]] = True
        wanted = mm <= reach
        if nearest:
            wanted &= mm <= mm.min(axis=1, initial=np.inf)[:, None]
        assert found[wanted].all()


def test_what_lies_off_the_table_has_no_number() -> None:
    table = SquareTable.over(np.array([1_000, 1_000]), np.array([20_000, 20_000]), 13, 100, otherwise=7)
    x = np.array([999, 1_000, 25_575, 25_576, -(2**40)])
    assert table.at(x, np.full(5, 1_000), otherwise=-1).tolist() == [-1, 7, 7, -1, -1]
    assert table.at(np.full(5, 1_000), x, otherwise=-1).tolist() == [-1, 7, 7, -1, -1]


def test_squares_grow_until_the_table_is_small_enough() -> None:
    table = SquareTable.over(np.zeros(2, np.int64), np.array([10**9, 10**9]), 13, 1_000, otherwise=-1)
    assert table.rows * table.columns <= 1_000
