"""Scales put every cell in exactly one class, zero and the unknown in classes of their own."""

from __future__ import annotations

import jenkspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import InputRefused, Text
from gridsvc.hotspots.sheets.breaks import MOST_DISTINCT, limits
from gridsvc.hotspots.sheets.colours import EMERGING, MOST_CLASSES
from gridsvc.hotspots.sheets.scales import (
    RISK_LIMITS,
    CellStatus,
    category_scale,
    count_scale,
    risk_scale,
    share_scale,
    value_scale,
)
from gridsvc.hotspots.sheets.sheet import Scale

TITLE = Text("件数", "reports")


def labels(scale: Scale) -> list[str]:
    return [step.label.en for step in scale.steps]


def cells(scale: Scale) -> list[int]:
    return [step.cells for step in scale.steps]


def whole(scale: Scale) -> bool:
    n = np.bincount(scale.step, minlength=len(scale.steps)).tolist()
    return n == cells(scale) and sum(n) == len(scale.step)


@given(st.lists(st.integers(0, 100_000), max_size=200), st.sampled_from(["auto", "head_tail", "jenks"]))
def test_every_count_is_in_one_class(values: list[int], method: str) -> None:
    counts = np.array(values, np.int64)
    scale = count_scale(counts, TITLE, method=method)  # type: ignore[arg-type]
    assert whole(scale)
    assert scale.steps[0].cells == (counts == 0).sum()
    tops = [0.0, *scale.breaks, np.inf]
    for count, step in zip(values, scale.step.tolist(), strict=True):
        assert count <= tops[step]
        assert step == 0 or count > tops[step - 1]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=100), st.lists(st.integers(0, 900), max_size=100))
def test_a_second_map_of_a_series_has_the_same_classes(first: list[int], second: list[int]) -> None:
    before = count_scale(np.array(first), TITLE)
    if not before.breaks:
        return
    after = count_scale(np.array(second, np.int64), TITLE, breaks=before.breaks)
    assert whole(after)
    assert after.breaks == before.breaks
    assert len(after.steps) == len(before.steps)
    assert [step.colour for step in after.steps] == [step.colour for step in before.steps]
    assert labels(after)[:-1] == labels(before)[:-1]
    for value in set(first) & set(second):
        assert after.step[second.index(value)] == before.step[first.index(value)]


def test_few_distinct_counts_are_a_class_each() -> None:
    scale = count_scale(np.array([0, 0, 1, 2, 3, 3, 40]), TITLE)
    assert labels(scale) == ["0", "1", "2", "3", "4–40"]
    assert cells(scale) == [2, 1, 1, 2, 1]
    assert scale.breaks == (1, 2, 3)


def test_without_reports_there_is_only_zero() -> None:
    assert labels(count_scale(np.zeros(4, np.int64), TITLE)) == ["0"]
    assert cells(count_scale(np.zeros(0, np.int64), TITLE)) == [0]


def test_frozen_limits_leave_the_last_class_open() -> None:
    scale = count_scale(np.array([0, 1, 9, 10, 500]), TITLE, breaks=(0, 2, 5, 9))
    assert labels(scale) == ["0", "1–2", "3–5", "6–9", "10 or more"]
    assert scale.step.tolist() == [0, 1, 3, 4, 4]


@pytest.mark.parametrize(
    "breaks", [(), (0,), (2, 2), (5, 2), (-1, 2), (1, float("nan")), range(1, MOST_CLASSES + 1)]
)
def test_bad_limits_are_refused(breaks: tuple[float, ...]) -> None:
    with pytest.raises(InputRefused) as caught:
        count_scale(np.array([1, 2]), TITLE, breaks=breaks)
    assert caught.value.code == "bad_breaks"


def test_head_and_tail_are_divided_at_the_mean() -> None:
    values = np.array([1] * 80 + [10] * 15 + [100] * 5, np.float64)
    # mean 7.3 → up to 1; of the rest mean 32.5 → up to 10.
    assert limits(values, "head_tail") == (1, 10, 100)
    even = np.arange(1.0, 101.0)
    assert limits(even, "head_tail") == (100,)  # no heavy tail: one class
    assert len(limits(even, "auto")) == 5  # so the default takes Fisher-Jenks


def test_fisher_jenks_is_jenkspy_without_its_double_minimum() -> None:
    values = np.array([1.0, 10, 11, 12, 30, 31])
    assert jenkspy.jenks_breaks(values.tolist(), n_classes=3)[:2] == [1, 1]
    assert limits(values, "jenks", 3) == (1, 12, 31)
    rng = np.random.default_rng(7)
    many = rng.pareto(1.2, 400)
    assert limits(many, "jenks")[-1] == many.max()
    assert list(limits(many, "jenks")) == jenkspy.jenks_breaks(np.unique(many).tolist(), n_classes=5)[1:]


def test_many_distinct_values_are_thinned_and_the_largest_stays() -> None:
    values = np.random.default_rng(7).pareto(1.2, 50 * MOST_DISTINCT)
    found = limits(values, "jenks")
    assert len(found) == 5
    assert found[-1] == values.max()


def test_most_cells_empty_leaves_the_limits_apart() -> None:
    """Quantiles would collapse here (hotspots.md section 5)."""
    counts = np.concatenate([np.zeros(950, np.int64), np.arange(1, 51)])
    scale = count_scale(counts, TITLE)
    assert len(scale.steps) == 6
    assert min(cells(scale)) > 0


def test_rates_that_are_unknown_are_a_class_of_their_own() -> None:
    scale = value_scale(np.array([0.0, 0.04, 1.31, 2.5, np.nan, 9.9, 11.0, 12.0]), TITLE)
    assert labels(scale)[0] == "0"
    assert labels(scale)[-1] == "not enough data"
    assert scale.steps[-1].cells == 1
    assert scale.steps[-1].hatch
    assert whole(scale)


def test_risks_have_fixed_classes_so_that_weeks_compare() -> None:
    rr = np.array([0.3, 0.5, 0.8, 1.0, 1.25, 2.0, 2.1, np.nan, 9.0, 9.0])
    status = np.zeros(10, np.int8)
    status[8] = CellStatus.NOT_SIGNIFICANT
    status[9] = CellStatus.NOT_PATROLLED
    scale = risk_scale(rr, status, TITLE)
    assert scale.step.tolist() == [0, 0, 1, 2, 2, 3, 4, 6, 5, 7]
    assert labels(scale)[5:] == ["not significant", "not enough data", "not patrolled"]
    assert scale.breaks == RISK_LIMITS
    quiet = risk_scale(np.full(3, np.nan), np.full(3, CellStatus.NOTHING_FOUND, np.int8), TITLE)
    assert labels(quiet)[5:] == ["nothing found"]
    assert cells(quiet) == [0, 0, 0, 0, 0, 3]


def test_categories_that_occur_are_in_the_legend() -> None:
    words = [Text(f"类{n}", f"category {n}") for n in range(17)]
    scale = category_scale(np.array([0, 16, 16, 3, -1]), words, EMERGING, TITLE)
    assert labels(scale) == ["category 0", "category 3", "category 16", "not enough data"]
    assert scale.step.tolist() == [0, 2, 2, 1, 3]
    assert scale.steps[2].colour == EMERGING[16][0]


def test_shares_hold_no_more_cells_than_they_say() -> None:
    values = np.concatenate([np.arange(1.0, 101.0), np.zeros(99), [np.nan]])
    scale = share_scale(values, TITLE)
    assert labels(scale) == [
        "top 0.5% of cells",
        "top 1% of cells",
        "top 2% of cells",
        "top 5% of cells",
        "the rest",
        "0",
        "not enough data",
    ]
    assert cells(scale) == [1, 1, 2, 6, 90, 99, 1]
    tied = share_scale(np.ones(200), TITLE)
    assert cells(tied)[:5] == [0, 0, 0, 0, 200]


@given(st.lists(st.floats(0, 5), min_size=1, max_size=300))
def test_shares_keep_the_order(values: list[float]) -> None:
    forecast = np.array(values)
    scale = share_scale(forecast, TITLE)
    assert whole(scale)
    order = np.argsort(-forecast, kind="stable")
    assert (np.diff(scale.step[order]) >= 0).all()
    for number, share in enumerate((0.005, 0.01, 0.02, 0.05)):
        assert (scale.step <= number).sum() <= share * len(forecast) + 1e-9
