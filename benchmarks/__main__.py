"""`make bench`: every comparison, each against its target; those of the sample share one PostGIS."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable

from sqlalchemy import Engine

from benchmarks import (
    bulk,
    growth,
    interactive,
    refresh,
    replay,
    scan,
    significance,
    single,
    streets,
    tally,
    tiles,
    travel,
    trends,
)
from benchmarks.sample import sample_database
from gridsvc.settings import Settings

OWN: dict[str, Callable[[], bool]] = {
    "growth": growth.compare,
    "significance": significance.compare,
    "trends": trends.compare,
    "scan": scan.compare,
    "tally": tally.compare,
    "interactive": interactive.compare,
    "tiles": tiles.compare,
    "travel": travel.compare,
    "atlas": growth.build_atlas,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000, help="points of the bulk comparison")
    parser.add_argument("--seconds", type=float, default=5.0, help="seconds of load on each endpoint")
    on_sample: dict[str, Callable[[Settings, Engine], bool]] = {
        "bulk": lambda settings, engine: bulk.compare(settings, engine, arguments.points),
        "single": lambda settings, engine: single.compare(settings, engine, arguments.seconds),
        "replay": lambda settings, engine: replay.compare(settings, engine, arguments.points),
        "streets": streets.compare,
        "refresh": refresh.compare,
    }
    parser.add_argument("--only", choices=[*OWN, *on_sample], action="append", help="this one; several times")
    arguments = parser.parse_args()
    wanted = arguments.only or [*OWN, *on_sample]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    met = [compare() for name, compare in OWN.items() if name in wanted]
    if set(wanted) & set(on_sample):
        with sample_database() as (settings, engine):
            met += [compare(settings, engine) for name, compare in on_sample.items() if name in wanted]
    print("\n" + ("every target met" if all(met) else "A TARGET WAS MISSED"))
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
