"""Team orienteering on Chao's sets 4 and 7 (P1): what is collected against the best values known.

`python -m benchmarks.orienteering FOLDER` solves every instance of FOLDER for 10 seconds of processor time,
or a fifth of that where at most 40 points can be reached. `--keep FILE` holds what was found line by line, so
a run may be cut in parts; `--peer` solves the ten hard ones by plain VROOM too; `--write` puts the table into
docs/routing-benchmarks.md, between the markers of this script.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.arc_routing import PAGE, _markdown
from benchmarks.table import print_table, verdict
from gridsvc.patrol.published import chao
from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.problem import Effort
from gridsvc.patrol.routing.reaching import possible_visits
from gridsvc.patrol.routing.solving import solve as search

BEGIN, END = "<!-- team orienteering: begin -->", "<!-- team orienteering: end -->"
MEAN, WORST = 0.20, 2.0
"""Per cent below the best value known (goal P1): the mean over all instances, and the worst of them."""
KNOWN = "best_known_chao.txt"
FEW, FEWER = 40, 0.2
HARD = ("p4.2.i", "p4.2.j", "p4.2.k", "p4.4.o", "p7.2.t", "p7.3.n", "p7.3.o", "p7.3.r", "p7.3.s", "p7.3.t")
"""The ten that `patrol.md` 4.1 names: PyVRP's worst."""
_ALL = 120
OURS, PEER = "ours", "VROOM"


@dataclass(frozen=True, slots=True)
class Found:
    """What was collected, beside the best value known; `over`: the longest route beyond tmax, 0 or less."""

    engine: str
    name: str
    points: int
    best: float
    value: float
    seconds: float
    limit: float
    seed: int
    over: float

    @property
    def gap(self) -> float:
        """Return the per cent below the best value known; below 0: better than that."""
        return (self.best - self.value) / self.best * 100 if self.best else 0.0


def known(folder: Path) -> dict[str, float]:
    rows = [line.split() for line in (folder / KNOWN).read_text().splitlines()]
    return {row[0].removesuffix(".txt"): float(row[1]) for row in rows if len(row) == 2}


def solve(path: Path, best: float, seconds: float, seed: int) -> Found:
    instance = chao.read(path.read_text(), path.name)
    problem = instance.problem()
    points = int(possible_visits(problem).any(axis=1).sum())
    limit = seconds if points > FEW else seconds * FEWER
    found = search(problem, Effort(seconds=limit, seed=seed))
    assert faults(problem, found.solution) == []
    over = _over(instance, found.solution.sequences)
    return Found(
        OURS, path.stem, points, best, found.solution.value(problem), found.seconds, limit, seed, over
    )


def solve_by_vroom(path: Path, best: float) -> Found:
    """VROOM's best settings (exploration 5, no limit); its priorities hold whole numbers up to 100."""
    import vroom

    instance = chao.read(path.read_text(), path.name)
    problem, last = instance.problem(), len(instance.x) - 1
    longest = int(problem.patrols.until[0])
    asked = vroom.Input()
    asked.set_durations_matrix("car", problem.travel[0].astype(np.uint32))
    for patrol in range(instance.patrols):
        asked.add_vehicle(vroom.Vehicle(patrol, start=0, end=last, time_window=vroom.TimeWindow(0, longest)))
    asked.add_job([vroom.Job(node, node, priority=int(instance.score[node])) for node in range(1, last)])
    began = time.process_time()
    routes = asked.solve(exploration_level=5, nb_threads=1).to_dict()["routes"]
    took = time.process_time() - began
    made = [[step["id"] - 1 for step in route["steps"] if step["type"] == "job"] for route in routes]
    value = float(problem.visits.value[[visit for route in made for visit in route]].sum())
    return Found(
        PEER, path.stem, len(problem.visits), best, value, took, float("inf"), 0, _over(instance, made)
    )


def _over(instance: chao.TeamOrienteering, sequences: Sequence[Sequence[int]]) -> float:
    longest = max((instance.length([visit + 1 for visit in each]) for each in sequences if each), default=0.0)
    return longest - instance.longest


SUMMARY = ("set", "instances", "mean gap", "median", "worst", "reached", "beaten")
EACH = ("instance", "points in reach", "best known", "found", "gap", "seconds")


def summary(found: Sequence[Found]) -> list[tuple[str, ...]]:
    """Return a row for each set and one for all."""
    rows = []
    for name in ("p4", "p7", "all"):
        gaps = np.array([each.gap for each in found if name == "all" or each.name.startswith(name)])
        if len(gaps):
            numbers = (f"{gaps.mean():.2f} %", f"{np.median(gaps):.2f} %", f"{gaps.max():.2f} %")
            counts = (str(int((gaps <= 0).sum())), str(int((gaps < 0).sum())))
            rows.append((name, str(len(gaps)), *numbers, *counts))
    return rows


def each_row(found: Found) -> tuple[str, ...]:
    return (
        found.name,
        str(found.points),
        f"{found.best:g}",
        f"{found.value:g}",
        f"{found.gap:.2f} %",
        f"{found.seconds:.1f}",
    )


def section(found: Sequence[Found], peers: Sequence[Found]) -> str:
    """Return the section of the page."""
    limits = " or ".join(sorted({f"{each.limit:g}" for each in found}, key=float, reverse=True))
    lines = [
        BEGIN,
        "",
        "## Team orienteering",
        "",
        f"Written by `python -m benchmarks.orienteering --write`; {limits} seconds of processor time for each"
        f" instance (the fewer where at most {FEW} points are in reach), seed"
        f" {', '.join(sorted({str(each.seed) for each in found}))}, one thread. Chao's sets 4 and 7; best"
        " values known from an older table (`best_known_chao.txt`), some of which are beaten. Every route was"
        " measured by true distances; gap = (best − found) / best.",
        "",
        *_markdown(SUMMARY, summary(found)),
        "",
    ]
    own = {each.name: each for each in found}
    if len(found) < _ALL:
        lines += [f"{len(found)} of {_ALL} instances, the largest first; the others were not run.", ""]
    both = [(own[peer.name], peer) for peer in peers if peer.name in own]
    if both:
        lines += [
            "The ten hard instances of `patrol.md` 4.1 beside plain VROOM (exploration 5, no limit of time):",
            "",
            *_markdown(
                ("instance", "best known", "ours", "gap", "VROOM", "gap", "its seconds"),
                [(*each_row(ours)[:1], *each_row(ours)[2:5], *each_row(peer)[3:]) for ours, peer in both]
                + [
                    (
                        "mean",
                        "",
                        "",
                        f"{np.mean([ours.gap for ours, _ in both]):.2f} %",
                        "",
                        f"{np.mean([peer.gap for _, peer in both]):.2f} %",
                        f"{np.mean([peer.seconds for _, peer in both]):.1f}",
                    )
                ],
            ),
            "",
        ]
    return "\n".join([*lines, *_markdown(EACH, [each_row(each) for each in found]), "", END])


def write(found: Sequence[Found], peers: Sequence[Found], page: Path = PAGE) -> None:
    """Put the section into the page, in place of what this script wrote before."""
    text = page.read_text(encoding="utf-8") if page.exists() else "# Routing benchmarks\n"
    before, marked, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if marked else ""
    page.write_text(f"{before.rstrip()}\n\n{section(found, peers)}\n{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="the folder with pS.M.x.txt")
    parser.add_argument("--seconds", type=float, default=10.0, help="of processor time for each instance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="these instances")
    parser.add_argument("--peer", action="store_true", help="the hard ten by plain VROOM too")
    parser.add_argument("--keep", type=Path, help="a file of what was found; what is in it is not done again")
    parser.add_argument("--write", action="store_true", help="the table, into docs/routing-benchmarks.md")
    arguments = parser.parse_args()
    lines = arguments.keep.read_text().splitlines() if arguments.keep and arguments.keep.exists() else []
    found = {(each.engine, each.name): each for each in (Found(**json.loads(line)) for line in lines)}
    best = known(arguments.folder) if arguments.folder else {}
    files = sorted(arguments.folder.glob("p[0-9].[0-9].*.txt")) if arguments.folder else []
    for engine in (OURS, PEER) if arguments.peer else (OURS,):
        for path in files:
            left = not arguments.only or path.stem in arguments.only
            if (engine, path.stem) in found or not left or (engine == PEER and path.stem not in HARD):
                continue
            known_best = best[path.stem]
            each = (
                solve(path, known_best, arguments.seconds, arguments.seed)
                if engine == OURS
                else solve_by_vroom(path, known_best)
            )
            found[engine, path.stem] = each
            print(engine, *each_row(each), flush=True)
            if arguments.keep:
                with arguments.keep.open("a") as kept:
                    kept.write(json.dumps(asdict(each)) + "\n")
    ordered = sorted((each for each in found.values() if each.engine == OURS), key=lambda each: each.name)
    peers = sorted((each for each in found.values() if each.engine == PEER), key=lambda each: each.name)
    if not ordered:
        parser.error("nothing was solved and nothing kept")
    print_table("Team orienteering", SUMMARY, summary(ordered))
    if arguments.write:
        write(ordered, peers)
    gaps = [each.gap for each in ordered]
    met = [
        verdict(f"mean gap over {len(gaps)} instances, per cent", float(np.mean(gaps)), MEAN, at_most=True),
        verdict("worst gap, per cent", max(gaps), WORST, at_most=True),
        verdict("longest route beyond tmax", max(each.over for each in ordered), 1e-6, at_most=True),
    ]
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
