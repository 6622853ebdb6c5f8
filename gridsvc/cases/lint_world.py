"""What an installation knows that a specification is held against: loaded at once, in a few queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from gridsvc.cases.tables import report
from gridsvc.catalog import load_classes, load_units
from gridsvc.geography import Layer, load_layers
from gridsvc.handling import load_specifications
from gridsvc.handling.linting import Surroundings, Upheld, World
from gridsvc.handling.refusals import upheld_counts
from gridsvc.responsibility.coverage.streets import streets_without
from gridsvc.zones import zone_kinds


def layers_at(connection: Connection, at: datetime) -> list[Layer]:
    """Return the layers in force together at an aware instant, one of each level."""
    by_level = {
        layer.level: layer
        for layer in load_layers(connection)
        if layer.effective_from is None or layer.effective_from <= at
    }
    return list(by_level.values())


def load_world(connection: Connection, since: datetime | None, now: datetime) -> World:
    """Return what is known now; `since` (aware): reports from then on are counted, None: none are."""
    units, layers = load_units(connection), layers_at(connection, now)
    names = {each.code: each.name for each in units}
    unanswered = streets_without(layers, units)
    around = Surroundings(
        classes=load_classes(connection),
        units=units,
        unanswered=unanswered[0] if unanswered else None,
        streets=unanswered[1] if unanswered else 0,
        zone_kinds=frozenset(zone_kinds(connection, now)),
        parents={
            code: parent
            for layer in layers
            if layer.level != "cell"
            for code, parent in zip(layer.codes, layer.parent_codes, strict=True)
        },
        upheld=tuple(
            Upheld(rule, clause, names.get(unit, unit), count)
            for (rule, clause, unit), count in upheld_counts(connection).items()
        ),
    )
    return World(
        around=around,
        reported=None if since is None else _reported(connection, since),
        editions=load_specifications(connection, withdrawn=True),
    )


def _reported(connection: Connection, since: datetime) -> dict[tuple[str, str, str], int]:
    """Return how many reports since then are of each class; those without a class are of none."""
    columns = (report.c.scheme, report.c.kind, report.c.class_code)
    counted = (
        select(*columns, func.count().label("n"))
        .where(report.c.opened_at >= since, *(column.is_not(None) for column in columns))
        .group_by(*columns)
    )
    return {(row.scheme, row.kind, row.class_code): row.n for row in connection.execute(counted)}
