"""Classes of components and events: what they are, and how to find them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.catalog.tables import class_

KINDS = ("component", "event")


@dataclass(frozen=True, slots=True)
class Class:
    """A minor class (小类); its key is (scheme, kind, code), the code being major and minor code together."""

    scheme: str
    kind: str
    code: str
    name: str
    name_en: str | None
    major_code: str
    major_name: str
    source: str
    confidence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the class as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def load_classes(connection: Connection, scheme: str | None = None) -> list[Class]:
    """Return every class (of one scheme), ordered by scheme, kind and code."""
    statement = select(class_).order_by(class_.c.scheme, class_.c.kind, class_.c.code)
    if scheme is not None:
        statement = statement.where(class_.c.scheme == scheme)
    return [_class(row) for row in connection.execute(statement).mappings()]


def find_classes(connection: Connection, text: str, scheme: str | None = None) -> list[Class]:
    """Return the classes whose code begins with `text`, or whose Chinese or English name holds it.

    The exact code or name comes first, then names that begin with the text, then the others by code.
    """
    wanted = unicodedata.normalize("NFKC", text).strip()
    if not wanted:
        return []
    name, english = func.lower(class_.c.name), func.lower(func.coalesce(class_.c.name_en, ""))
    lowered = wanted.lower()
    rank = case(
        (class_.c.code == wanted, 0),
        (or_(name == lowered, english == lowered), 1),
        (or_(name.startswith(lowered, autoescape=True), english.startswith(lowered, autoescape=True)), 2),
        else_=3,
    )
    statement = (
        select(class_)
        .where(
            or_(
                class_.c.code.startswith(wanted, autoescape=True),
                name.contains(lowered, autoescape=True),
                english.contains(lowered, autoescape=True),
            )
        )
        .order_by(rank, class_.c.scheme, class_.c.kind, class_.c.code)
    )
    if scheme is not None:
        statement = statement.where(class_.c.scheme == scheme)
    return [_class(row) for row in connection.execute(statement).mappings()]


def register_classes(connection: Connection, classes: Sequence[Class]) -> None:
    """Add classes that a handling specification uses and no class list has; those there already stay."""
    if classes:
        connection.execute(insert(class_).on_conflict_do_nothing(), [each.as_dict() for each in classes])


def _class(row: RowMapping) -> Class:
    return Class(**row)
