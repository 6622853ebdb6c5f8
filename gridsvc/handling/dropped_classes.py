"""Classes that lose their clauses by a new edition: those that it does not name and the one before it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from gridsvc.catalog import Class
from gridsvc.handling.drafts import DraftClass
from gridsvc.handling.tables import clause, specification_edition


@dataclass(frozen=True, slots=True)
class DroppedClass:
    """A class without any clause from the new edition on; `before`: the edition that had clauses for it."""

    kind: str
    code: str
    name: str
    before: str

    def as_dict(self) -> dict[str, str]:
        """Return what the JSON of an import has of it."""
        return {"kind": self.kind, "code": self.code, "name": self.name, "before": self.before}


def dropped_classes(
    connection: Connection,
    drafts: Sequence[DraftClass],
    scheme: str,
    effective: datetime | None,
    loaded: Sequence[Class],
) -> tuple[DroppedClass, ...]:
    """Return the classes that an edition of these drafts leaves without clauses, by kind and code.

    It is held against the editions that would be in force on its first day without it (`effective` None:
    those valid from ever), kind by kind; a kind that it has no clause of stays as it was. To be asked before
    it is stored. `loaded` gives the classes' names.
    """
    edition, begins = specification_edition.c, specification_edition.c.effective_from
    begun = begins.is_(None) if effective is None else begins.is_(None) | (begins <= effective)
    rows = connection.execute(
        select(edition.id, begins, edition.name, clause.c.kind, clause.c.class_code)
        .join_from(clause, specification_edition, clause.c.edition_id == edition.id)
        .where(edition.withdrawn_at.is_(None), edition.scheme == scheme, begun)
        .distinct()
        .order_by(begins.desc().nulls_last(), edition.id.desc())
    ).all()
    followed: dict[str, str] = {}
    for each in rows:
        followed.setdefault(each.kind, each.name)
    kept = {(draft.kind, draft.code) for draft in drafts if draft.clauses}
    kinds = {kind for kind, _ in kept}
    names = {(each.kind, each.code): each.name for each in loaded if each.scheme == scheme}
    return tuple(
        DroppedClass(each.kind, each.class_code, names[each.kind, each.class_code], each.name)
        for each in sorted(rows, key=lambda each: (each.kind, each.class_code))
        if each.kind in kinds
        and each.name == followed[each.kind]
        and (each.kind, each.class_code) not in kept
    )
