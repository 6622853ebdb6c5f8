"""Tonight's plan from end to end: `python -m benchmarks.patrol_night [--draw FOLDER]`.

150 hotspots inside Beilin (Pareto values, 40 % with hours of their own, 3 % must be visited), 10 e-bikes from
three depots, every second one with a break, on the real streets of Xi'an: the travel matrix, the search, the
night's variation, the ways, every reason. Then 2,000 hotspots, and 60 for four who walk. The peer is the plan
that picks one place after the other, in the same run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from benchmarks.table import print_table, verdict
from benchmarks.xian import FILE, xian_roads
from gridsvc.errors import Text
from gridsvc.geography import to_wgs84
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Expected, Mode, Plan
from gridsvc.patrol.plans.ground import ZonesOfPlaces
from gridsvc.patrol.plans.making import make_plan
from gridsvc.patrol.plans.material import Material
from gridsvc.patrol.plans.request import PatrolAsked, Pause, PlanAsked, Spot
from gridsvc.patrol.value.places import Places
from gridsvc.roads import Roads

ZONE = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2026, 11, 23, 17, tzinfo=ZONE)
DEPOTS = (Spot(108.947, 34.248, "南门外"), Spot(108.965, 34.24, "东南队部"), Spot(108.93, 34.235, "西南队部"))
SECONDS, BOUND = 10.0, 0.95


def hotspots(streets: Streets, roads: Roads, folder: Path, mode: Mode, count: int, hours: float) -> Places:
    """Return places at chance on the streets of Beilin from which the mode comes and goes."""
    rng = np.random.default_rng(7)
    network = mode_network(streets, mode)
    main = np.zeros(len(roads), bool)
    main[streets.road[network.main]] = True
    middle = shapely.line_interpolate_point(roads.geometries, 0.5, normalized=True)
    inside = np.flatnonzero(shapely.within(middle, beilin(folder)) & main)
    links = rng.choice(inside, count, replace=count > len(inside))
    at = shapely.line_interpolate_point(roads.geometries[links], rng.random(count), normalized=True)
    lon, lat = shapely.get_coordinates(at).T
    value, minutes = rng.pareto(1.5, count) + 0.2, hours * 60
    windowed = rng.random(count) < 0.4
    opens = np.where(windowed, rng.uniform(0, minutes / 2, count), 0.0)
    names = [roads.names[link] or "无名路" for link in links.tolist()]

    def words(values: list[object]) -> np.ndarray:
        held = np.empty(count, object)
        held[:] = values
        return held

    required = rng.random(count) < 0.03
    return Places(
        key=words([f"place:{number}" for number in range(count)]),
        kind=words(["must_visit" if must else "hotspot" for must in required.tolist()]),
        name=[Text(name, name) for name in names],
        lon=lon,
        lat=lat,
        cell=words([None] * count),
        expected=value,
        value=value,
        opens=opens,
        closes=np.where(windowed, opens + 0.4 * minutes, minutes),
        windowed=windowed,
        dwell=np.full(count, 12.0),
        uncertainty=value / 2,
        required=required,
        classes=[(Expected("0201", "非法小广告", float(each)),) for each in value],
        because=[(Text("随机布设的测试热点", "a place drawn at random"),)] * count,
    )


def beilin(folder: Path) -> shapely.Geometry:
    """Return the district in WGS 84."""
    import json

    given = json.loads((folder / "beilin_district_gcj02.geojson").read_text(encoding="utf-8"))
    shape = shapely.from_geojson(json.dumps(given["features"][0]["geometry"]))
    return shapely.transform(shape, lambda xy: np.stack(to_wgs84("gcj02", xy[:, 0], xy[:, 1]), axis=1))


def shift(mode: Mode, patrols: int, hours: float, seconds: float, within: float) -> PlanAsked:
    """Return the request: unlike depots, every second patrol with a break in the middle of the shift."""
    ends = BEGINS + timedelta(hours=hours)
    pause = Pause(20.0, BEGINS + timedelta(hours=hours / 3), BEGINS + timedelta(hours=hours * 2 / 3))
    listed = tuple(
        PatrolAsked(f"{k + 1}号", mode, BEGINS, ends, DEPOTS[k % 3], DEPOTS[k % 3], pause if k % 2 else None)
        for k in range(patrols)
    )
    return PlanAsked(
        date(2026, 11, 23), BEGINS, ends, ZONE, listed, ("0201",),
        seconds=seconds, seed=3, within=within, most_places=2_000,
    )  # fmt: skip


def compare(folder: Path, draw: Path | None = None, seconds: float = 5.0) -> bool:
    """Print what each night took and reached; return whether the targets of 150 places are met."""
    roads = xian_roads(folder)
    began = time.perf_counter()
    streets = build_streets(roads)
    print(f"network of {len(streets):,} links in {time.perf_counter() - began:.1f} s")
    table: list[list[str]] = []
    first: Plan | None = None
    wall = 0.0
    for name, mode, count, patrols, hours, within in (
        ("150 places, 10 e-bikes, 4 h", "ebike", 150, 10, 4.0, 0.05),
        ("the same, the best plan", "ebike", 150, 10, 4.0, 0.0),
        ("60 places, 4 on foot, 4 h", "walk", 60, 4, 4.0, 0.05),
        ("2,000 places, 10 e-bikes, 8 h", "ebike", 2_000, 10, 8.0, 0.05),
    ):
        places = hotspots(streets, roads, folder, mode, count, hours)  # type: ignore[arg-type]
        inside = ZonesOfPlaces((frozenset(),) * count, (None,) * count)
        began, cpu = time.perf_counter(), time.process_time()
        asked = shift(mode, patrols, hours, seconds, within)  # type: ignore[arg-type]
        plan, _ = make_plan(Material(streets, places, inside, BEGINS), asked)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        if first is None:
            first, wall = plan, took
        share = plan.value / plan.bound
        table.append(
            [name, f"{took:.1f}", f"{cpu:.1f}", f"{plan.totals.stops}", f"{plan.value:.1f}", f"{share:.3f}",
             f"{plan.value / plan.greedy:.3f}", f"{len(plan.omitted)}", f"{len(plan.dropped)}"]
        )  # fmt: skip
        print(" | ".join(table[-1]), flush=True)
    print_table(
        "Tonight's plan on the streets of Xi'an",
        ["case", "s", "processor s", "stops", "value", "/ bound", "/ greedy", "left out", "given up"],
        table,
    )
    if draw is not None and first is not None:
        _draw(first, streets, draw)
    return all(
        [
            verdict("seconds from places to the plan, first call", wall, SECONDS, at_most=True),
            verdict("value of the bound, 150 places, 10 e-bikes, the best plan", float(table[1][5]), BOUND),
        ]
    )


def _draw(plan: Plan, streets: Streets, folder: Path) -> None:
    from gridsvc.patrol.outputs.backdrop import backdrop_of
    from gridsvc.patrol.outputs.writing import write_plan

    backdrop = backdrop_of(streets)
    for suffix in ("html", "pdf", "gpx", "geojson"):
        write_plan(plan, folder / f"tonight.{suffix}", backdrop=backdrop)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of searching for each plan")
    parser.add_argument("--draw", type=Path, help="write the first plan into this folder")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("GRIDSVC_REAL_DATA") or Path(__file__).parents[2] / "shared/geodata")
    if not (folder / FILE).exists():
        sys.exit(f"the real streets are not in {folder} (GRIDSVC_REAL_DATA)")
    sys.exit(0 if compare(folder, arguments.draw, arguments.seconds) else 1)


if __name__ == "__main__":
    main()
