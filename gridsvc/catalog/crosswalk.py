"""Which class of another scheme a class is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from gridsvc.catalog.tables import class_, class_crosswalk
from gridsvc.errors import Text

RELATIONS = {
    "same": Text("相同", "the same"),
    "renamed": Text("改名", "renamed"),
    "narrower": Text("对应类较窄", "the other is narrower"),
    "broader": Text("对应类较宽", "the other is broader"),
    "dropped": Text("无对应", "nothing like it"),
}
"""What the class of the other scheme is to this one."""
INVERSE = {"same": "same", "renamed": "renamed", "narrower": "broader", "broader": "narrower"}


@dataclass(frozen=True, slots=True)
class Link:
    """A class of one scheme and what it is in another; `to_code` None: the other has nothing like it.

    `relation` is one of RELATIONS; of several links of one class the likeliest stands first.
    `confidence` says as for classes how sure it is.
    """

    from_scheme: str
    kind: str
    from_code: str
    from_name: str
    to_scheme: str
    to_code: str | None
    to_name: str | None
    relation: str
    confidence: str
    note: str | None
    source: str

    def as_dict(self) -> dict[str, Any]:
        """Return the link as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def load_links(
    connection: Connection,
    from_scheme: str | None = None,
    to_scheme: str | None = None,
    *,
    kind: str | None = None,
    code: str | None = None,
) -> list[Link]:
    """Return links by scheme, kind and code, each class's likeliest first; None: of all."""
    source, target = class_.alias(), class_.alias()
    walk = class_crosswalk.c
    statement = (
        select(
            class_crosswalk,
            source.c.name.label("from_name"),
            target.c.name.label("to_name"),
        )
        .join(
            source,
            (source.c.scheme == walk.from_scheme)
            & (source.c.kind == walk.from_kind)
            & (source.c.code == walk.from_code),
        )
        .outerjoin(
            target,
            (target.c.scheme == walk.to_scheme)
            & (target.c.kind == walk.to_kind)
            & (target.c.code == walk.to_code),
        )
        .order_by(walk.from_scheme, walk.from_kind, walk.from_code, walk.to_scheme, walk.ordinal)
    )
    for column, wanted in (
        (walk.from_scheme, from_scheme),
        (walk.to_scheme, to_scheme),
        (walk.from_kind, kind),
        (walk.from_code, code),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    return [_link(row) for row in connection.execute(statement)]


def crosswalk(
    connection: Connection, from_scheme: str, to_scheme: str
) -> dict[tuple[str, str], tuple[Link, ...]]:
    """Return what each (kind, code) of one scheme is in another, the likeliest first.

    A class that is missing has never been compared; one whose only link has no `to_code` has, and the other
    scheme has nothing like it. Kinds never change.
    """
    found: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in load_links(connection, from_scheme, to_scheme):
        found[link.kind, link.from_code].append(link)
    return {key: tuple(links) for key, links in found.items()}


def _link(row: Row[Any]) -> Link:
    return Link(
        from_scheme=row.from_scheme,
        kind=row.from_kind,
        from_code=row.from_code,
        from_name=row.from_name,
        to_scheme=row.to_scheme,
        to_code=row.to_code,
        to_name=row.to_name,
        relation=row.relation,
        confidence=row.confidence,
        note=row.note,
        source=row.source,
    )
