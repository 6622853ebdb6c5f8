"""What makes a figure recomputable: everything that it was computed from, and by what."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

_TOLD = ("gridsvc", "numpy", "scipy")


@dataclass(frozen=True, slots=True)
class Provenance:
    """`snapshot`: of the reports. `grid`: name and digest of the cell edition. `null`: the chance that a test
    is against, in words. `parameters`: every number that was chosen, the seed among them.
    """

    method: str
    period: str
    snapshot: str
    grid: str
    exposure: str | None = None
    null: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, with the versions of the programs."""
        return {
            "method": self.method,
            "period": self.period,
            "snapshot": self.snapshot,
            "grid": self.grid,
            "exposure": self.exposure,
            "null": self.null,
            "parameters": dict(self.parameters),
            "versions": {name: version(name) for name in _TOLD} | {"python": platform.python_version()},
        }
