"""Which units answer for which areas."""

from __future__ import annotations

from collections.abc import Sequence

from gridsvc.catalog import FROM_SPECIFICATION, Unit
from gridsvc.responsibility.candidates import Territory
from gridsvc.responsibility.grid import OUTSIDE, UPPER_LEVELS, Grid, TerritoryKey

# An office without its street lacks its area; a unit known by name only answers where a clause names it.
_NEVER_EVERYWHERE = ("street_office", FROM_SPECIFICATION)


class Territories(dict[TerritoryKey, Territory | None]):
    """The territory of each combination of areas, worked out when first asked."""

    def __init__(self, grid: Grid, units: Sequence[Unit]) -> None:
        super().__init__()
        self._grid = grid
        self._by_area: dict[str | None, dict[str, list[str]]] = {}
        for unit in units:
            self._by_area.setdefault(unit.area_code, {}).setdefault(unit.kind, []).append(unit.code)
        self._street_codes = (
            frozenset(grid.layers["street"].codes) if "street" in grid.layers else frozenset()
        )

    def of_area(self, code: str) -> Territory:
        """Return the territory of an area of any level, a neighbour's included that only units know."""
        key = self._grid.key_of(code)
        if key is not None:
            found = self[key]
            assert found is not None, "an area lies in itself"
            return found
        units = {kind: tuple(codes) for kind, codes in self._by_area.get(code, {}).items()}
        return Territory(tuple(sorted((self._everywhere() | units).items())), code)

    def holds(self, areas: TerritoryKey, code: str) -> bool:
        """Return whether `code` is one of the areas of a combination."""
        return any(
            index >= 0 and self._grid.layers[level].codes[index] == code
            for level, index in zip(("cell", *UPPER_LEVELS), areas, strict=True)
        )

    def _everywhere(self) -> dict[str, tuple[str, ...]]:
        return {
            kind: tuple(codes)
            for kind, codes in self._by_area.get(None, {}).items()
            if kind not in _NEVER_EVERYWHERE
        }

    def __missing__(self, areas: TerritoryKey) -> Territory | None:
        if areas == OUTSIDE:
            return None
        found: dict[str, tuple[str, ...]] = {}
        names: dict[str, str] = {}
        for level, index in zip(("cell", *UPPER_LEVELS), areas, strict=True):
            if index >= 0:
                layer = self._grid.layers[level]
                names[level] = layer.names[index]
                for kind, codes in self._by_area.get(layer.codes[index], {}).items():
                    # Where a community and a street share a number, the street office is the street's.
                    if (
                        kind == "street_office"
                        and level != "street"
                        and layer.codes[index] in self._street_codes
                    ):
                        continue
                    found.setdefault(kind, tuple(codes))
        found = self._everywhere() | found
        street = names.get("street") or next(iter(names.values()), None)
        self[areas] = Territory(tuple(sorted(found.items())), street)
        return self[areas]
