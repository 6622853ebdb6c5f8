"""What the network is: what was done to the lines, and how it hangs together for each mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridsvc.errors import Text
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.modes import MODES, SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets

ACT_WORDS: Mapping[str, Text] = {
    "no_line": Text("不是线，未用", "that are no lines, left out"),
    "no_length": Text("长度为零，未用", "without length, left out"),
    "self_crossings": Text("自相交，已在交点断开", "that cross themselves, cut there"),
    "crossings_left": Text(
        "相交处无节点，按立交处理，不连通", "crossings without a node, taken for bridges: not joined"
    ),
    "crossings_joined": Text("相交处无节点，已连通", "crossings without a node, joined"),
    "cuts": Text("处打断", "cuts where lines meet"),
    "joined_ends": Text("个端点移到相邻端点", "ends moved to a neighbour's"),
    "stubs": Text("段出头，已去除", "overshoots, cut off"),
    "twins": Text("段重复，已合并", "drawn twice, merged"),
    "contradictions": Text("段重复且通行方向不一，按单行", "twins that disagree of the direction: one way"),
}
MODE_WORDS: Mapping[str, Text] = {
    "walk": Text("步行", "on foot"),
    "ebike": Text("电动自行车", "e-bike"),
    "car": Text("汽车", "car"),
}


@dataclass(frozen=True, slots=True)
class ModeReport:
    """What a mode may use: links and kilometres in all, in one way only, and in the part in which one can
    come and go between any two places (`strong_…`).
    """

    links: int
    km: float
    one_way_km: float
    strong_nodes: int
    nodes: int
    strong_km: float

    @property
    def strong_share(self) -> float:
        """Return the share of the length that lies in the strong part, 0 to 1."""
        return self.strong_km / self.km if self.km > 0 else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        numbers = {name: getattr(self, name) for name in self.__slots__}
        return {name: round(value, 3) for name, value in numbers.items()} | {
            "strong_share": round(self.strong_share, 4)
        }


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """The network in numbers. `parts_km`: the length of each weakly connected part, longest first."""

    version: str
    srid: int
    roads: int
    links: int
    nodes: int
    km: float
    cleaned: dict[str, int]
    parts_km: tuple[float, ...]
    dead_ends: int
    modes: dict[str, ModeReport]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return told | {
            "km": round(self.km, 3),
            "parts_km": [round(each, 3) for each in self.parts_km],
            "modes": {mode: each.as_dict() for mode, each in self.modes.items()},
        }

    def lines(self) -> list[Text]:
        """Return the report in sentences."""
        rest = sum(self.parts_km[1:])
        apart = len(self.parts_km) - 1
        found = [
            Text(
                f"路网：{self.links:,} 段，{self.nodes:,} 个节点，{self.km:,.1f} 公里，"
                f"断头 {self.dead_ends:,} 处",
                f"network: {self.links:,} links, {self.nodes:,} nodes, {self.km:,.1f} km,"
                f" {self.dead_ends:,} dead ends",
            ),
            Text(
                f"与主体不连通的有 {apart:,} 片，共 {rest:,.1f} 公里",
                f"{apart:,} part{'' if apart == 1 else 's'} cut off from the rest, {rest:,.1f} km in all",
            ),
        ]
        found += [
            Text(f"清理：{number:,} {ACT_WORDS[act].zh}", f"cleaned: {number:,} {ACT_WORDS[act].en}")
            for act, number in self.cleaned.items()
            if number
        ]
        found += [
            Text(
                f"{MODE_WORDS[mode].zh}：可用 {each.km:,.1f} 公里，其中单行 {each.one_way_km:,.1f} 公里；"
                f"{each.strong_share:.1%} 可往返",
                f"{MODE_WORDS[mode].en}: {each.km:,.1f} km, {each.one_way_km:,.1f} km of them one way;"
                f" one can come and go on {each.strong_share:.1%}",
            )
            for mode, each in self.modes.items()
        ]
        return found


def network_report(streets: Streets, speeds: ModeSpeeds = SPEEDS) -> NetworkReport:
    """Return what the network is and how it hangs together."""
    part = streets.part[streets.start]
    parts = np.bincount(part, streets.length_m) / 1000
    degree = np.bincount(np.concatenate([streets.start, streets.end]), minlength=len(streets.xy))
    return NetworkReport(
        streets.version,
        streets.srid,
        len(streets.roads),
        len(streets),
        len(streets.xy),
        float(streets.length_m.sum()) / 1000,
        dict(streets.cleaned),
        tuple(parts.tolist()),
        int((degree == 1).sum()),
        {mode: _of_mode(streets, mode, speeds) for mode in MODES},
    )


def _of_mode(streets: Streets, mode: str, speeds: ModeSpeeds) -> ModeReport:
    network = mode_network(streets, mode, speeds)
    km = streets.length_m / 1000
    return ModeReport(
        int(network.used.sum()),
        float(km[network.used].sum()),
        float(km[network.along ^ network.against].sum()),
        int((network.strong == 0).sum()),
        int((network.strong >= 0).sum()),
        float(km[network.main].sum()),
    )
