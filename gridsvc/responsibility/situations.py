"""What is known of a report besides its class and its ground: the facts, and who stands behind the words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """A body behind words such as 产权单位; `unit` None: it has a name, and no unit of the list has it.

    `source` says where that is known from: component, zone or road.
    """

    unit: str | None
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Situation:
    """Facts and parties of one report, as far as the rules and the clause of its class ask for them.

    `facts`: (name, value) of the known facts of `handling.facts`, sorted by name. The value of a clock or
    season fact is where its interval between all windows of the edition begins (HH:MM, MM-DD); that of a code
    fact the codes of the areas that hold the place, joined by /. `parties`: (means, parties) for each_owner,
    maintainer, supervisor, property_manager, builder and road_keeper, sorted; a missing one is unknown.
    """

    facts: tuple[tuple[str, str], ...] = ()
    parties: tuple[tuple[str, tuple[Party, ...]], ...] = ()

    def fact(self, name: str) -> str | None:
        """Return the value of a fact, None when it is unknown."""
        return next((value for each, value in self.facts if each == name), None)

    def of(self, means: str) -> tuple[Party, ...]:
        """Return who the words `means` mean here."""
        return next((parties for each, parties in self.parties if each == means), ())


NOTHING_KNOWN = Situation()
