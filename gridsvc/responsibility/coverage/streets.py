"""Which words of a specification lead to no unit on which street, by what the resolver makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gridsvc.catalog import Unit
from gridsvc.geography import Layer
from gridsvc.handling import Clause, UnitExpression
from gridsvc.responsibility.bodies import Scene, bodies_of
from gridsvc.responsibility.grid import Grid
from gridsvc.responsibility.situations import NOTHING_KNOWN
from gridsvc.responsibility.territories import Territories

# Territorial words follow from the place alone: of the clause only that there is one.
_ANY_CLAUSE = Clause(
    id=0,
    kind="event",
    class_code="",
    ordinal=1,
    filing_condition="",
    closing_condition=None,
    responsible_text="",
    supervising_text=None,
    limit_text=None,
    limit=None,
    units=(),
    sheet=None,
    row=None,
)


def streets_without(
    layers: Sequence[Layer], units: Sequence[Unit]
) -> tuple[Callable[[UnitExpression], tuple[str, ...]], int] | None:
    """Return what tells the streets on which words lead to no unit, and how many streets there are.

    `layers`: those in force together; None where none of them is of streets.
    """
    upper = {layer.level: layer for layer in layers if layer.level != "cell"}
    if "street" not in upper or not upper["street"].codes:
        return None
    territories = Territories(Grid(upper, snap_mm=0), units)
    names = {unit.code: unit.name for unit in units}
    streets = sorted(zip(upper["street"].codes, upper["street"].names, strict=True))
    scenes = [
        (name, Scene(_ANY_CLAUSE, territories.of_area(code), NOTHING_KNOWN, names)) for code, name in streets
    ]

    def unanswered(expression: UnitExpression) -> tuple[str, ...]:
        return tuple(
            name
            for name, scene in scenes
            if not any(each.unit is not None for each in bodies_of([expression], scene))
        )

    return unanswered, len(streets)
