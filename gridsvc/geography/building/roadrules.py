"""Which links of a road network are borders of cells: the written rule, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A border lies on the ground. Word in the name: reason. The first that fits counts.
LEFT_OUT: Sequence[tuple[str, str]] = (
    ("高架", "elevated"),
    ("立交", "interchange"),
    ("匝道", "ramp"),
    ("隧道", "tunnel"),
    ("地道", "tunnel"),
    ("路口转向", "turning link"),
    ("掉头", "turning link"),
    ("出口", "ramp"),
    ("入口", "ramp"),
)
# OpenStreetMap's `highway` and Geofabrik's `fclass`: what is no road that a collector walks along.
CLASSES_LEFT_OUT: Sequence[tuple[str, str]] = (
    ("_link", "ramp"),
    ("footway", "path"),
    ("path", "path"),
    ("steps", "path"),
    ("cycleway", "path"),
    ("bridleway", "path"),
    ("corridor", "path"),
    ("proposed", "not built"),
    ("construction", "not built"),
)
# The reasons as a Chinese reader knows them.
REASON_WORDS: Mapping[str, str] = {
    "elevated": "高架",
    "interchange": "立交",
    "ramp": "匝道、出入口",
    "tunnel": "隧道",
    "turning link": "路口转向、掉头",
    "path": "人行、骑行道",
    "not built": "未建成",
    "left out by name": "按名称排除",
}


@dataclass(frozen=True, slots=True)
class RoadRules:
    """Words in names and classes that leave a link out; `also` adds words, `keep` excepts names."""

    also: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def reason(self, name: str, grade: str) -> str | None:
        """Return why a link is no border, or None."""
        if any(word in name for word in self.keep):
            return None
        if any(word in name for word in self.also):
            return "left out by name"
        for word, reason in LEFT_OUT:
            if word in name:
                return reason
        lowered = grade.casefold()
        return next((reason for word, reason in CLASSES_LEFT_OUT if word in lowered), None)
