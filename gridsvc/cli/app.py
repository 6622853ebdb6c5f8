"""The tree of commands, and how an error leaves the program."""

from __future__ import annotations

import sys
import traceback
from typing import NoReturn

import typer

from gridsvc.cli import (
    area,
    area_build,
    area_check,
    area_datum,
    area_diff,
    area_export,
    boundary_road,
    calendar,
    case,
    case_duplicates,
    check,
    class_,
    component,
    db,
    hotspot,
    hotspot_alerts,
    hotspot_backtest,
    hotspot_cells,
    hotspot_density,
    hotspot_exposure,
    hotspot_forecast,
    hotspot_near_repeat,
    hotspot_sinks,
    hotspot_statistic,
    hotspot_trend,
    hotspot_watch,
    patrol,
    patrol_network,
    patrol_plan,
    patrol_replan,
    patrol_solve,
    place,
    refusal,
    resolve,
    road,
    server,
    spec,
    spec_diff,
    spec_export,
    spec_lint,
    spec_reference,
    spec_replay,
    token,
    track,
    unit,
    zone,
)
from gridsvc.cli.failures import explain, internal_error
from gridsvc.cli.output import print_error
from gridsvc.errors import GridsvcError, WrongUsage
from gridsvc.settings import get_settings

app = typer.Typer(
    name="gridsvc",
    help="Unit grids, handling specifications and hotspots for digital urban management (数字城管).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for name, room in (
    ("area", area),
    ("boundary-road", boundary_road),
    ("calendar", calendar),
    ("case", case),
    ("class", class_),
    ("component", component),
    ("db", db),
    ("hotspot", hotspot),
    ("patrol", patrol),
    ("place", place),
    ("refusal", refusal),
    ("road", road),
    ("spec", spec),
    ("token", token),
    ("track", track),
    ("unit", unit),
    ("zone", zone),
):
    app.add_typer(room.app, name=name)
for room in (check, resolve, server):
    room.register(app)
for verb in (area_build, area_check, area_datum, area_diff, area_export):
    verb.register(area.app)
hotspot_density.register(hotspot.app)
hotspot_exposure.register(hotspot.app)
case_duplicates.register(case.app)
hotspot_forecast.register(hotspot.app)
hotspot_watch.register(hotspot.app)
hotspot_backtest.register(hotspot.app)
hotspot_cells.register(hotspot.app)
hotspot_statistic.register(hotspot.app)
hotspot_trend.register(hotspot.app)
hotspot_alerts.register(hotspot.app)
hotspot_near_repeat.register(hotspot.app)
hotspot_sinks.register(hotspot.app)
patrol_network.register(patrol.app)
patrol_plan.register(patrol.app)
patrol_replan.register(patrol.app)
patrol_solve.register(patrol.app)
spec_diff.register(spec.app)
spec_export.register(spec.app)
spec_lint.register(spec.app)
spec_reference.register(spec.app)
spec_replay.register(spec.app)


def main() -> None:
    """Run the command; exit 0 done, 1 input refused, 2 wrong usage, 3 service or database failed."""
    try:
        app(prog_name="gridsvc")
    except GridsvcError as error:
        _leave(error)
    except Exception as error:
        if _debugging():
            traceback.print_exception(error)
        _leave(explain(error) or internal_error(error))


def _debugging() -> bool:
    try:
        return get_settings().debug
    except WrongUsage:
        return False


def _leave(error: GridsvcError) -> NoReturn:
    print_error(error)
    sys.exit(error.exit_status)
