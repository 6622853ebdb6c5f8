"""What a source of facts and parties is: it tells a small number for each place and instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.situations import Party

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Codes = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What is known of n rows before facts are gathered, shape (n,) each.

    `located`: whether any area holds the place. `x`, `y`: whole millimetres of the grid's system. `cell` is
    -1 for a place that snapped: it lies in none; `areas` by level, "cell" with the one it snapped to.
    `outcome`: as of boundary roads (`grounds.py`), -1 off them. `component`: see `ComponentSource`. `given`:
    by fact the number of the value that the report says, 0 for none.
    """

    located: NDArray[np.bool_]
    x: Ints
    y: Ints
    at: Ints
    cell: Indexes
    areas: Mapping[str, Indexes]
    outcome: NDArray[np.int8]
    component: Ints
    given: Mapping[str, Ints]


@dataclass(slots=True)
class Told:
    """What sources say of one row; a later source goes before an earlier one."""

    facts: dict[str, str] = field(default_factory=dict)
    parties: dict[str, tuple[Party, ...]] = field(default_factory=dict)


class Source(Protocol):
    """Tells facts and parties; 0 is nothing known, and numbers stay below `size`."""

    names: frozenset[str]
    size: int

    @property
    def said(self) -> str | None:
        """The fact that a report has to give, or the source knows nothing; None where it goes by the map."""

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """Return the number of what it knows of the rows `at`."""

    def tell(self, code: int, told: Told) -> None:
        """Add what a number (not 0) means."""
