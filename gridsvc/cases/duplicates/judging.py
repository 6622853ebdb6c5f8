"""The probability that two reports tell of one incident: a logistic function with weights kept as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from gridsvc.cases.duplicates.evidence import FEATURES
from gridsvc.cases.duplicates.told import Floats

WEIGHTS_FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """p = 1 / (1 + exp(−(`base` + values · `slopes`))); a pair is suggested from `threshold` on.

    `fitted`: on what, and what was measured there.
    """

    base: float
    slopes: Floats
    threshold: float
    fitted: Mapping[str, Any]

    def probability(self, values: Floats) -> Floats:
        """Return the probability of each row of evidence, shape (pairs,)."""
        score = np.clip(self.base + values @ self.slopes, -50, 50)
        return np.asarray(1 / (1 + np.exp(-score)), np.float64)

    def reasons(self, values: Floats) -> dict[str, float]:
        """Return what one row of evidence holds, by name, for a person to read."""
        return {name: round(float(value), 3) for name, value in zip(FEATURES, values, strict=True)}


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """Return the weights of the package (`benchmarks/duplicates.py` fits them)."""
    held = orjson.loads(WEIGHTS_FILE.read_bytes())
    slopes = np.array([held["slopes"][name] for name in FEATURES], np.float64)
    return Weights(float(held["base"]), slopes, float(held["threshold"]), held["fitted"])
