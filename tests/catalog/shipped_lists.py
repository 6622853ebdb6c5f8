"""The shipped class lists, loaded."""

from __future__ import annotations

from sqlalchemy import Connection

from gridsvc.catalog import import_classes
from gridsvc.settings import shipped

SCHEMES = ("cjt214-2007", "gbt30428.2-2013", "gbt47678.5-2026")


def load_schemes(connection: Connection) -> None:
    """Load the class lists of all three schemes, with what ships beside them."""
    for scheme in SCHEMES:
        import_classes(connection, shipped("geodata") / "classes" / f"{scheme}.csv", scheme=scheme)
