"""The order in which an edition's clauses stood in the form that they were read from."""

from __future__ import annotations

from collections.abc import Iterable

from gridsvc.catalog import KINDS
from gridsvc.handling.specifications import Clause


def as_written(clauses: Iterable[Clause]) -> list[Clause]:
    """Return clauses by sheet and row, components before events; what has no row goes by its class."""
    every = list(clauses)
    first: dict[str | None, int] = {}
    for each in every:
        rank = KINDS.index(each.kind)
        first[each.sheet] = min(rank, first.get(each.sheet, rank))
    return sorted(
        every,
        key=lambda each: (
            first[each.sheet],
            each.sheet or "",
            each.row or 0,
            KINDS.index(each.kind),
            each.class_code,
            each.ordinal,
        ),
    )
