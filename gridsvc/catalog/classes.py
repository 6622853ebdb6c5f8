"""Classes of components and events: what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.catalog.tables import class_
from gridsvc.errors import Text

KINDS = ("component", "event")
CONFIDENCE_MARKS: Mapping[str, Text] = {
    "found": Text("", ""),
    "inferred": Text("推断", "inferred"),
    "remembered": Text("记忆", "from memory"),
    "local": Text("自定义", "local"),
}
"""What is written beside a class wherever it shows; nothing where it stands in a published table."""


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
    """found, inferred, remembered or local: how sure it is that the scheme has this number and name."""

    def as_dict(self) -> dict[str, Any]:
        """Return the class as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def load_classes(connection: Connection, scheme: str | None = None) -> list[Class]:
    """Return every class (of one scheme), ordered by scheme, kind and code."""
    statement = select(class_).order_by(class_.c.scheme, class_.c.kind, class_.c.code)
    if scheme is not None:
        statement = statement.where(class_.c.scheme == scheme)
    return [_class(row) for row in connection.execute(statement).mappings()]


def register_classes(connection: Connection, classes: Sequence[Class]) -> None:
    """Add classes that a handling specification uses and no class list has; those there already stay."""
    if classes:
        connection.execute(insert(class_).on_conflict_do_nothing(), [each.as_dict() for each in classes])


def _class(row: RowMapping) -> Class:
    return Class(**row)
