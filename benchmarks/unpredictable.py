"""Twenty shifts on the streets of Xi'an: is the plan a timetable? `python -m benchmarks.unpredictable`.

Three shifts of 150 or 60 places inside the Beilin clip, values Pareto, half of the places with a window of
two hours. Beside the varied plans, on the same problem in the same run: the best plan every night, and the
same engine with another seed every night (what "randomised" means where nothing is done for it).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import numpy as np
import shapely

from benchmarks.table import print_table, verdict
from benchmarks.xian import CLIP, FILE, xian_roads
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.travel import Ground
from gridsvc.patrol.plans.habits import Habits
from gridsvc.patrol.plans.slots import Night, Regularity, Slots, how_regular, remember
from gridsvc.patrol.plans.varying import vary
from gridsvc.patrol.routing.problem import MINUTE, NEVER, Effort, Patrols, Problem, Visits
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.routing.solving import solve

SHIFTS = 20
EVENING = 17 * 60.0
HOURS = 4
ENTROPY, SAME, LOSS = 0.8, 0.4, 0.05


@dataclass(frozen=True)
class Case:
    name: str
    mode: str
    patrols: int
    places: int
    windows: float = 0.5


CASES = (
    Case("150 places, 6 e-bikes", "ebike", 6, 150),
    Case("150 places, 10 e-bikes", "ebike", 10, 150),
    Case("60 places, 4 on foot", "walk", 4, 60),
)


def shift_in_beilin(streets: Streets, folder: Path, case: Case, seed: int = 1) -> Problem:
    """Places at chance on the streets inside the clip, patrols that begin and end in its middle."""
    rng = np.random.default_rng([seed, case.places, case.patrols])
    clip = shapely.convex_hull(shapely.geometrycollections(list(xian_roads(folder, CLIP).geometries)))
    at = rng.permutation(len(streets))
    xy = shapely.line_interpolate_point(streets.lines[at], rng.random(len(at)), normalized=True)
    lon, lat = _degrees(streets, xy)
    inside = np.flatnonzero(shapely.contains_xy(clip, lon, lat))
    middle = inside[np.argmin(np.hypot(lon[inside] - clip.centroid.x, lat[inside] - clip.centroid.y))]
    rows = [int(middle), *(int(row) for row in inside if row != middle)][: 2 * case.places]
    snapped = snap(streets, lon[rows], lat[rows], case.mode)
    travel = Ground.of(streets, case.mode, snapped).times()
    good = [row for row in range(len(rows)) if max(travel[0, row], travel[row, 0]) < NEVER]
    good = good[: case.places + 1]
    travel = travel[np.ix_(good, good)]
    count, end = len(good) - 1, HOURS * 60 * MINUTE
    opens, closes = np.zeros(count, np.int64), np.full(count, end)
    bound = rng.random(count) < case.windows
    opens[bound] = rng.integers(0, 4, bound.sum()) * end // 8
    closes[bound] = opens[bound] + end // 2
    visits = Visits(
        at=np.arange(1, count + 1),
        service=np.full(count, 12 * MINUTE),
        opens=opens,
        closes=closes,
        value=rng.pareto(1.5, count) + 0.2,
        group=np.full(count, -1),
        required=np.zeros(count, bool),
        allowed=np.ones((count, case.patrols), bool),
    )
    zero, until = np.zeros(case.patrols, np.int64), np.full(case.patrols, end)
    patrols = Patrols(zero, zero, zero, zero, until, until, zero, zero, zero)
    return Problem((travel,), visits, patrols)


def _degrees(streets: Streets, points: object) -> tuple[np.ndarray, np.ndarray]:
    from gridsvc.geography.projection import to_degrees

    mm = np.rint(shapely.get_coordinates(points) * 1000).astype(np.int64)
    return to_degrees(streets.srid, mm[:, 0], mm[:, 1])


@dataclass(frozen=True)
class Run:
    """What twenty shifts came to; `guessed`: how often the half hour most usual so far was the right one."""

    found: Regularity
    losses: list[float]
    guessed: float
    always: int
    ever: int
    a_night: float
    seconds: float


def judged(problem: Problem, night: Night, history: Slots, losses: Sequence[float], seconds: float) -> Run:
    counts, shifts = history.counts(night.keys)
    visits = counts.sum(axis=1)
    possible = Habits.of(problem, night, Slots.none()).half_hours
    found = how_regular(counts, shifts, possible, problem.visits.value)
    return Run(
        found,
        list(losses),
        _guessed(history),
        int((visits >= shifts).sum()),
        int((visits > 0).sum()),
        float(visits.sum() / shifts),
        seconds / shifts,
    )


def _guessed(history: Slots) -> float:
    hits = []
    names = history.key.astype(str)
    for key in np.unique(names):
        mine = names == key
        for shift in history.shift[mine & (history.shift >= SHIFTS // 2)]:
            past = history.slot[mine & (history.shift < shift)]
            if len(past) >= 5:
                usual = np.bincount(past, minlength=48).argmax()
                hits.append(bool(usual == history.slot[mine & (history.shift == shift)][0]))
    return float(np.mean(hits)) if hits else float("nan")


def varied(problem: Problem, night: Night, best: Solution, effort: Effort) -> Run:
    history, losses, began = Slots.none(), [], thread_time()
    for shift in range(SHIFTS):
        plan = vary(problem, effort, night, seed=20_261_123 + shift, history=history, best=best)
        losses.append(plan.loss)
        history = remember(history, shift, night, plan.solution)
    return judged(problem, night, history, losses, thread_time() - began)


def repeated(problem: Problem, night: Night, best: Solution) -> Run:
    history = Slots.none()
    for shift in range(SHIFTS):
        history = remember(history, shift, night, best)
    return judged(problem, night, history, [0.0] * SHIFTS, 0.0)


def reseeded(problem: Problem, night: Night, best: Solution, effort: Effort) -> Run:
    history, losses, began = Slots.none(), [], thread_time()
    for shift in range(SHIFTS):
        again = Effort(effort.iterations, effort.seconds, seed=100 + shift)
        found = solve(problem, again).solution
        losses.append(1 - found.value(problem) / best.value(problem))
        history = remember(history, shift, night, found)
    return judged(problem, night, history, losses, thread_time() - began)


def compare(folder: Path, seconds: float) -> bool:
    streets = build_streets(xian_roads(folder))
    rows, ours = [], []
    for case in CASES:
        problem = shift_in_beilin(streets, folder, case)
        keys = np.array([f"place:{number}" for number in range(len(problem.visits))], object)
        night = Night(np.arange(len(keys)), keys, EVENING)
        effort = Effort(seconds=seconds)
        best = solve(problem, Effort(seconds=2 * seconds)).solution
        runs = {
            "best plan every night": repeated(problem, night, best),
            "another seed every night": reseeded(problem, night, best, effort),
            "varied": varied(problem, night, best, effort),
        }
        ours.append(runs["varied"])
        for name, run in runs.items():
            rows.append([f"{case.name}: {name}", *_told(run)])
            print(rows[-1], flush=True)
    header = ["20 shifts", "entropy", "by chance", "least", "same half hour", "loss", "most lost", "guessed"]
    header += ["places: always / ever / a night", "CPU s a night"]
    print_table(f"Is it a timetable? South of Xi'an, {HOURS} hours from 17:00", header, rows)
    return all(
        (
            verdict("Entropy, the least of the shifts", min(run.found.mean_entropy for run in ours), ENTROPY),
            verdict("Same half hour", max(run.found.worst_share for run in ours), SAME, at_most=True),
            verdict("Loss of any night", max(max(run.losses) for run in ours), LOSS, at_most=True),
        )
    )


def _told(run: Run) -> list[str]:
    found = run.found
    return [
        f"{found.mean_entropy:.3f}",
        f"{found.mean_by_chance:.3f}",
        f"{found.least_entropy:.3f}",
        f"{found.worst_share:.0%}",
        f"{np.mean(run.losses):.1%}",
        f"{max(run.losses):.1%}",
        f"{run.guessed:.0%}",
        f"{run.always} / {run.ever} / {run.a_night:.0f}",
        f"{run.seconds:.1f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="processor time of a night's variation")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("GRIDSVC_REAL_DATA") or Path(__file__).parents[2] / "shared/geodata")
    if not (folder / FILE).exists():
        sys.exit(f"no {FILE} in {folder}: set GRIDSVC_REAL_DATA")
    sys.exit(0 if compare(folder, arguments.seconds) else 1)


if __name__ == "__main__":
    main()
