"""The back-test: nothing of the future is seen, nothing depends on chance, every trap is planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridsvc.errors import Text
from gridsvc.hotspots.forecasting.backtest import Backtest, run_backtest
from gridsvc.hotspots.forecasting.candidates import NAMES, build_methods
from gridsvc.hotspots.forecasting.choice import choose_method
from gridsvc.hotspots.forecasting.cube import Cube, Steps
from gridsvc.hotspots.forecasting.methods import Estimate, Method, Rule, all_history, ewma, last_weeks
from gridsvc.hotspots.forecasting.silence import silent_steps
from tests.hotspots.forecasting.city import city, moving_city

QUICK = tuple(name for name in NAMES if name != "boosting")


def back_test(cube: Cube, names: tuple[str, ...] = QUICK, weeks: int = 20) -> Backtest:
    return run_backtest(cube, build_methods(cube.ground, names, 1), weeks)


def noted(method: Method, means: list[np.ndarray]) -> Method:
    """Return the method, which keeps every forecast in `means` as it is made."""

    def fit(past: Cube) -> Rule:
        rule = method.fit(past)

        def forecast(later: Cube, ahead: Steps) -> Estimate:
            estimate = rule(later, ahead)
            means.append(estimate.mean)
            return estimate

        return forecast

    return replace(method, fit=fit)


@pytest.mark.parametrize("name", NAMES)
def test_the_future_changes_no_forecast(name: str) -> None:
    """All counts from week 40 on are replaced: what a back-test says of the weeks up to 40 stays as it was."""
    cube = city(weeks=44, side=12, rate=0.4)
    changed = cube.counts.copy()
    changed[:, 40:] = changed[::-1, 40:] + 3
    others = cube.others.copy()
    others[:, 40:] = 5
    means: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    tracks = []
    for each, seen in zip((cube, replace(cube, counts=changed, others=others)), means, strict=True):
        method = noted(build_methods(each.ground, (name,), 1)[0], seen)
        tracks.append(run_backtest(each, (method,), 6, burn_in=2).tracks[0])
    weeks = range(36, 44)
    alike = [np.array_equal(one, other) for one, other in zip(*means, strict=True)]
    assert alike == [week <= 40 for week in weeks]
    assert np.array_equal(*(track.log_scores[:2] for track in tracks))
    assert not np.array_equal(*(track.log_scores[2:] for track in tracks))


def test_a_back_test_repeats_itself_to_the_last_bit() -> None:
    cube = city(weeks=50, side=10, rate=0.5)
    one, other = (back_test(cube, NAMES, 12) for _ in range(2))
    for a, b in zip(one.tracks, other.tracks, strict=True):
        assert np.array_equal(a.cells.caught, b.cells.caught)
        assert np.array_equal(a.log_scores, b.log_scores)


def test_with_weeks_permuted_no_method_beats_the_long_term_map() -> None:
    """Hot cells move; who sees the recent past wins, until the weeks are shuffled (E4)."""
    cube = moving_city(weeks=64)
    order = np.random.default_rng(8).permutation(64)
    shuffled = replace(cube, counts=cube.counts[:, order])
    names = ("last_4", "ewma_4", "ewma_13", "all_history", "density_13", "eb_ewma", "eb_regression")
    real, mixed = back_test(cube, names, 26), back_test(shuffled, names, 26)
    at = 3
    assert real.track("last_4").by_cells.hit[at] > 1.5 * real.track("all_history").by_cells.hit[at]
    long_term = float(mixed.track("all_history").by_cells.pai[at])
    for track in mixed.tracks:
        assert track.by_cells.pai[at] <= 1.03 * long_term, track.method.name


def test_the_shuffle_test_catches_a_method_that_looks_ahead() -> None:
    cube = moving_city(weeks=64)
    order = np.random.default_rng(8).permutation(64)
    shuffled = replace(cube, counts=cube.counts[:, order])

    def peeking(_past: Cube, ahead: Steps) -> Estimate:
        week = int(np.flatnonzero(shuffled.steps.first == ahead.first[0])[0])
        return Estimate(shuffled.counts[:, week].astype(float))

    cheat = Method("cheat", Text("偷看", "cheat"), lambda _past: peeking)
    found = run_backtest(shuffled, (all_history(), cheat), 26)
    assert found.track("cheat").by_cells.pai[3] > 1.5 * found.track("all_history").by_cells.pai[3]


def test_the_universe_is_frozen() -> None:
    """Cells without a single report count: random flags find what their share of all cells finds."""
    cube = city(weeks=40)
    found = back_test(cube, ("random", "ewma_13", "last_4"), 20)
    assert found.track("random").by_cells.hit == pytest.approx([0.005, 0.01, 0.02, 0.05])
    assert found.track("random").by_cells.pai == pytest.approx(np.ones(4))


def test_a_default_coordinate_flatters_every_method() -> None:
    """14 % of all reports on one cell (the planted sink of E4): why sinks are set aside first."""
    cube = city(weeks=50)
    rng = np.random.default_rng(1)
    share = int(0.16 * cube.counts.sum() / 50)
    with_sink = cube.counts.copy()
    with_sink[7] += rng.poisson(share, 50)
    clean = back_test(cube, ("ewma_13", "last_4"), 20).track("ewma_13").by_cells
    fooled = back_test(replace(cube, counts=with_sink), ("ewma_13", "last_4"), 20).track("ewma_13").by_cells
    assert fooled.pei[0] > clean.pei[0] + 0.1


def test_a_changed_code_is_seen_and_both_codes_together_heal_it() -> None:
    cube = city(weeks=52)
    old, new = cube.counts.copy(), cube.counts.copy()
    old[:, 44:], new[:, :44] = 0, 0
    assert silent_steps(old.sum(axis=0)) == 8
    assert silent_steps(cube.counts.sum(axis=0)) == 0
    assert silent_steps(np.zeros(30, np.int64)) == 0
    assert silent_steps(np.array([0, 1, 0, 0, 1, 0, 0, 0])) == 0
    whole = back_test(cube, ("last_4", "ewma_13"), 20).track("ewma_13")
    both = back_test(replace(cube, counts=old + new), ("last_4", "ewma_13"), 20).track("ewma_13")
    broken = back_test(replace(cube, counts=new), ("last_4", "ewma_13"), 8).track("ewma_13")
    assert np.array_equal(whole.cells.caught, both.cells.caught)
    assert np.isfinite(broken.log_scores).all()


def test_a_split_cell_gives_its_reports_to_its_parts() -> None:
    """Counts are of the newest cells: with the points reassigned, nothing breaks at the day of the split."""
    cube = city(weeks=50)
    rng = np.random.default_rng(4)
    part = rng.binomial(cube.counts[30], 0.5)
    counts = np.vstack([cube.counts, part])
    counts[30] -= part
    there = cube.ground
    ground = replace(
        there,
        x_m=np.append(there.x_m, there.x_m[30]),
        y_m=np.append(there.y_m, there.y_m[30] + 50),
        km2=np.append(there.km2, 0.005),
        size=np.append(there.size, there.size[30] / 2),
    )
    others = np.vstack([cube.others, np.zeros(50, np.int64)])
    split = Cube(ground, cube.steps, counts, others)
    past, ahead = split.before(49), split.steps.only(49, 50)
    mean = ewma(13.0).fit(past)(past, ahead).mean
    before = ewma(13.0).fit(cube.before(49))(cube.before(49), ahead).mean
    assert mean[30] + mean[-1] == pytest.approx(before[30])
    assert len(back_test(split, ("eb_ewma", "eb_regression"), 8).tracks) == 2


def test_better_methods_go_live_and_worse_ones_do_not() -> None:
    steady = back_test(city(weeks=80, rate=0.15), ("last_4", "ewma_13", "eb_ewma", "eb_regression"), 26)
    chosen = choose_method(steady, 1)
    assert chosen.method in {"ewma_13", "eb_ewma", "eb_regression"}
    for each in chosen.against_reference:
        values = (each.pei_1.value, each.hit_5.value, each.log_score.value)
        assert each.beats == all(value > 0 for value in values)
    better = [each.method for each in chosen.against_reference if each.beats]
    assert (chosen.method == "ewma_13") == (not better)
    assert chosen.against_custom.hit_5.value > 0


def test_a_method_that_only_ranks_at_random_never_goes_live() -> None:
    cube = city(weeks=60)
    rng = np.random.default_rng(3)
    useless = Method(
        "useless",
        Text("无用", "useless"),
        lambda _past: lambda past, _ahead: Estimate(rng.random(past.ground.cells)),
        baseline=False,
    )
    found = run_backtest(cube, (last_weeks(4), ewma(13.0), useless), 20)
    assert choose_method(found, 1).method == "ewma_13"


@pytest.mark.parametrize("counts", [np.zeros((225, 30), np.int64), np.eye(225, 30, dtype=np.int64) * 9])
def test_next_to_nothing_gives_numbers_all_the_same(counts: np.ndarray) -> None:
    cube = replace(city(weeks=30), counts=counts)
    found = back_test(cube, NAMES, 12)
    for track in found.tracks:
        assert np.isfinite(track.log_scores).all(), track.method.name
        assert np.isfinite(track.honesty.log_score)


def test_nothing_before_the_first_step_is_refused() -> None:
    cube = city(weeks=10)
    with pytest.raises(ValueError, match="back-test"):
        run_backtest(cube, (ewma(13.0),), 10)
