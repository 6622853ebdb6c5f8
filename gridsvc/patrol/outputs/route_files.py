"""What draws routes on a map, for the page of a plan and for the console's."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent

ROUTE_SCRIPTS = (_HERE / "route_lines.js", _HERE / "route_marks.js")
"""In this order."""
ROUTE_STYLE = _HERE / "route_marks.css"
