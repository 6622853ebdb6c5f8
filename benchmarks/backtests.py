"""`python -m benchmarks.backtests`: all methods on the sample and two real cities, into docs/backtests.md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.backtest_page import write_page
from benchmarks.cities import City, real_city, sample_city
from gridsvc.hotspots.forecasting.backtest import Backtest, run_backtest
from gridsvc.hotspots.forecasting.candidates import NAMES, build_methods
from gridsvc.hotspots.forecasting.choice import Choice, choose_method
from gridsvc.hotspots.forecasting.cube import Cube
from gridsvc.hotspots.forecasting.exciting import NEAR_M, excites
from gridsvc.hotspots.forecasting.scores import Accuracy, accuracy, catch_both, joined
from gridsvc.hotspots.trends.near_repeat import near_repeats
from gridsvc.sample import SampleFiles, generate

ROOT = Path(__file__).resolve().parent.parent
SEED = 1
TESTED = 26
SAMPLE = (
    ("event 0201", "illegal small ads (非法小广告)"),
    ("event 0406", "street occupation (占道经营)"),
    ("event 0405", "trading outside the shop (店外经营)"),
    ("event 0401", "itinerant vendors (无照经营游商)"),
    ("event 0410", "non-motor vehicles parked in disorder (非机动车乱停放)"),
    ("event 0110", "exposed household garbage (暴露生活垃圾)"),
    ("event 0112", "dirty road (道路不洁)"),
    ("event 0136", "objects piled in disorder (乱堆物堆料)"),
)
SHIFTS = ("event 0201", "event 0406")
SHIFT_METHODS = ("random", "last_4", "last_13", "all_history", "ewma_4", "ewma_13", "eb_ewma")
SAN_FRANCISCO = (
    "Graffiti Public Property",
    "Graffiti Private Property",
    "Street and Sidewalk Cleaning",
    "Abandoned Vehicle",
    "Illegal Postings",
    "Streetlights",
)
BALTIMORE = (
    "SW-Rat Rubout Proactive",
    "HCD-Sanitation Property",
    "TRS-Parking Complaint",
    "SW-Dirty Alley",
    "BGE-StLight(s) Out",
)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The back-test of a class in a city; `ceiling` ranks by the counts of the whole period, tested included.

    `knox`: the cells of Knox's table nearer than 300 m and later than a day that show near repeats, of how
    many.
    """

    city: str
    title: str
    unit: str
    cube: Cube
    backtest: Backtest
    choice: Choice
    oracle: Accuracy
    ceiling: Accuracy
    knox: tuple[int, int]
    seconds: float


def study(city: City, title: str, wanted: str, cube: Cube, names: Sequence[str]) -> Study:
    """Back-test methods on a cube, with the self-exciting one where Knox sees near repeats."""
    started = time.perf_counter()
    mine = city.rows(wanted)
    table = near_repeats(
        city.metres[mine, 0],
        city.metres[mine, 1],
        city.day[mine],
        distances_m=NEAR_M,
        permutations=99,
        seed=SEED,
    )
    soon = table.near_repeat[:4, 1:4]
    knox = (int(soon.sum()), soon.size)
    excited = cube.steps.unit != "shift" and excites(table.near_repeat)
    wanted_names = tuple(name for name in NAMES if name in {*names} or (name == "self_exciting" and excited))
    found = run_backtest(cube, build_methods(cube.ground, wanted_names, SEED), _tested(cube))
    steps = range(len(cube.steps) - _tested(cube), len(cube.steps))
    whole = cube.counts.sum(axis=1).astype(np.float64)
    return Study(
        city.name,
        title,
        cube.steps.unit,
        cube,
        found,
        choose_method(found, SEED),
        _ranked(cube, steps, None),
        _ranked(cube, steps, whole),
        knox,
        time.perf_counter() - started,
    )


def _tested(cube: Cube) -> int:
    # Eight weeks have 112 shifts.
    return 8 * 14 if cube.steps.unit == "shift" else TESTED


def _ranked(cube: Cube, steps: range, score: np.ndarray | None) -> Accuracy:
    """Return the accuracy of a fixed score; None: of the best possible ranking of every step."""
    parts = []
    for step in steps:
        counts = cube.counts[:, step].astype(np.float64)
        parts.append(catch_both(counts if score is None else score, counts, counts, cube.ground)[0])
    return accuracy(joined(parts))


def run_all(data: Path | None, files: SampleFiles) -> list[Study]:
    """Return every study: the sample by week and by shift, then the real cities by month."""
    weekly = tuple(name for name in NAMES if name != "self_exciting")
    district = sample_city(files, [wanted for wanted, _ in SAMPLE])
    studies = []
    for wanted, title in SAMPLE:
        studies.append(_told(study(district, title, wanted, district.weekly(wanted), weekly)))
    for wanted in SHIFTS:
        title = dict(SAMPLE)[wanted]
        studies.append(_told(study(district, title, wanted, district.shifts(wanted), SHIFT_METHODS)))
    if data is None:
        return studies
    francisco = real_city(
        "San Francisco",
        data / "sf311_cases.csv",
        {"class": "category", "opened": "opened", "lat": "lat", "lon": "lon", "address": "address"},
        "%Y-%m-%d %H:%M:%S",
        32610,
        500.0,
        TESTED,
    )
    baltimore = real_city(
        "Baltimore",
        data / "baltimore311_cases.csv",
        {
            "class": "SRType",
            "opened": "CreatedDate",
            "lat": "Latitude",
            "lon": "Longitude",
            "address": "Address",
        },
        "%m/%d/%Y %I:%M:%S %p",
        32618,
        1000.0,
        TESTED,
    )
    for city, classes in ((francisco, SAN_FRANCISCO), (baltimore, BALTIMORE)):
        for wanted in classes:
            studies.append(_told(study(city, wanted, wanted, city.monthly(wanted), weekly)))
    return studies


def _told(found: Study) -> Study:
    print(
        f"{found.city}, {found.title} by {found.unit}: live {found.choice.method}, {found.seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "backtests.md")
    parser.add_argument("--sample", type=Path, help="a folder that holds the sample's files already")
    arguments = parser.parse_args()
    given = os.environ.get("GRIDSVC_REAL_DATA")
    data = Path(given) if given else ROOT.parent / "shared/geodata"
    with tempfile.TemporaryDirectory(prefix="gridsvc-backtests-") as folder:
        files = SampleFiles(arguments.sample) if arguments.sample else generate(Path(folder))
        studies = run_all(data if data.is_dir() else None, files)
    write_page(arguments.output, studies)


if __name__ == "__main__":
    main()
