"""Directions as people say them, and angles."""

from __future__ import annotations

import math

Vector = tuple[float, float]

_HALF = math.sqrt(0.5)
COMPASS: dict[str, Vector] = {
    "东": (1.0, 0.0),
    "西": (-1.0, 0.0),
    "南": (0.0, -1.0),
    "北": (0.0, 1.0),
    "东北": (_HALF, _HALF),
    "西北": (-_HALF, _HALF),
    "东南": (_HALF, -_HALF),
    "西南": (-_HALF, -_HALF),
}
"""Unit vectors, x east and y north."""

ENGLISH = {
    "东": "east",
    "西": "west",
    "南": "south",
    "北": "north",
    "东北": "north-east",
    "西北": "north-west",
    "东南": "south-east",
    "西南": "south-west",
    "中": "middle",
}


def unit(dx: float, dy: float) -> Vector:
    """Return the vector with length 1; east when it has none."""
    length = math.hypot(dx, dy)
    return (dx / length, dy / length) if length else (1.0, 0.0)


def cosine(a: Vector, b: Vector) -> float:
    """Return the cosine of the angle between two unit vectors."""
    return a[0] * b[0] + a[1] * b[1]
