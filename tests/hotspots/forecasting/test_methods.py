"""The methods one by one, against their formulas."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.hotspots.forecasting.cube import Cube, monthly_steps, shift_steps, smoother, within
from gridsvc.hotspots.forecasting.exciting import exciting, fit_excitation
from gridsvc.hotspots.forecasting.methods import (
    all_classes,
    all_history,
    chance,
    density,
    ewma,
    last_weeks,
)
from gridsvc.hotspots.forecasting.prior import Surroundings, regress
from gridsvc.hotspots.forecasting.shrinking import Choice, Shrinkage, regressed, shrunk
from tests.hotspots.forecasting.city import FIRST, city, ground


def test_ewma_is_the_weighted_sum_of_the_specification() -> None:
    cube = city(weeks=30)
    past, ahead = cube.before(29), cube.steps.only(29, 30)
    found = ewma(13.0).fit(past)(past, ahead).mean
    back = np.arange(28, -1, -1)
    weight = 0.5 ** (back / 13)
    assert found == pytest.approx((past.counts * weight).sum(axis=1) / weight.sum())


def test_last_four_weeks_are_four() -> None:
    cube = city(weeks=30)
    past, ahead = cube.before(20), cube.steps.only(20, 21)
    found = last_weeks(4).fit(past)(past, ahead).mean
    assert found == pytest.approx(past.counts[:, -4:].mean(axis=1))


def test_a_shift_is_forecast_from_the_same_shift_of_other_days() -> None:
    there = ground(4)
    steps = shift_steps(FIRST, 21, 2, np.ones(21, bool))
    counts = np.zeros((there.cells, 42), np.int64)
    counts[3, 1::2] = 2
    cube = Cube(there, steps, counts, np.zeros_like(counts))
    for phase in (0, 1):
        ahead = shift_steps(FIRST + 21, 1, 2, np.ones(1, bool)).only(phase, phase + 1)
        for method in (last_weeks(4), ewma(13.0), all_history()):
            assert method.fit(cube)(cube, ahead).mean[3] == pytest.approx(2.0 * phase)


def test_months_are_as_long_as_they_are() -> None:
    steps = monthly_steps(np.datetime64("2024-01-15"), 3)
    assert steps.days.tolist() == [31, 29, 31]
    assert str(steps.first[0]) == "2024-01-01"


def test_smoothing_loses_no_report() -> None:
    there = ground(9)
    kernel = smoother(there, 250.0)
    counts = np.random.default_rng(1).poisson(1.0, there.cells)
    assert float((kernel @ counts).sum()) == pytest.approx(counts.sum())
    assert np.diff(within(there, 150.0).indptr).max() == 9


def test_density_takes_a_wide_kernel_for_a_diffuse_class_and_a_narrow_one_for_points() -> None:
    there = ground(15)
    rng = np.random.default_rng(2)
    middle = np.exp(-((there.x_m - 750) ** 2 + (there.y_m - 750) ** 2) / (2 * 350.0**2))
    diffuse = rng.poisson(np.tile(0.1 * middle[:, None], (1, 30)))
    points = np.zeros_like(diffuse)
    points[rng.choice(there.cells, 5, replace=False)] = 2
    steps = city(weeks=31).steps
    ahead = steps.only(30, 31)
    spread = []
    for counts in (diffuse, points):
        past = Cube(there, steps.only(0, 30), counts, np.zeros_like(counts))
        mean = density(there, None).fit(past)(past, ahead).mean
        assert mean.sum() == pytest.approx(counts.sum() / 30)
        spread.append(int((mean > 0.01 * mean.max()).sum()))
    assert spread[0] > 2 * spread[1]


def test_all_classes_has_the_total_of_the_class() -> None:
    cube = city(weeks=30)
    past, ahead = cube.before(29), cube.steps.only(29, 30)
    found = all_classes().fit(past)(past, ahead).mean
    assert found.sum() == pytest.approx(ewma(13.0).fit(past)(past, ahead).mean.sum())


def test_chance_ranks_nothing() -> None:
    cube = city(weeks=20)
    assert np.ptp(chance().fit(cube)(cube, cube.steps.only(19, 20)).mean) == 0


def test_the_shrunk_mean_is_the_gamma_posterior() -> None:
    cube = city(weeks=30)
    past, ahead = cube.before(29), cube.steps.only(29, 30)
    shrinkage = Shrinkage(cube.ground, ("cells",))
    found = shrinkage.estimate(past, ahead, Choice(np.inf, 2.0, "cells"))
    total = past.counts.sum(axis=1)
    near = within(cube.ground, 300.0)
    city_rate = total.sum() / cube.ground.cells
    prior = (near @ total + 2) / (near @ np.ones(cube.ground.cells) + 2 / city_rate) / 29
    assert found.mean == pytest.approx((2 + total) / (2 / prior + 29))
    assert found.shape == pytest.approx(2 + total)


def test_a_regression_finds_what_was_planted() -> None:
    rng = np.random.default_rng(7)
    table = np.column_stack([np.ones(4000), rng.normal(size=4000), rng.normal(size=4000)])
    counts = rng.poisson(np.exp(table @ [0.3, 0.8, -0.5]) * rng.gamma(1.0, 1.0, 4000))
    assert regress(table, counts.astype(float)) == pytest.approx([0.3, 0.8, -0.5], abs=0.08)


def test_what_explains_a_cell_does_not_hold_its_own_count() -> None:
    cube = city(weeks=30)
    around = Surroundings.of(cube.ground)
    total, others = cube.counts.sum(axis=1).astype(float), cube.others.sum(axis=1).astype(float)
    moved = total.copy()
    moved[17] += 40
    moved[200] -= min(40, total[200])
    moved[200] += total.sum() - moved.sum()
    one, other = around.table(total, others), around.table(moved, others)
    assert one[17] == pytest.approx(other[17])


@pytest.mark.parametrize("make", [shrunk, regressed])
def test_shrinking_is_nearer_to_the_truth_than_counting(make: object) -> None:
    rng = np.random.default_rng(11)
    cube = city(weeks=20, rate=0.1)
    rates = 0.1 * rng.gamma(2.0, 0.5, cube.ground.cells)
    counts = rng.poisson(np.tile(rates[:, None], (1, 20)))
    past = Cube(cube.ground, cube.steps, counts, np.zeros_like(counts))
    ahead = city(weeks=21).steps.only(20, 21)
    error = []
    for method in (make(cube.ground), all_history()):  # type: ignore[operator]
        error.append(float(((method.fit(past)(past, ahead).mean - rates) ** 2).mean()))
    assert error[0] < 0.7 * error[1]


def test_excitation_is_found_where_it_is_and_not_where_it_is_not() -> None:
    from tests.hotspots.forecasting.exciting_city import exciting_city, near_pairs

    pairs = near_pairs(20)
    for offspring in (0.0, 0.6):
        cube = exciting_city(offspring, side=20, weeks=104)
        found = fit_excitation(cube, pairs, Surroundings.of(cube.ground))
        if offspring:
            assert 0.3 < found.offspring < 0.75
            assert 70 < found.spread_m < 140
            assert 0.35 < found.fading < 0.75
        else:
            assert found.offspring < 0.08


def test_excitation_forecasts_what_its_formula_says() -> None:
    from tests.hotspots.forecasting.exciting_city import exciting_city

    cube = exciting_city(0.6, side=12, weeks=40)
    ahead = city(weeks=41).steps.only(40, 41)
    found = exciting(cube.ground).fit(cube)(cube, ahead).mean
    assert (found > 0).all()
    assert found.sum() == pytest.approx(cube.counts[:, -12:].mean(axis=1).sum(), rel=0.25)
