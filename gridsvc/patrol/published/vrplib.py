"""Vehicle routing with capacities (and windows) in VRPLIB's and Solomon's formats, solved by PyVRP.

Distances are rounded as the field does: to whole numbers for VRPLIB (EDGE_WEIGHT_TYPE EUC_2D of TSPLIB), cut
off after one decimal for Solomon's, as in the DIMACS challenge; the objective is in the file's unit.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.patrol.published.instance import Answer, Format
from gridsvc.patrol.routing.problem import Effort

_SOLOMON_PARTS = 10
_DEFAULT_ITERATIONS = 5_000
_DIMENSION = re.compile(r"\s*DIMENSION\s*:\s*(\d{1,9})", re.IGNORECASE)
_MOST_PLACES = 5_000
"""Of which the matrices of ways take 400 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class VehicleRouting:
    """`data`: PyVRP's. `parts`: units of PyVRP in one unit of the instance."""

    data: Any
    parts: int


def sniff_vrplib(text: str) -> bool:
    """Return whether the text has the fields of VRPLIB."""
    fields = {line.split(":")[0].strip().upper() for line in text.splitlines()[:40]}
    return "DIMENSION" in fields and bool(fields & {"CAPACITY", "TYPE", "EDGE_WEIGHT_TYPE"})


def sniff_solomon(text: str) -> bool:
    """Return whether the text has Solomon's headings."""
    lines = [line.strip().upper() for line in text.splitlines()[:12]]
    return "VEHICLE" in lines and "CUSTOMER" in lines


def read_vrplib(text: str, file: str) -> VehicleRouting:
    """Return the instance; InputRefused where the text is cut off or contradicts itself."""
    for row, line in enumerate(text.splitlines(), 1):
        if told := _DIMENSION.match(line):
            _check_size(int(told[1]), file, row)
    return VehicleRouting(_read(text, file, lambda path: _pyvrp().read(path, round_func="round")), 1)


def read_solomon(text: str, file: str) -> VehicleRouting:
    """Return the instance with its windows; InputRefused where the text is no such instance."""
    rows = len(text.splitlines())
    _check_size(rows, file, rows)
    return VehicleRouting(_read(text, file, _solomon), _SOLOMON_PARTS)


def solve(instance: VehicleRouting, effort: Effort) -> Answer:
    """Return the shortest tours found; a route is its customers, numbered from 1; no bound is known.

    Where no tours that hold were found, InputRefused says so.
    """
    pyvrp = _pyvrp()
    began, turns = time.thread_time(), 0
    iterations = _DEFAULT_ITERATIONS if effort == Effort(seed=effort.seed) else effort.iterations

    def stop(best_cost: float) -> bool:
        nonlocal turns
        del best_cost
        turns += 1
        late = effort.seconds is not None and time.thread_time() - began >= effort.seconds
        return late or (iterations is not None and turns > iterations)

    found = pyvrp.solve(instance.data, stop, seed=effort.seed, collect_stats=False, display=False).best
    if not found.is_feasible():
        raise InputRefused(
            "instance_not_solved",
            Text("没有找到满足约束的路线。", "No routes were found that keep all constraints."),
            remedy=Text(
                "请给更长的时间，或检查车辆数与容量。", "Give more seconds, or check vehicles and capacity."
            ),
        )
    return Answer(
        objective=found.distance() / instance.parts,
        bound=None,
        routes=tuple(
            tuple(stop.idx + 1 for stop in route if stop.is_client())
            for route in found.routes()
            if len(route)
        ),
        seconds=time.thread_time() - began,
        note=Text("没有下界。", "No bound is known."),
    )


VRPLIB = Format(Text("VRPLIB（.vrp）", "VRPLIB (.vrp)"), sniff_vrplib, read_vrplib, solve)
SOLOMON = Format(Text("Solomon（.txt）", "Solomon (.txt)"), sniff_solomon, read_solomon, solve)


def _check_size(places: int, file: str, row: int) -> None:
    if places > _MOST_PLACES:
        raise InputRefused(
            "instance_too_large",
            Text(f"超过 {_MOST_PLACES:,} 个点。", f"It has more than {_MOST_PLACES:,} places."),
            place=Place(file=file, row=row),
        )


def _pyvrp() -> Any:
    import pyvrp

    return pyvrp


def _read(text: str, file: str, reader: Callable[[Path], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance"
        path.write_text(text, encoding="utf-8")
        try:
            return reader(path)
        # The readers know no fault of a file: whatever they stumble over is one.
        except Exception as error:
            raise InputRefused(
                "instance_unreadable",
                Text("算例不完整或自相矛盾。", "The instance is cut off, or it contradicts itself."),
                place=Place(file=file, row=len(text.splitlines()), value=f"{type(error).__name__}: {error}"),
                remedy=Text("请重新取得完整的文件。", "Get the whole file again."),
            ) from None


def _solomon(path: Path) -> Any:
    import numpy as np
    import vrplib  # type: ignore[import-untyped]

    pyvrp = _pyvrp()
    told = vrplib.read_instance(path, instance_format="solomon")
    way = np.floor(told["edge_weight"] * _SOLOMON_PARTS + 1e-9).astype(np.int64)
    windows = np.asarray(told["time_window"]) * _SOLOMON_PARTS
    service = np.asarray(told["service_time"]) * _SOLOMON_PARTS
    customers = range(1, len(told["demand"]))
    return pyvrp.ProblemData(
        [pyvrp.Location(float(x), float(y)) for x, y in told["node_coord"]],
        [
            pyvrp.Client(
                location=i,
                delivery=[int(told["demand"][i])],
                service_duration=int(service[i]),
                tw_early=int(windows[i][0]),
                tw_late=int(windows[i][1]),
            )
            for i in customers
        ],
        [pyvrp.Depot(0, tw_early=int(windows[0][0]), tw_late=int(windows[0][1]))],
        [pyvrp.VehicleType(int(told["vehicles"]), [int(told["capacity"])])],
        [way],
        [way],
    )
