"""Roles, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = (
    "collector",
    "acceptor",
    "shift_leader",
    "dispatcher",
    "unit",
    "planner",
    "patrol_leader",
    "administrator",
    "leader",
)

_ALL = frozenset(ROLES)
# A responsible unit is an outside body: it may ask who is responsible, but other units' reports, which
# carry citizens' words, are not its business.
_STAFF = _ALL - {"unit"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "resolve": _ALL,
    "areas:read": _ALL,
    "classes:read": _ALL,
    "features:read": _ALL,
    "zones:read": _ALL,
    "places:read": _STAFF,
    # Numbers by cell, with words of citizens beside the hotspots.
    "hotspots:read": _STAFF,
    # Who is where when is no business of a responsible unit.
    "patrols:read": _STAFF,
    "patrols:write": frozenset({"shift_leader", "planner", "patrol_leader", "administrator"}),
    "reports:read": _STAFF,
    "reports:write": frozenset({"collector", "acceptor", "shift_leader", "dispatcher", "administrator"}),
    # A unit lists and makes its own refusals only (api/refusals.py).
    "refusals:read": _ALL - {"collector", "patrol_leader"},
    "refusals:write": frozenset({"unit", "shift_leader", "dispatcher", "administrator"}),
    "refusals:settle": frozenset({"shift_leader", "administrator"}),
    # Where a colleague was and when is for those who lead patrols; where patrols have been is for all staff.
    "tracks:read": frozenset({"patrol_leader", "shift_leader", "planner", "administrator", "leader"}),
    "tracks:coverage": _STAFF,
    "tracks:write": frozenset({"collector", "patrol_leader", "shift_leader", "administrator"}),
    "tracks:delete": frozenset({"patrol_leader", "shift_leader", "administrator"}),
}
"""Action → the roles that may do it. An action that is not listed here is nobody's."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: a key, or a browser session that a key or a one-time link opened."""

    name: str
    role: str
    by: str
    """`key` or `session`: a browser sends a session by itself, so only that one needs an origin check."""

    def may(self, action: str) -> bool:
        """Tell whether the role may do `action`."""
        return self.role in PERMISSIONS.get(action, ())

    @property
    def actions(self) -> list[str]:
        """Return what the role may do, sorted."""
        return sorted(action for action, roles in PERMISSIONS.items() if self.role in roles)
