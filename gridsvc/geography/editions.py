"""Editions of areas: dated, immutable publications of one level; which one is in force when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, func, or_, select

from gridsvc.errors import NotFound, Text, WrongUsage
from gridsvc.geography.codes import LEVEL_NAMES, CodeProfile
from gridsvc.geography.profiles import stored_profile
from gridsvc.geography.tables import area, area_edition

LEVELS = ("district", "street", "community", "cell")
ALL_LEVELS = "all"
"""What stands for every level where one is named."""
SYNTHETIC_SOURCE = "synthetic:"
"""How the source of an edition begins whose geometry was made up, not surveyed."""


@dataclass(frozen=True, slots=True)
class AreaEdition:
    """One edition; `effective_from` None is from ever, `withdrawn_at` is set once another took its place.

    `rules` is the code profile as it was at the import, so that an edition explains its codes for ever.
    """

    id: int
    name: str
    level: str
    effective_from: datetime | None
    profile: str
    rules: CodeProfile
    srid: int
    source: str
    digest: str
    imported_at: datetime
    withdrawn_at: datetime | None


_COLUMNS = (
    area_edition.c.id,
    area_edition.c.name,
    area_edition.c.level,
    area_edition.c.effective_from,
    area_edition.c.profile,
    area_edition.c.code_rules.label("rules"),
    area_edition.c.srid,
    area_edition.c.source,
    area_edition.c.digest,
    area_edition.c.imported_at,
    area_edition.c.withdrawn_at,
)


def _edition(row: Any) -> AreaEdition:
    return AreaEdition(**dict(row._mapping) | {"rules": stored_profile(row.rules)})


def areas_in_force(connection: Connection, level: str, at: datetime) -> AreaEdition | None:
    """Return the edition of `level` in force at the aware instant `at`, or None.

    It is the one not withdrawn that took effect last, at `at` or before.
    """
    row = connection.execute(
        select(*_COLUMNS)
        .where(
            area_edition.c.level == level,
            area_edition.c.withdrawn_at.is_(None),
            or_(area_edition.c.effective_from.is_(None), area_edition.c.effective_from <= at),
        )
        .order_by(area_edition.c.effective_from.desc().nulls_last())
        .limit(1)
    ).first()
    return None if row is None else _edition(row)


def editions(connection: Connection, *, withdrawn: bool = False) -> list[AreaEdition]:
    """Return the editions from the highest level to cells, each level by date; `withdrawn` ones if asked."""
    query = select(*_COLUMNS).order_by(
        area_edition.c.effective_from.asc().nulls_first(), area_edition.c.id.asc()
    )
    if not withdrawn:
        query = query.where(area_edition.c.withdrawn_at.is_(None))
    found = [_edition(row) for row in connection.execute(query)]
    return sorted(found, key=lambda edition: LEVELS.index(edition.level))


def validity(
    listed: Sequence[AreaEdition],
) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Return from when to when each edition is in force, by id; None: from ever, or open.

    It holds until the next one of its level begins. `listed` has all editions of a level that are not
    withdrawn; a withdrawn one is never in force and is left out.
    """
    periods: dict[int, tuple[datetime | None, datetime | None]] = {}
    for level in LEVELS:
        mine = [each for each in listed if each.level == level and each.withdrawn_at is None]
        mine.sort(key=lambda each: (each.effective_from is not None, each.effective_from))
        for each, following in zip_longest(mine, mine[1:]):
            periods[each.id] = (each.effective_from, following.effective_from if following else None)
    return periods


def codes_ever_used(connection: Connection, level: str) -> set[str]:
    """Return every code that any edition of `level` has or had, the withdrawn ones too."""
    query = select(area.c.code).distinct().join(area_edition).where(area_edition.c.level == level)
    return set(connection.scalars(query))


def edition_named(connection: Connection, name: str) -> AreaEdition:
    """Return the edition of that name, withdrawn or not; raises `NotFound` (`no_such_edition`)."""
    row = connection.execute(select(*_COLUMNS).where(area_edition.c.name == name)).first()
    if row is None:
        raise NotFound(
            "no_such_edition",
            Text(f"没有区域版本“{name}”。", f"There is no edition {name!r} of areas."),
            remedy=Text("用 gridsvc area list 查看现有版本。", "See gridsvc area list for those there are."),
        )
    return _edition(row)


def editions_to_export(
    connection: Connection, level: str, *, at: datetime, name: str | None = None
) -> list[AreaEdition]:
    """Return the edition called `name`, or those in force at the aware instant `at`, from the top down.

    `level` is one of LEVELS, or `all`. Raises `NotFound` (`no_such_edition`, `no_areas_then`), `WrongUsage`
    (`unknown_level`, `not_of_level`).
    """
    if level not in (*LEVELS, ALL_LEVELS):
        known = ", ".join((*LEVELS, ALL_LEVELS))
        raise WrongUsage(
            "unknown_level",
            Text(f"没有层级“{level[:40]}”。", f"There is no level {level[:40]!r}."),
            remedy=Text(f"可用：{known}。", f"Use one of: {known}."),
        )
    if name is not None:
        edition = edition_named(connection, name)
        if level not in (edition.level, ALL_LEVELS):
            raise WrongUsage(
                "not_of_level",
                Text(
                    f"版本 {name} 是{LEVEL_NAMES[edition.level].zh}，不是{LEVEL_NAMES[level].zh}。",
                    f"{name} is an edition of the level {edition.level}, not {level}.",
                ),
                remedy=Text(
                    f"改用 --level {edition.level}，或另选版本（gridsvc area list）。",
                    f"Use --level {edition.level}, or another edition (see gridsvc area list).",
                ),
            )
        return [edition]
    wanted = LEVELS if level == ALL_LEVELS else (level,)
    found = [areas_in_force(connection, each, at) for each in wanted]
    chosen = [edition for edition in found if edition is not None]
    if not chosen:
        raise NotFound(
            "no_areas_then",
            Text(
                f"{at:%Y-%m-%d %H:%M} 时没有有效的区域版本。",
                f"No edition is in force at {at:%Y-%m-%d %H:%M}.",
            ),
            remedy=Text("用 gridsvc area list 查看现有版本。", "See gridsvc area list for those there are."),
        )
    return chosen


def is_synthetic(edition: AreaEdition) -> bool:
    """Return whether the edition says of itself that its geometry was made up."""
    return edition.source.startswith(SYNTHETIC_SOURCE)


def area_counts(connection: Connection) -> dict[int, int]:
    """Return how many areas each edition has, by edition id."""
    rows = connection.execute(select(area.c.edition_id, func.count()).group_by(area.c.edition_id))
    return {row[0]: row[1] for row in rows}
