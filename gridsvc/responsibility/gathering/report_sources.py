"""Facts and parties of the report itself: when it was, what it says, and the component that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridsvc.catalog.inventory import Body, Profile
from gridsvc.responsibility.gathering.clock import day_intervals, local_instants, year_intervals
from gridsvc.responsibility.gathering.sources import Rows, Told
from gridsvc.responsibility.situations import Party

Ints = NDArray[np.int64]
Codes = NDArray[np.signedinteger[Any]]


class ClockSource:
    """The time of day, or the season, of an instant."""

    said = None

    def __init__(self, name: str, starts: Sequence[str], zone: ZoneInfo) -> None:
        """Take where the intervals begin between all windows that rules name."""
        self._name, self._starts, self._zone = name, tuple(starts), zone
        self.names = frozenset({name})
        self.size = len(starts) + 1

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """See `Source`."""
        local = local_instants(rows.at.take(at), self._zone)
        intervals = day_intervals if self._name == "time" else year_intervals
        return intervals(local, self._starts) + 1

    def tell(self, code: int, told: Told) -> None:
        """See `Source`."""
        told.facts[self._name] = self._starts[code - 1]


class GivenSource:
    """What the report itself says; it goes before the map."""

    def __init__(self, name: str, values: Sequence[str]) -> None:
        self.said, self._values = name, tuple(values)
        self.names = frozenset({name}) | _ENDED.get(name, frozenset())
        self.size = len(values) + 1

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """See `Source`."""
        return rows.given[self.said].take(at)

    def tell(self, code: int, told: Told) -> None:
        """See `Source`."""
        value = self._values[code - 1]
        told.facts[self.said] = value
        # Who is said to be outside a compound has no property manager, whatever the map says.
        if value in ("outside", "without", "none", "handed_over"):
            for ended in _ENDED[self.said]:
                told.facts.pop(ended, None)
                told.parties.pop(ended, None)


_ENDED = {
    "compound": frozenset({"property_management", "property_manager"}),
    "property_management": frozenset({"property_manager"}),
    "site": frozenset({"builder"}),
}


class ComponentSource:
    """Whether a component was matched, and whose it is.

    Numbers of `Rows.component`: 0 nothing known, `UNREGISTERED_COMPONENT`, or `component_code` of a profile.
    """

    names = frozenset(
        {"component", "owner", "maintainer", "supervisor", "each_owner"}
    )  # a fact and its party share the names maintainer and supervisor
    said = None

    def __init__(self, profiles: Sequence[Profile], unit_names: Mapping[str, str]) -> None:
        self._profiles = tuple(profiles)
        self._unit_names = unit_names
        self.size = 2 + 2 * len(self._profiles)

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """See `Source`."""
        return rows.component.take(at)

    def tell(self, code: int, told: Told) -> None:
        """See `Source`."""
        if code == UNREGISTERED_COMPONENT:
            told.facts |= {"component": "unregistered", **dict.fromkeys(_ROLES, "unknown")}
            return
        profile, several = divmod(code - 2, 2)
        told.facts["component"] = "several" if several else "matched"
        for role in _ROLES:
            body: Body = getattr(self._profiles[profile], role)
            told.facts[role] = "known" if body else "unknown"
            if body:
                name = self._unit_names.get(body.unit, body.unit) if body.unit else body.name
                means = "each_owner" if role == "owner" else role
                told.parties[means] = (Party(body.unit or None, name, "component"),)


_ROLES = ("owner", "maintainer", "supervisor")
UNREGISTERED_COMPONENT = 1


def component_code(profile: Ints, several: NDArray[np.bool_]) -> Ints:
    """Return the numbers for components of profiles, one of several or matched, shape (n,)."""
    return 2 + 2 * profile.astype(np.int64) + several
