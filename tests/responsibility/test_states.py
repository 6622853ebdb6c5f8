"""States of reports are the same whatever the tables hold: one case for one combination."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.responsibility.gathering.states import States

Row = tuple[int, list[tuple[int, int]]]

steps = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=6)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(steps, st.booleans())
def test_states_tell_one_case_for_one_combination_however_many_are_asked_at_once(
    asked: list[Row], large: bool
) -> None:
    sizes = [5, 5_000_000 if large else 5, 5, 5]
    told: dict[tuple[int, tuple[int, ...]], int] = {}

    def case(wording: int, codes: Sequence[int]) -> int:
        return told.setdefault((wording, tuple(codes)), 100 + len(told))

    def follow(states: States, rows: list[Row]) -> list[int]:
        state = states.first(np.array([w for w, _ in rows], np.int32), np.ones(len(rows), bool))
        for source in range(4):
            code = np.array([dict(codes).get(source, 0) for _, codes in rows])
            state = states.follow(source, state, code)
        found: list[int] = states.cases(state).tolist()
        return found

    together = follow(States([15, 15], sizes, case), asked)
    alone = States([15, 15], sizes, case)
    assert [follow(alone, [each])[0] for each in asked] == together
    for (wording, codes), number in zip(asked, together, strict=True):
        key = wording, tuple(dict(codes).get(source, 0) for source in range(4))
        assert number == (told[key] if any(key[1]) else wording + 1)
