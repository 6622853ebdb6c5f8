"""`make bench`: the sample in a PostGIS, then every comparison, each against its target."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from benchmarks import (
    bulk,
    growth,
    interactive,
    replay,
    scan,
    significance,
    single,
    streets,
    tally,
    tiles,
    trends,
)
from benchmarks.sample import sample_database

COMPARISONS = (
    "bulk",
    "single",
    "growth",
    "atlas",
    "tiles",
    "replay",
    "streets",
    "significance",
    "tally",
    "interactive",
    "trends",
    "scan",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000, help="points of the bulk comparison")
    parser.add_argument("--seconds", type=float, default=5.0, help="seconds of load on each endpoint")
    parser.add_argument("--only", choices=COMPARISONS)
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    met = []
    if arguments.only in (None, "growth"):
        met.append(growth.compare())
    if arguments.only in (None, "significance"):
        met.append(significance.compare())
    if arguments.only in (None, "trends"):
        met.append(trends.compare())
    if arguments.only in (None, "scan"):
        met.append(scan.compare())
    if arguments.only in (None, "tally"):
        met.append(tally.compare())
    if arguments.only in (None, "interactive"):
        met.append(interactive.compare())
    if arguments.only in (None, "tiles"):
        met.append(tiles.compare())
    if arguments.only in (None, "atlas"):
        met.append(growth.build_atlas())
    if arguments.only in (None, "bulk", "single", "replay", "streets"):
        with sample_database() as (settings, engine):
            if arguments.only in (None, "bulk"):
                met.append(bulk.compare(settings, engine, arguments.points))
            if arguments.only in (None, "single"):
                met.append(single.compare(settings, engine, arguments.seconds))
            if arguments.only in (None, "replay"):
                met.append(replay.compare(settings, engine, arguments.points))
            if arguments.only in (None, "streets"):
                met.append(streets.compare(settings, engine))
    print("\n" + ("every target met" if all(met) else "A TARGET WAS MISSED"))
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
