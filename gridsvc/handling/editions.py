"""Storing an edition of a handling specification: what it supersedes, and what it may not contradict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from gridsvc.errors import Conflict, Text
from gridsvc.handling.digests import content_digest
from gridsvc.handling.drafts import DraftClass, DraftRule
from gridsvc.handling.storing import store_clauses, store_rules
from gridsvc.handling.tables import clause, specification_edition


@dataclass(frozen=True, slots=True)
class Edition:
    """What an edition is to be; `name` None: one is made from `stem`, the name of the file."""

    name: str | None
    stem: str
    scheme: str
    effective: datetime | None
    hour_means: str
    day_means: str
    source: str
    digest: str
    kinds: frozenset[str]
    hour_declared: bool = False
    day_declared: bool = False
    grade_means: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of it: added, unchanged or reinstated; and the names of the editions withdrawn for it."""

    name: str
    outcome: str
    withdrawn: tuple[str, ...]


def keep_edition(connection: Connection, edition: Edition) -> Stored | None:
    """Keep, or take back, an edition that has this content (and name) already; None when there is none.

    Raises Conflict (editions_overlap).
    """
    editions = _editions(connection)
    same = [each for each in editions if each.digest == edition.digest and edition.name in (None, each.name)]
    if not same:
        return None
    in_use = next((each for each in same if each.withdrawn_at is None), None)
    if in_use is not None:
        return Stored(in_use.name, "unchanged", ())
    withdrawn = _withdraw(connection, edition, editions)
    connection.execute(
        update(specification_edition)
        .where(specification_edition.c.id == same[-1].id)
        .values(withdrawn_at=None)
    )
    return Stored(same[-1].name, "reinstated", withdrawn)


def add_edition(
    connection: Connection,
    edition: Edition,
    drafts: Sequence[DraftClass],
    unit_codes: Mapping[str, str],
    rules: Sequence[DraftRule] = (),
) -> Stored:
    """Store clauses and rules as a new edition; `unit_codes` gives the code of each named unit without one.

    Raises Conflict (edition_exists, editions_overlap).
    """
    editions = _editions(connection)
    taken = {each.name for each in editions}
    namesake = next((each for each in editions if each.name == edition.name), None)
    if namesake is not None:
        declared = (
            edition.hour_means if edition.hour_declared else None,
            edition.day_means if edition.day_declared else None,
            edition.grade_means,
        )
        dated = content_digest(drafts, rules, edition.scheme, namesake.effective_from, declared)
        what = (
            Text("条款相同而生效日期不同", "with the same clauses and another effective date")
            if dated == namesake.digest
            else Text("内容不同", "with other content")
        )
        raise Conflict(
            "edition_exists",
            Text(
                f"版本“{edition.name}”已存在，{what.zh}；已发布的版本不能改",
                f"edition “{edition.name}” exists {what.en}; a published edition cannot change",
            ),
            remedy=Text("用 --edition 另取名称", "take another name by --edition"),
        )
    withdrawn = _withdraw(connection, edition, editions)
    name = edition.name or _free_name(edition, taken)
    number = connection.scalar(
        insert(specification_edition)
        .values(
            name=name,
            scheme=edition.scheme,
            effective_from=edition.effective,
            hour_means=edition.hour_means,
            day_means=edition.day_means,
            hour_declared=edition.hour_declared,
            day_declared=edition.day_declared,
            grade_means=edition.grade_means,
            source=edition.source,
            digest=edition.digest,
        )
        .returning(specification_edition.c.id)
    )
    assert number is not None
    store_clauses(connection, number, edition.scheme, drafts, unit_codes)
    store_rules(connection, number, rules, unit_codes)
    return Stored(name, "added", withdrawn)


def _editions(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(select(specification_edition).order_by(specification_edition.c.id)).all()


def _free_name(edition: Edition, taken: set[str]) -> str:
    base = f"{edition.stem} {edition.effective:%Y-%m-%d}" if edition.effective else edition.stem
    name, number = base, 2
    while name in taken:
        name, number = f"{base} ({number})", number + 1
    return name


def _withdraw(connection: Connection, edition: Edition, editions: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Withdraw the editions of the same scheme and date whose kinds are all in the new one."""
    kinds: dict[int, set[str]] = {}
    for number, kind in connection.execute(select(clause.c.edition_id, clause.c.kind).distinct()):
        kinds.setdefault(number, set()).add(kind)
    superseded = []
    for each in editions:
        if (
            each.withdrawn_at is not None
            or each.scheme != edition.scheme
            or each.effective_from != edition.effective
        ):
            continue
        common = kinds.get(each.id, set()) & edition.kinds
        if not common:
            continue
        if not kinds[each.id] <= edition.kinds:
            raise Conflict(
                "editions_overlap",
                Text(
                    f"版本“{each.name}”同一生效日期还含另一类型，新文件只含一种，无法取代",
                    f"edition “{each.name}” of the same date has the other kind too, which this file lacks",
                ),
                remedy=Text(
                    "导入含部件和事件两表的文件，或用 --effective 给新的生效日期",
                    "import both kinds in one file, or give a new date by --effective",
                ),
            )
        superseded.append(each)
    if superseded:
        connection.execute(
            update(specification_edition)
            .where(specification_edition.c.id.in_([each.id for each in superseded]))
            .values(withdrawn_at=func.now())
        )
    return tuple(each.name for each in superseded)
