"""The areas and units that a table of boundary roads names, by code or by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from gridsvc.catalog import load_units, normalised_name
from gridsvc.geography import Layer, areas_in_force, load_layer
from gridsvc.roads.following import Borders

# The level at which a name is looked up first: boundary roads are the streets' business.
_LEVELS = ("street", "district", "community", "cell")


class Parties:
    """Areas in force at one instant, and the units."""

    def __init__(self, connection: Connection, at: datetime) -> None:
        """Load the layers in force at an aware instant."""
        editions = {level: areas_in_force(connection, level, at) for level in _LEVELS}
        self.layers: dict[str, Layer] = {
            level: load_layer(connection, edition.id) for level, edition in editions.items() if edition
        }
        self._borders: dict[str, Borders] = {}
        units = load_units(connection)
        self._units = {each.code: each.code for each in units}
        self._units |= {normalised_name(each.name): each.code for each in units}
        self._codes: dict[str, str | None] = {}
        self._names: dict[str, str] = {}
        self._add((each.area_code, None) for each in units if each.area_code)
        for level in reversed(_LEVELS):
            if level in self.layers:
                self._add(zip(self.layers[level].codes, self.layers[level].names, strict=True), level)

    def _add(self, areas: Iterable[tuple[str, str | None]], level: str | None = None) -> None:
        """Add areas; a later one's name goes before an earlier one's, two of one level are ambiguous."""
        seen: dict[str, str] = {}
        for code, name in areas:
            self._codes[code] = level or self._codes.get(code)
            if name:
                for spelling in {normalised_name(name), normalised_name(name).removesuffix("街道")}:
                    seen[spelling] = "" if seen.get(spelling, code) != code else code
        self._names |= seen

    @property
    def srid(self) -> int | None:
        """The system of the finest layer; None without areas."""
        return next((self.layers[level].srid for level in reversed(_LEVELS) if level in self.layers), None)

    def area(self, words: str) -> str | None:
        """Return the code that a code or a name means; None for neither, or for a name of two areas."""
        if words in self._codes:
            return words
        plain = normalised_name(words).removesuffix("办事处").removesuffix("街道办")
        return self._names.get(normalised_name(words)) or self._names.get(plain) or None

    def unit(self, words: str) -> str | None:
        """Return the code of a unit given by code or name."""
        return self._units.get(words) or self._units.get(normalised_name(words))

    def borders_of(self, codes: Iterable[str]) -> Borders | None:
        """Return the borders of the level at which all of the codes are areas; None where there is none."""
        wanted = set(codes)
        srid = self.srid
        for level in _LEVELS:
            if srid is not None and level in self.layers and wanted <= set(self.layers[level].codes):
                if level not in self._borders:
                    self._borders[level] = Borders(self.layers[level], srid)
                return self._borders[level]
        return None
