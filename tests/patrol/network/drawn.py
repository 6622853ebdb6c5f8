"""Small road layers drawn in metres, and the same streets for networkx: no code of ours but the arrays."""

from __future__ import annotations

import networkx as nx
import numpy as np
import shapely

from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.network.streets import Streets
from gridsvc.roads import Roads

SRID = 4545
ORIGIN = (500_000.0, 3_790_000.0)


def roads(
    *lines: list[tuple[float, float]],
    direction: dict[int, str] | None = None,
    role: dict[int, str] | None = None,
    grade: dict[int, str] | None = None,
    name: dict[int, str] | None = None,
    source: dict[int, str] | None = None,
) -> Roads:
    """A road layer of lines in metres from ORIGIN; whatever is not said of a line is as usual."""
    n = len(lines)

    def column(given: dict[int, str] | None, usual: str | None) -> np.ndarray:
        return np.array([(given or {}).get(k, usual) for k in range(n)] or [], object)

    held = np.empty(n, object)
    held[:] = [shapely.LineString(degrees(line)) for line in lines]
    nothing = np.full(n, None, object)
    return Roads(
        np.arange(n), column(name, None), column(grade, None), column(role, "road"),
        column(direction, "both"), nothing, column(source, "drawn"), nothing, nothing, held,
    )  # fmt: skip


def degrees(metres: list[tuple[float, float]]) -> np.ndarray:
    xy = np.asarray(metres, float).reshape(-1, 2) + ORIGIN
    return np.stack(to_degrees(SRID, *np.rint(xy * 1000).astype(np.int64).T), axis=1)


def places(*metres: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = degrees(list(metres)).T
    return lon, lat


def town(rng: np.random.Generator, side: int = 5, step: float = 100.0) -> Roads:
    """A lattice of side x side crossings with streets missing, one-way, bent, and of several grades."""
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * step
    at = at + rng.uniform(-step / 4, step / 4, at.shape)
    lines, direction, grade, role = [], {}, {}, {}
    for y in range(side):
        for x in range(side):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx >= side or y + dy >= side or rng.random() < 0.15:
                    continue
                a, b = at[y, x], at[y + dy, x + dx]
                bend = (a + b) / 2 + rng.uniform(-8, 8, 2)
                k = len(lines)
                lines.append([tuple(a), tuple(bend), tuple(b)])
                direction[k] = str(rng.choice(["both", "both", "forward", "backward"]))
                grade[k] = str(
                    rng.choice(
                        ["主干路", "支路", "街巷", "motorway", "footway"], p=[0.3, 0.4, 0.2, 0.05, 0.05]
                    )
                )
                role[k] = str(rng.choice(["road", "turn", "elevated"], p=[0.9, 0.05, 0.05]))
    return roads(*lines, direction=direction, grade=grade, role=role)


def walked(streets: Streets, along: np.ndarray, against: np.ndarray, time: np.ndarray) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(streets.xy)))
    for k in range(len(streets)):
        a, b = int(streets.start[k]), int(streets.end[k])
        if along[k]:
            graph.add_edge(a, b, link=k, t=int(time[k]))
        if against[k]:
            graph.add_edge(b, a, link=k, t=int(time[k]))
    return graph
