"""The two sides of a replay: atlases that differ only in the editions that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from gridsvc.catalog import load_classes
from gridsvc.errors import NotFound, Text, WrongUsage
from gridsvc.geography import Layer, edition_named, editions_to_export, load_layer, load_layers
from gridsvc.handling import Specification, load_specifications
from gridsvc.handling.comparing import Side, Trial, read_sides
from gridsvc.responsibility.atlas import load_atlas
from gridsvc.responsibility.replay.classes import Translation, load_translation
from gridsvc.responsibility.replay.replaying import ReplaySide
from gridsvc.settings import Settings

Given = str | datetime
"""An edition by its name, an aware instant (what is in force then), or a file of a specification."""


@dataclass(frozen=True, slots=True)
class ToReplay:
    """What is replayed: two specifications, two grids, or both; None: as in force at each case's instant."""

    specifications: tuple[Given, Given] | None
    grids: tuple[Given, Given] | None = None


def load_replay(
    connection: Connection, settings: Settings, wanted: ToReplay, trial: Trial
) -> tuple[ReplaySide, ReplaySide]:
    """Build both sides. The editions that are named are in force for all time, withdrawn ones too.

    A file is loaded and unloaded again: nothing is left in the database when this returns.

    Raises:
        NotFound: `unknown_edition`, `nothing_in_force`, `no_such_edition`, `no_areas_then`.
        WrongUsage: `nothing_to_replay`, `levels_differ`.
        InputRefused, Conflict: what an import says of a file.
    """
    if wanted.specifications is None and wanted.grids is None:
        raise WrongUsage(
            "nothing_to_replay",
            Text(
                "请给出两个处置规范版本，或 --grid 两个区域版本。", "Give two specifications, or --grid A B."
            ),
        )
    undone = connection.begin_nested()
    try:
        return _load(connection, settings, wanted, trial)
    finally:
        undone.rollback()


def _load(
    connection: Connection, settings: Settings, wanted: ToReplay, trial: Trial
) -> tuple[ReplaySide, ReplaySide]:
    layers = load_layers(connection)
    grids = _grids(connection, layers, wanted.grids)
    sides = None
    if wanted.specifications is not None:
        sides = _with_what_stays(read_sides(connection, wanted.specifications, trial))
    used = load_specifications(connection)
    others = frozenset(each.scheme for each in load_classes(connection))
    found: list[ReplaySide] = []
    for number in (0, 1):
        specifications = used if sides is None else _forced(sides[number])
        schemes = frozenset(each.scheme for each in specifications)
        atlas = load_atlas(
            connection,
            settings,
            found[0].atlas if found else None,
            layers=grids[number],
            specifications=specifications,
        )
        translation = (
            Translation.none(others) if sides is None else load_translation(connection, schemes, others)
        )
        found.append(ReplaySide(_name(wanted, sides, number), atlas, translation))
    return found[0], found[1]


def _with_what_stays(sides: Sequence[Side]) -> tuple[Side, Side]:
    """Let the later side keep, of its schemes, the kinds of class that only the earlier one speaks of.

    An edition of events only leaves another one's components in force.
    """
    before, after = sides
    mine = {scheme for scheme, _ in after.by_key}
    stays = {key: each for key, each in before.by_key.items() if key[0] in mine and key not in after.by_key}
    return before, replace(after, by_key={**after.by_key, **stays}) if stays else after


def _forced(side: Side) -> list[Specification]:
    """Return the editions of a side with the clauses that speak, in force from ever."""
    found = []
    for edition in side.specifications:
        kinds = {key[1] for key, each in side.by_key.items() if each.id == edition.id}
        clauses = tuple(each for each in edition.clauses if each.kind in kinds)
        found.append(replace(edition, clauses=clauses, effective_from=None, withdrawn_at=None))
    return found


def _grids(
    connection: Connection, layers: Sequence[Layer], given: tuple[Given, Given] | None
) -> tuple[list[Layer], list[Layer]]:
    if given is None:
        return list(layers), list(layers)
    sides = []
    levels: list[set[str]] = []
    for each in given:
        named = (
            editions_to_export(connection, "all", at=each)
            if isinstance(each, datetime)
            else [edition_named(connection, each)]
        )
        loaded = {layer.edition_id: layer for layer in layers}
        mine = [
            replace(loaded.get(edition.id) or load_layer(connection, edition.id), effective_from=None)
            for edition in named
        ]
        levels.append({layer.level for layer in mine})
        sides.append(mine + [layer for layer in layers if layer.level not in levels[-1]])
    if not levels[0] & levels[1]:
        raise WrongUsage(
            "levels_differ",
            Text(
                f"--grid 两个版本的层级不同：{'、'.join(sorted(levels[0]))}；"
                f"{'、'.join(sorted(levels[1]))}。",
                f"The two of --grid are of different levels: {', '.join(sorted(levels[0]))} and"
                f" {', '.join(sorted(levels[1]))}.",
            ),
            remedy=Text("请给出同一层级的两个版本。", "Give two editions of one level."),
        )
    if not any(sides):
        raise NotFound("no_areas_then", Text("没有载入任何区域。", "No areas are loaded."))
    return sides[0], sides[1]


def _name(wanted: ToReplay, sides: tuple[Side, Side] | None, number: int) -> str:
    names = [] if sides is None else [sides[number].name]
    if wanted.grids is not None:
        grid = wanted.grids[number]
        names.append(f"{grid:%Y-%m-%d}" if isinstance(grid, datetime) else grid)
    return " + ".join(names)
