"""Arc routing on the instances of Eglese (egl): costs found against the best bounds known.

`python -m benchmarks.arc_routing FOLDER` solves every file of FOLDER for 30 seconds of processor time.
`--keep FILE` holds what was found line by line, so a run may be cut in parts (`--sets e`); `--write` puts
the tables into docs/routing-benchmarks.md, between the markers of this script.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.table import print_table, verdict
from gridsvc.patrol.published import carp
from gridsvc.patrol.routing.problem import Effort

PAGE = Path(__file__).resolve().parent.parent / "docs" / "routing-benchmarks.md"
BEGIN, END = "<!-- arc routing: begin -->", "<!-- arc routing: end -->"
MEAN, WORST = 0.8, 2.5
"""Per cent of the upper bound (goal P3): the mean over all instances, and the worst of them."""
SETS = ("e", "s", "g")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for an instance, beside the bounds that its file states."""

    name: str
    streets: int
    cost: int
    lower: int
    upper: int
    routes: int
    seconds: float
    limit: float
    seed: int

    @property
    def gap(self) -> float:
        """Return the per cent above the upper bound that the file states."""
        return (self.cost - self.upper) / self.upper * 100

    @property
    def of_set(self) -> str:
        return self.name.split("-")[1][0]


def solve(path: Path, seconds: float, seed: int) -> Found:
    instance = carp.read(path.read_text(), path.name)
    answer = carp.solve(instance, Effort(seconds=seconds, seed=seed))
    assert instance.lower is not None
    assert instance.upper is not None
    return Found(
        path.stem,
        len(instance.served()),
        round(answer.objective),
        instance.lower,
        instance.upper,
        len(answer.routes),
        answer.seconds,
        seconds,
        seed,
    )


def summary(found: Sequence[Found]) -> list[tuple[str, ...]]:
    """Return a row for each set and one for all: instances, mean, median and worst gap, reached, beaten."""
    rows = []
    for name in (*SETS, "all"):
        gaps = np.array([each.gap for each in found if name in ("all", each.of_set)])
        if len(gaps):
            rows.append(
                (
                    f"egl-{name}" if name != "all" else "all",
                    str(len(gaps)),
                    f"{gaps.mean():.2f} %",
                    f"{np.median(gaps):.2f} %",
                    f"{gaps.max():.2f} %",
                    str(int((gaps <= 0).sum())),
                    str(int((gaps < 0).sum())),
                )
            )
    return rows


SUMMARY = ("set", "instances", "mean gap", "median", "worst", "reached", "beaten")
EACH = ("instance", "streets", "routes", "found", "lower bound", "upper bound", "gap")


def each_row(found: Found) -> tuple[str, ...]:
    return (
        found.name,
        *(str(number) for number in (found.streets, found.routes, found.cost, found.lower, found.upper)),
        f"{found.gap:.2f} %",
    )


def section(found: Sequence[Found]) -> str:
    """Return the section of the page."""
    limits = " and ".join(sorted({f"{each.limit:g}" for each in found}))
    seeds = ", ".join(sorted({str(each.seed) for each in found}))
    lines = [
        BEGIN,
        "",
        "## Arc routing",
        "",
        f"Written by `python -m benchmarks.arc_routing --write`; {limits} seconds of processor time for each"
        f" instance, seed {seeds}, one thread. Bounds are those that the files state (CARPData);"
        " gap = (found − upper bound) / upper bound. *Reached*: found is at most the upper bound.",
        "",
        *_markdown(SUMMARY, summary(found)),
        "",
        "PyVRP with a group of two directions for each street, 20 seconds (`patrol.md` 4.3): e 0.48 %, worst"
        " 2.29 %; s 1.36 %, worst 2.83 %.",
        "",
        *_markdown(EACH, [each_row(each) for each in found]),
        "",
        END,
    ]
    return "\n".join(lines)


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return ["| " + " | ".join(row) + " |" for row in (header, rule, *rows)]


def write(found: Sequence[Found], page: Path = PAGE) -> None:
    """Put the section into the page, in place of what this script wrote before."""
    text = page.read_text(encoding="utf-8") if page.exists() else "# Routing benchmarks\n"
    before, marked, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if marked else ""
    page.write_text(f"{before.rstrip()}\n\n{section(found)}\n{after.lstrip()}", encoding="utf-8")


def kept(path: Path | None) -> dict[str, Found]:
    if path is None or not path.exists():
        return {}
    lines = [Found(**json.loads(line)) for line in path.read_text().splitlines()]
    return {each.name: each for each in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="the folder with egl-*.dat")
    parser.add_argument("--seconds", type=float, default=30.0, help="of processor time for each instance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", default=",".join(SETS), help="e, s, g")
    parser.add_argument("--keep", type=Path, help="a file of what was found; what is in it is not done again")
    parser.add_argument("--write", action="store_true", help="the tables, into docs/routing-benchmarks.md")
    arguments = parser.parse_args()
    found = kept(arguments.keep)
    files = sorted(arguments.folder.glob("egl-*.dat")) if arguments.folder else []
    for path in files:
        if path.stem in found or path.stem.split("-")[1][0] not in arguments.sets.split(","):
            continue
        found[path.stem] = solve(path, arguments.seconds, arguments.seed)
        print(*each_row(found[path.stem]), flush=True)
        if arguments.keep:
            with arguments.keep.open("a") as lines:
                lines.write(json.dumps(asdict(found[path.stem])) + "\n")
    ordered = sorted(found.values(), key=lambda each: (SETS.index(each.of_set), each.name))
    if not ordered:
        parser.error("nothing was solved and nothing kept")
    print_table("Arc routing", SUMMARY, summary(ordered))
    if arguments.write:
        write(ordered)
    gaps = [each.gap for each in ordered]
    met = [
        verdict(f"mean gap over {len(gaps)} instances, per cent", float(np.mean(gaps)), MEAN, at_most=True),
        verdict("worst gap, per cent", max(gaps), WORST, at_most=True),
    ]
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
