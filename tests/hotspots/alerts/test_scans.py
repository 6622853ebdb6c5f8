"""RV9, and plain numpy beside the compiled loops."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gridsvc.errors import InputRefused
from gridsvc.hotspots.alerts.clusters import gumbel_tail
from gridsvc.hotspots.alerts.poisson import poisson_scan
from gridsvc.hotspots.alerts.sequential import scan_one_after_another
from gridsvc.hotspots.alerts.space_time import space_time_scan
from gridsvc.hotspots.alerts.zones import circles

DATA = Path(__file__).parent.parent / "reference_time"


@pytest.mark.parametrize("coordinates", [("east_mi", "north_mi"), ("x_km", "y_km")])
def test_rv9_sudden_infant_deaths_of_north_carolina(coordinates: tuple[str, str]) -> None:
    with (DATA / "nc_sids.csv").open() as file:
        rows = list(csv.DictReader(file))
    x, y = (np.array([float(row[name]) for row in rows]) for name in coordinates)
    births = np.array([float(row["births"]) for row in rows])
    cases = np.array([int(row["cases"]) for row in rows])
    assert (cases.sum(), births.sum()) == (1503, 752354)
    zones = circles(x, y, most_share=0.5, weight=births)
    first, second, *_ = poisson_scan(cases, births, zones, permutations=999, seed=1)

    assert [rows[cell]["county"] for cell in first.cells] == [
        "Hoke",
        "Scotland",
        "Robeson",
        "Bladen",
        "Columbus",
    ]
    assert first.observed == 139
    assert first.expected == pytest.approx(72.669, abs=5e-4)
    assert first.relative_risk == pytest.approx(2.0058, abs=5e-5)
    assert first.ratio == pytest.approx(25.38068, rel=1e-6)
    assert first.p == 0.001
    assert first.p_tail < 1e-6
    assert sorted(rows[cell]["county"] for cell in second.cells) == ["Halifax", "Hertford", "Northampton"]
    assert second.observed == 59
    assert second.expected == pytest.approx(28.743, abs=5e-4)
    assert second.ratio == pytest.approx(12.48472, rel=1e-6)


def ratio_of(c: int, mu: float, total: int) -> float:
    if c <= mu:
        return 0.0
    inside = c * np.log(c / mu)
    return inside + ((total - c) * np.log((total - c) / (total - mu)) if c < total else 0.0)


def naive_scan(
    counts: np.ndarray, places: np.ndarray, windows: tuple[int, ...], most_m: float, least: int
) -> dict[tuple[frozenset[int], int], float]:
    """Return the ratio of every cylinder, from the definition: μ of a zone and its days, summed weekday by weekday."""
    days = counts.shape[1]
    total = int(counts.sum())
    far = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    found = {}
    for centre, window in itertools.product(range(len(places)), windows):
        for reach in np.unique(far[centre][far[centre] <= most_m]):
            cells = np.flatnonzero(far[centre] <= reach)
            c = int(counts[cells, days - window :].sum())
            mu = 0.0
            for weekday in range(7):
                own = counts[:, weekday::7]
                recent = [day for day in range(days - window, days) if day % 7 == weekday]
                if own.sum():
                    mu += own[cells].sum() * counts[:, recent].sum() / own.sum()
            found[frozenset(cells.tolist()), window] = ratio_of(c, mu, total) if c >= least else 0.0
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_best_cylinder_is_that_of_the_plain_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # A lattice has many cells equally far; places at random have none.
    places = (
        np.array([(a, b) for a in range(4) for b in range(3)]) * 100.0
        if seed % 2
        else rng.uniform(0, 400, (12, 2))
    )
    counts = rng.poisson(rng.uniform(0.02, 0.6), (12, 40))
    counts[rng.integers(12), -3:] += rng.integers(0, 4)
    windows, most_m = (1, 2, 3, 7, 14), 250.0
    zones = circles(places[:, 0], places[:, 1], most_m=most_m, most_share=1.0)
    scan = space_time_scan(counts, zones, windows=windows, permutations=19, seed=seed, least=2)
    naive = naive_scan(counts, places, windows, most_m, 2)
    best = max(naive.values(), default=0.0)
    if best <= 0:
        assert scan.clusters == ()
        return
    first = scan.clusters[0]
    assert first.ratio == pytest.approx(best)
    assert naive[frozenset(first.cells.tolist()), windows[first.window]] == pytest.approx(best)
    # The next is the best of the zones that share no cell with those before.
    taken: set[int] = set()
    for cluster in scan.clusters:
        free = [value for (cells, _), value in naive.items() if not cells & taken]
        assert cluster.ratio == pytest.approx(max(free))
        assert not taken & set(cluster.cells.tolist())
        taken |= set(cluster.cells.tolist())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_greatest_ratio_of_an_exchange_is_that_of_the_best_zone(seed: int) -> None:
    """The loop without logarithms over permutations, and the one that finds the clusters, agree."""
    from gridsvc.hotspots.alerts.kernels import best_zones, exchange_dates, permuted_maxima

    rng = np.random.default_rng(seed)
    zones = circles(*rng.uniform(0, 1000, (2, 30)), most_m=400.0, most_share=1.0)
    # Three weekdays; each with cases, and dates of the last days in window 0, 1 or 2.
    many, recent = rng.integers(5, 40, 3), rng.integers(0, 5, 3)
    first, recent_first = (np.concatenate([[0], np.cumsum(each)]) for each in (many, recent))
    cases = rng.integers(0, 30, many.sum()).astype(np.int32)
    window = rng.integers(0, 3, recent.sum())
    expected = rng.uniform(0.01, 0.2, (30, 3)).cumsum(axis=1)
    streams = rng.integers(0, 2**63, 8).astype(np.uint64)
    block = zones.blocks(50)
    assert len(block) > 2
    maxima = np.empty(8)
    permuted_maxima(
        zones.start,
        zones.member,
        zones.closes,
        expected,
        cases,
        first,
        recent_first,
        window,
        2,
        block,
        streams,
        maxima,
    )
    for stream, greatest in zip(streams, maxima, strict=True):
        seen, shortest = np.zeros((30, 3), np.int64), np.empty(30, np.int64)
        before = cases.copy()
        exchange_dates(
            cases,
            first,
            recent_first,
            window,
            seen,
            shortest,
            np.array([stream], np.uint64),
            np.empty(len(window), np.int64),
        )
        assert (cases == before).all()
        assert seen[:, 2].sum() == recent.sum()
        assert [(seen[:, w]).sum() for w in range(3)] == [(window <= w).sum() for w in range(3)]
        assert (np.diff(seen, axis=1) >= 0).all()
        ratio, position, at = np.zeros(30), np.zeros(30, np.int64), np.zeros(30, np.int64)
        best_zones(
            zones.start,
            zones.member,
            zones.closes,
            expected,
            seen,
            len(cases),
            2,
            np.zeros(30, bool),
            ratio,
            position,
            at,
        )
        assert greatest == pytest.approx(ratio.max())


def test_exchanged_dates_fall_on_every_case_alike() -> None:
    from gridsvc.hotspots.alerts.kernels import exchange_dates

    cases = np.arange(20, dtype=np.int32)
    drawn = np.zeros(20, np.int64)
    seen, shortest = np.zeros((20, 1), np.int64), np.empty(20, np.int64)
    state = np.array([42], np.uint64)
    for _ in range(8000):
        # Cases 0–4 share two recent dates, 5–19 three.
        exchange_dates(
            cases,
            np.array([0, 5, 20]),
            np.array([0, 2, 5]),
            np.zeros(5, np.int64),
            seen,
            shortest,
            state,
            np.empty(5, np.int64),
        )
        drawn += seen[:, 0]
    assert drawn[:5].sum() == 16_000
    assert stats.chisquare(drawn[:5]).pvalue > 1e-3
    assert stats.chisquare(drawn[5:]).pvalue > 1e-3


def test_result_is_the_same_for_any_number_of_threads() -> None:
    rng = np.random.default_rng(4)
    zones = circles(*rng.uniform(0, 2000, (2, 80)), most_m=600.0, most_share=0.3)
    counts = rng.poisson(0.1, (80, 100))
    found = [space_time_scan(counts, zones, permutations=99, seed=3, threads=n) for n in (1, 2, 5)]
    first = [[(c.cells.tolist(), c.window, c.p, c.p_tail) for c in scan.clusters] for scan in found]
    assert first[0] == first[1] == first[2]
    exposure = rng.uniform(1, 2, 80)
    cases = rng.poisson(exposure)
    one, two = (poisson_scan(cases, exposure, zones, permutations=99, threads=n) for n in (1, 2))
    assert [(c.cells.tolist(), c.p) for c in one] == [(c.cells.tolist(), c.p) for c in two]


def test_an_outbreak_is_an_alert_and_a_busy_cell_or_day_is_none() -> None:
    rng = np.random.default_rng(9)
    places = np.array([(a, b) for a in range(15) for b in range(15)]) * 100.0
    zones = circles(places[:, 0], places[:, 1], most_m=1000.0, most_share=0.05)
    counts = rng.poisson(0.02, (225, 180))
    counts[112] += rng.poisson(1.0, 180)
    counts[:, -3] += rng.poisson(0.2, 225)
    quiet = space_time_scan(counts, zones, permutations=199, seed=1)
    assert quiet.alerts() == ()
    counts[[16, 17, 31, 32], -5:] += 1
    loud = space_time_scan(counts, zones, permutations=999, seed=1)
    (alert,) = loud.alerts()
    assert {16, 17, 31, 32} <= set(alert.cells.tolist())
    assert loud.windows[alert.window] == 5
    assert loud.recurrence_days(alert) == 1000
    assert alert.observed >= 20
    assert alert.p_tail < 0.001


def test_a_second_outbreak_is_not_hidden_by_the_first() -> None:
    rng = np.random.default_rng(9)
    places = np.array([(a, b) for a in range(15) for b in range(15)]) * 100.0
    zones = circles(places[:, 0], places[:, 1], most_m=1000.0, most_share=0.05)
    counts = rng.poisson(0.02, (225, 180))
    counts[16, -5:] += 40
    counts[200, -3:] += 2
    at_once = space_time_scan(counts, zones, seed=1)
    assert [alert.cells.tolist() for alert in at_once.alerts()] == [[16]]
    scan = scan_one_after_another(counts, zones, seed=1)
    first, second = scan.alerts()
    assert 16 in first.cells
    assert 200 in second.cells
    assert second.total == counts.sum() - counts[first.cells].sum()
    taken = np.concatenate([cluster.cells for cluster in scan.clusters])
    assert len(taken) == len(np.unique(taken))
    assert all(scan.recurrence_days(cluster) < 365 for cluster in scan.clusters[2:])


def test_tail_agrees_with_what_permutations_can_tell() -> None:
    rng = np.random.default_rng(2)
    maxima = rng.gumbel(8, 1.2, 2000)
    for share in (0.5, 0.1, 0.02):
        place = np.quantile(maxima, 1 - share)
        assert gumbel_tail(maxima, float(place)) == pytest.approx(share, rel=0.25)
    assert gumbel_tail(np.zeros(10), 0.0) == 1
    assert 0 < gumbel_tail(maxima, 30.0) < 1e-6


@pytest.mark.parametrize(
    "counts",
    [np.zeros((9, 40), int), np.eye(9, 40, k=31, dtype=int), np.zeros((0, 40), int)],
    ids=["nothing", "one a day", "no cells"],
)
def test_where_nothing_is_there_is_no_cluster(counts: np.ndarray) -> None:
    places = np.array([(a, b) for a in range(3) for b in range(3)][: len(counts)]).reshape(-1, 2) * 100.0
    zones = circles(places[:, 0], places[:, 1], most_m=1000.0)
    assert space_time_scan(counts, zones, permutations=19).alerts() == ()
    assert poisson_scan(np.zeros(len(counts), int), np.ones(len(counts)), zones, permutations=9) == ()


def test_all_on_one_cell_is_finite() -> None:
    zones = circles(np.arange(4) * 100.0, np.zeros(4), most_share=1.0)
    scan = space_time_scan(np.array([[5] * 40, [0] * 40, [0] * 40, [0] * 40]), zones, permutations=19)
    assert scan.clusters == ()
    found = poisson_scan(np.array([9, 0, 0, 0]), np.ones(4), zones, permutations=19)
    assert (found[0].observed, found[0].ratio) == (9, pytest.approx(9 * np.log(4)))


def test_zones_close_only_where_the_next_cell_is_farther() -> None:
    places = np.array([(a, b) for a in range(3) for b in range(3)]) * 100.0
    zones = circles(places[:, 0], places[:, 1], most_m=100.0, most_share=1.0)
    assert zones.cells(int(zones.start[4])).tolist() == [4]
    own = slice(int(zones.start[4]), int(zones.start[5]))
    assert zones.closes[own].tolist() == [True, False, False, False, True]
    # Two of four equally far neighbours would be an arbitrary choice: the circle stays with its centre.
    few = circles(places[:, 0], places[:, 1], most_cells=3)
    assert few.cells(int(few.start[5]) - 1).tolist() == [4]
    share = circles(places[:, 0], places[:, 1], most_m=500.0, most_share=0.05)
    assert share.count == 9


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda zones: space_time_scan(np.zeros((4, 27), int), zones), "base_too_short"),
        (lambda zones: space_time_scan(np.full((4, 60), np.nan), zones), "bad_counts"),
        (lambda zones: space_time_scan(np.full((4, 60), -1), zones), "bad_counts"),
        (
            lambda zones: poisson_scan(np.ones(4, int), np.array([1, 1, 0, 1.0]), zones),
            "cases_without_exposure",
        ),
        (lambda zones: poisson_scan(np.ones(4, int), np.array([1, 1, np.inf, 1.0]), zones), "bad_exposure"),
        (lambda _: circles(np.array([0.0, np.nan]), np.zeros(2)), "bad_places"),
        (lambda _: circles(np.arange(50_000.0), np.zeros(50_000)), "too_many_zones"),
    ],
)
def test_refuses(call, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputRefused) as refused:
        call(circles(np.arange(4) * 100.0, np.zeros(4)))
    assert refused.value.code == code
