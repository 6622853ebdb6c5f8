"""`check_file` and `check_editions`: what is asked for, brought together and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from gridsvc.errors import NotFound, Text
from gridsvc.geography.checking.layers import layer_of_edition, read_layer
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.checking.obstacles import Obstacles, obstacles
from gridsvc.geography.checking.report import LayerReport, check_layer
from gridsvc.geography.checking.upper import Parents, in_system, parents_in_force
from gridsvc.geography.editions import LEVELS, AreaEdition, areas_in_force, edition_named
from gridsvc.geography.layers import load_layer
from gridsvc.geography.profiles import code_profile
from gridsvc.geography.vector_file import VectorFile, read_vector_file


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Which columns of a file hold what, its datum and its layer."""

    code: str | None = None
    name: str | None = None
    parent: str | None = None
    datum: str | None = None
    layer: str | None = None


@dataclass(frozen=True, slots=True)
class Things:
    """Files of buildings and components that no border should cut; their datums (None: as declared)."""

    buildings: Path | None = None
    components: Path | None = None
    datum_buildings: str | None = None
    datum_components: str | None = None


def check_file(
    path: Path,
    columns: FileColumns,
    *,
    level: str,
    profile: str,
    limits: Limits,
    parents: Parents | None = None,
    things: Things | None = None,
    srid: int | None = None,
) -> LayerReport:
    """Check a file before it is imported. Raises `InputRefused` for one that no check can look into."""
    rules = code_profile(profile)
    file = read_layer(
        path,
        level=level,
        rules=rules,
        code_column=columns.code,
        name_column=columns.name,
        parent_column=columns.parent,
        datum=columns.datum,
        layer=columns.layer,
        srid=srid if parents is None else None,
    )
    layer = file.layer
    if columns.layer is not None:
        layer = replace(layer, source=f"{layer.source}:{columns.layer}")
    return check_layer(
        layer,
        limits,
        ledger=file.ledger,
        codes=file.codes,
        stated_parents=file.parents,
        index=file.index,
        parents=None if parents is None else in_system(parents, file.layer.srid),
        things=_obstacles(_read_things(things), file.layer.srid),
    )


def check_editions(
    connection: Connection,
    *,
    at: datetime,
    limits: Limits,
    level: str | None = None,
    edition: str | None = None,
    things: Things | None = None,
) -> list[LayerReport]:
    """Check the editions in force at `at`, of one level or of all, or the edition of that name.

    Buildings and components are held against cells. Raises `NotFound` (`no_such_edition`, `no_areas`).
    """
    if edition is not None:
        chosen = [edition_named(connection, edition)]
        at = chosen[0].effective_from or at
    else:
        wanted = LEVELS if level is None else (level,)
        found = [areas_in_force(connection, each, at) for each in wanted]
        chosen = [each for each in found if each is not None]
    if not chosen:
        raise NotFound(
            "no_areas",
            Text("该日期没有任何有效的区域版本。", "No edition of areas is in force then."),
            remedy=Text("用 gridsvc area list 查看版本。", "See gridsvc area list."),
        )
    read = _read_things(things)
    reports = []
    for each in chosen:
        layer = load_layer(connection, each.id)
        checked = layer_of_edition(layer)
        above = parents_in_force(connection, each.level, at)
        reports.append(
            check_layer(
                checked,
                limits,
                stated_parents=layer.parent_codes,
                parents=None if above is None else in_system(above, layer.srid),
                things=_obstacles(read, layer.srid) if _bottom(chosen, each) else (),
            )
        )
    return reports


def _bottom(chosen: Sequence[AreaEdition], one: AreaEdition) -> bool:
    return one is max(chosen, key=lambda each: LEVELS.index(each.level))


def _read_things(things: Things | None) -> list[tuple[str, VectorFile]]:
    if things is None:
        return []
    given = (
        ("cuts_building", things.buildings, things.datum_buildings),
        ("cuts_component", things.components, things.datum_components),
    )
    return [(kind, read_vector_file(path, datum=datum)) for kind, path, datum in given if path is not None]


def _obstacles(read: Sequence[tuple[str, VectorFile]], srid: int) -> list[Obstacles]:
    return [obstacles(file, srid, kind) for kind, file in read]
