"""How regular visits are: against figures worked out by hand and by drawing lots."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.patrol.plans.slots import Slots, by_chance, how_regular


def counts_of(*rows: list[int]) -> np.ndarray:
    return np.array(rows)


def test_always_the_same_half_hour_is_a_timetable() -> None:
    found = how_regular(counts_of([20, 0, 0, 0]), 20, 4, [1.0])
    assert (found.mean_entropy, found.worst_share) == (0.0, 1.0)


def test_as_even_as_can_be() -> None:
    found = how_regular(counts_of([5, 5, 5, 5], [1, 1, 2, 1]), 20, 4, [1.0, 1.0])
    assert found.entropy[0] == pytest.approx(1)
    # 5 visits in 4 half hours: -(3/5 log 1/5 + 2/5 log 2/5) / log 4
    assert found.entropy[1] == pytest.approx(0.9610, abs=1e-4)
    assert found.worst.tolist() == [0.25, 0.1]


def test_few_visits_and_narrow_windows_are_not_judged() -> None:
    found = how_regular(counts_of([4, 0, 0, 0], [10, 10, 0, 0], [0, 0, 0, 0]), 20, [4, 2, 4], [1.0, 1.0, 1.0])
    assert not found.judged.any()
    assert found.held.tolist() == [False, True, False]
    assert (found.mean_entropy, found.least_entropy, found.worst_share) == (1.0, 1.0, 0.0)


def test_the_mean_is_weighted_by_value() -> None:
    found = how_regular(counts_of([8, 0, 0, 0], [2, 2, 2, 2]), 8, 4, [3.0, 1.0])
    assert found.mean_entropy == pytest.approx(0.25)
    assert found.least_entropy == 0
    # Where nothing is worth anything all count alike.
    assert how_regular(counts_of([8, 0, 0, 0], [2, 2, 2, 2]), 8, 4, [0.0, 0.0]).mean_entropy == 0.5


@pytest.mark.parametrize(("visits", "slots", "told"), [(20, 8, 0.905), (5, 8, 0.80), (20, 4, None)])
def test_even_chance_against_lots_drawn(visits: int, slots: int, told: float | None) -> None:
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(visits, np.full(slots, 1 / slots), 20_000)
    shares = drawn / visits
    entropy = -np.where(drawn > 0, shares * np.log(np.maximum(shares, 1e-9)), 0).sum(axis=1)
    assert by_chance(visits, slots) == pytest.approx(entropy.mean() / np.log(min(visits, slots)), abs=3e-3)
    if told is not None:
        assert by_chance(visits, slots) == pytest.approx(told, abs=0.006)


def test_what_is_counted() -> None:
    history = Slots.none()
    assert history.counts(np.array(["a"], object))[1] == 0
    history = history.joined(1, np.array(["a", "a", "b"], object), np.array([3, 3, 4]))
    history = history.joined(2, np.zeros(0, object), np.zeros(0, np.int64))
    history = history.joined(3, np.array(["a", "z"], object), np.array([3, 7]))
    counts, shifts = history.counts(np.array(["b", "a"], object))
    assert shifts == 3
    assert counts[:, 3].tolist() == [0, 2]  # twice in one half hour of a shift is once
    assert counts[:, 4].tolist() == [1, 0]
    counts, shifts = history.counts(np.array(["b", "a"], object), last=2)
    assert shifts == 2
    assert (counts.sum(), counts[1, 3]) == (1, 1)
    assert len(history) == 5
