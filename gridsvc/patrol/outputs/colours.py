"""Colours of patrols: Okabe and Ito (2008), told apart without full colour vision; without their yellow.

More patrols than colours: the next round is dashed.
"""

from __future__ import annotations

ROUTES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#4d4d4d")
_DASHES = (None, (6, 4), (2, 4))

LAND, STREET, STREET_NAME = "#fbfbf9", "#d5d8dc", "#666e77"
OMITTED, DROPPED = "#6b7480", "#a3261b"


def colour_of(route: int) -> str:
    """Return the colour of the route with this number, from 0, as `#rrggbb`."""
    return ROUTES[route % len(ROUTES)]


def dashes_of(route: int) -> tuple[int, int] | None:
    """Return dash and gap of the line of a route; None: drawn through."""
    return _DASHES[route // len(ROUTES) % len(_DASHES)]
