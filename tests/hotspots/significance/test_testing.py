"""All tests of all cells: against scipy, and on the known-bad inputs of evaluation.md E12."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gridsvc.hotspots import significance
from gridsvc.hotspots.neighbours import from_pairs, lattice
from gridsvc.hotspots.significance import STATUSES, CellTests, Practical
from gridsvc.hotspots.significance.stages import fifths

NEAR = lattice(20, 20)
EVERYWHERE = np.ones(400)


def words(tests: CellTests) -> list[str]:
    return [STATUSES[status] for status in tests.status]


def some_map(seed: int, *, mean: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    exposure = generator.lognormal(0, 0.7, 400)
    counts = generator.poisson(mean * exposure)
    counts[210:213] += 6  # three in a row
    return counts, exposure


def finite(tests: CellTests) -> bool:
    """Whether every number of every tested cell is one."""
    fields = [getattr(tests, each.name) for each in dataclasses.fields(tests)]
    arrays = [each for each in fields if isinstance(each, np.ndarray) and each.dtype.kind == "f"]
    return all(np.isfinite(each[tests.tested]).all() for each in arrays) and not any(
        np.isinf(each).any() for each in arrays
    )


def test_p_and_risk_are_those_of_scipy():
    counts, exposure = some_map(1)
    tests = significance.test_cells(counts, exposure, NEAR)
    total, share = counts.sum(), NEAR.sums(exposure) / exposure.sum()
    sums = NEAR.sums(counts)
    at = stats.binom.pmf(sums, total, share)
    assert tests.p_hot == pytest.approx(stats.binom.sf(sums, total, share) + at / 2, rel=1e-8)
    assert tests.p_cold == pytest.approx(stats.binom.cdf(sums - 1, total, share) + at / 2, rel=1e-8)
    assert tests.risk == pytest.approx(sums / total / share)
    assert tests.expected == pytest.approx(total * share)
    assert tests.q_hot == pytest.approx(stats.false_discovery_control(tests.p_hot))
    interval = stats.binomtest(int(sums[211]), int(total)).proportion_ci(method="exact")
    assert (tests.risk_low[211], tests.risk_high[211]) == (
        pytest.approx(interval.low / share[211]),
        pytest.approx(interval.high / share[211]),
    )


def test_equal_exposure_goes_by_a_table_to_the_same_numbers():
    counts, _ = some_map(2)
    by_table = significance.test_cells(counts, EVERYWHERE, NEAR)
    nearly = EVERYWHERE.copy()
    nearly[0] *= 1 + 1e-12
    straight = significance.test_cells(counts, nearly, NEAR)
    assert by_table.p_hot == pytest.approx(straight.p_hot, rel=1e-6)
    assert by_table.q_cold == pytest.approx(straight.q_cold, rel=1e-6)


def test_planted_row_is_a_cluster_and_a_single_cell_is_not():
    counts = np.zeros(400, np.int64)
    counts[np.random.default_rng(5).choice(400, 60, replace=False)] = 1
    counts[[210, 211, 212, 190, 191]] = 5
    counts[45] = 15
    tests = significance.test_cells(counts, EVERYWHERE, NEAR)
    assert STATUSES[tests.status[211]] == "cluster"
    assert STATUSES[tests.status[45]] == "above"
    assert tests.hot.sum() == words(tests).count("cluster") + words(tests).count("above")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_unit_of_exposure_and_names_of_cells_make_no_difference(seed):
    counts, exposure = some_map(seed)
    tests = significance.test_cells(counts, exposure, NEAR)
    other_unit = significance.test_cells(counts, exposure * 1000, NEAR)
    assert other_unit.p_hot == pytest.approx(tests.p_hot, rel=1e-6)
    assert words(other_unit) == words(tests)
    order = np.random.default_rng(seed).permutation(400)
    rows, columns = NEAR.matrix.nonzero()
    place = np.argsort(order)
    renamed = from_pairs(place[rows], place[columns], 400, "the same")
    again = significance.test_cells(counts[order], exposure[order], renamed)
    assert again.p_cluster == pytest.approx(tests.p_cluster[order], rel=1e-6)
    assert (again.status == tests.status[order]).all()


def test_filter_needs_risk_incidents_and_days():
    counts = np.zeros(400, np.int64)
    counts[[210, 211]] = 2
    strong = significance.test_cells(counts, EVERYWHERE, NEAR)
    assert strong.q_hot[210] < 0.05
    assert not strong.hot.any()  # four incident-days
    counts[210] = 3
    assert significance.test_cells(counts, EVERYWHERE, NEAR).hot[210]
    one_day = significance.test_cells(counts, EVERYWHERE, NEAR, near_days=np.ones(400, np.int64))
    assert not one_day.hot.any()
    lenient = Practical(risk=1.0, incidents=1, days=1)
    assert significance.test_cells(counts, EVERYWHERE, NEAR, practical=lenient).hot[210]


def test_strict_finds_no_more():
    for seed in range(5):
        counts, exposure = some_map(seed)
        loose = significance.test_cells(counts, exposure, NEAR)
        strict = significance.test_cells(counts, exposure, NEAR, method="by")
        assert not (strict.hot & ~loose.hot).any()
        assert (strict.q_hot >= loose.q_hot).all()


def test_against_the_rest_is_the_same_where_nothing_is_found():
    generator = np.random.default_rng(11)
    counts = generator.poisson(0.5, 400)
    city = significance.test_cells(counts, EVERYWHERE, NEAR)
    assert city.q_hot.min() > 0.05
    rest = significance.test_cells(counts, EVERYWHERE, NEAR, against="rest")
    assert (rest.p_hot == city.p_hot).all()
    assert rest.factor == 1.0


def test_against_the_rest_compares_with_what_is_outside_hotspots():
    counts, exposure = some_map(3)
    counts[100:103] += 9
    city = significance.test_cells(counts, exposure, NEAR)
    rest = significance.test_cells(counts, exposure, NEAR, against="rest")
    outside = ~(NEAR.sums((city.q_hot <= 0.05).astype(float)) > 0)
    cell = 211
    own = set(NEAR.of(cell).tolist())
    others = [other for other in np.flatnonzero(outside).tolist() if other not in own]
    assert rest.tested_total[cell] == rest.sums[cell] + counts[others].sum()
    assert rest.tested_share[cell] == pytest.approx(
        rest.near_exposure[cell] / (rest.near_exposure[cell] + exposure[others].sum())
    )
    assert rest.factor == 1.05
    assert rest.p_hot[cell] < city.p_hot[cell]
    assert rest.risk == pytest.approx(city.risk)  # the risk stays that against the city


def test_cells_without_exposure_are_an_error_list_and_no_infinity():
    counts, exposure = some_map(4)
    exposure[[0, 50, 399]] = 0
    counts[50], counts[0], counts[399] = 7, 0, 3
    tests = significance.test_cells(counts, exposure, NEAR)
    assert tests.orphans.tolist() == [50, 399]
    assert tests.total == counts.sum() - 10
    assert finite(tests)
    assert [STATUSES[tests.status[cell]] for cell in (0, 50, 399)] == ["no_exposure"] * 3
    assert np.isnan(tests.p_hot[[0, 50, 399]]).all()
    inside = np.delete(np.arange(400), [0, 50, 399])
    assert tests.sums[inside].tolist() == NEAR.sums(np.where(exposure > 0, counts, 0))[inside].tolist()


def test_little_exposure_is_not_judged():
    counts, exposure = some_map(6)
    tests = significance.test_cells(counts, exposure, NEAR, floor=0.5)
    assert (tests.status[exposure < 0.5] == STATUSES.index("not_enough_data")).all()
    assert not (tests.status[exposure >= 0.5] == STATUSES.index("not_enough_data")).any()


@pytest.mark.parametrize("against", ["city", "rest"])
@pytest.mark.parametrize("exposure", ["equal", "different", "none", "one cell"])
@pytest.mark.parametrize(
    "case", ["nothing", "one report", "all in one cell", "a million on a point", "everywhere"]
)
def test_known_bad_inputs_have_finite_answers(case, exposure, against):
    counts = np.zeros(400, np.int64)
    if case == "one report":
        counts[77] = 1
    elif case == "all in one cell":
        counts[77] = 300
    elif case == "a million on a point":
        counts[77] = 1_000_000
    elif case == "everywhere":
        counts[:] = 3
    values = {
        "equal": EVERYWHERE,
        "different": np.random.default_rng(0).lognormal(0, 1, 400),
        "none": np.zeros(400),
        "one cell": np.eye(400)[77],
    }[exposure]
    tests = significance.test_cells(counts, values, NEAR, against=against)
    told = [
        getattr(tests, name)[tests.tested] for name in ("p_hot", "p_cold", "p_cluster", "q_hot", "q_cluster")
    ]
    assert all(np.isfinite(each).all() and (each >= 0).all() and (each <= 1).all() for each in told)
    assert len(tests.status) == 400
    if case == "nothing" and exposure != "none":
        assert set(words(tests)) <= {"not_enough_data", "no_exposure"}
        assert np.isnan(tests.risk).all()
    if case in ("one report", "nothing"):
        assert not tests.hot.any()


def test_islands_and_two_parts_of_a_city():
    """Two lattices without a bridge, and a cell alone."""
    half = lattice(10, 10).matrix.tocoo()
    rows = np.concatenate([half.row, half.row + 100])
    near = from_pairs(rows, np.concatenate([half.col, half.col + 100]), 201, "two parts")
    counts = np.random.default_rng(8).poisson(0.4, 201)
    counts[200] = 30
    tests = significance.test_cells(counts, np.ones(201), near)
    assert finite(tests)
    assert tests.sizes[200] == 1
    assert STATUSES[tests.status[200]] == "above"


@pytest.mark.parametrize(
    ("counts", "exposure"),
    [
        (np.zeros(3, np.int64), EVERYWHERE),
        (np.full(400, -1), EVERYWHERE),
        (np.zeros(400, np.int64), np.full(400, np.nan)),
        (np.zeros(400, np.int64), np.full(400, -1.0)),
    ],
)
def test_wrong_arrays_are_refused(counts, exposure):
    with pytest.raises(ValueError, match="counts and exposure"):
        significance.test_cells(counts, exposure, NEAR)


@given(st.lists(st.sampled_from([0.5, 1.0, 1.0, 2.0, 7.0]), min_size=1, max_size=40))
def test_fifths_hold_equal_exposure_together(values):
    exposure = np.array(values)
    strata = fifths(exposure)
    assert (np.diff(strata[np.argsort(exposure, kind="stable")]) >= 0).all()
    for value in set(values):
        assert len(set(strata[exposure == value].tolist())) == 1
