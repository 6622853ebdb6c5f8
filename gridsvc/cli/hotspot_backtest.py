"""`gridsvc hotspot backtest`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from gridsvc.cli import hotspot_options as options
from gridsvc.cli.database import transaction
from gridsvc.cli.hotspot_forecast import HorizonOption, check_horizon
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backtest")(backtest_)


def backtest_(
    classes: options.Classes,
    first: options.First,
    last: options.Last,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="file to write: .json")] = None,
    kind: options.Kind = None,
    scheme: options.Scheme = None,
    source: options.Source = None,
    hours: options.HoursOfDay = None,
    horizon: HorizonOption = "week",
    model: Annotated[
        list[str] | None, typer.Option(help="only these methods, beside last_4 and ewma_13; several times")
    ] = None,
    exposure: Annotated[str | None, typer.Option(help="road_km, hectare, patrol_minutes, people, …")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Forecast the last weeks of the period by every method, and say how good each was (回测)."""
    from gridsvc.hotspots.forecasting.candidates import NAMES
    from gridsvc.hotspots.products.backtest import backtest
    from gridsvc.tabular.report_file import check_target, write_whole

    settings = get_settings()
    if output is not None:
        check_target(output, (".json",))
    of = check_horizon(horizon)
    question = options.question_of(classes, first, last, kind, scheme, source, hours)
    with transaction() as connection:
        found = backtest(
            connection,
            question,
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
            horizon=of,
            names=tuple(model) if model else NAMES,
            exposure=exposure,
        )
    answer = found.as_dict()
    if output is not None:
        write_whole(output, orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if as_json:
        print_json(answer)
        return
    for line in _table(answer):
        print(line)


def _table(answer: dict[str, Any]) -> list[str]:
    """Return the methods as lines: hits at 1 and 5 % of cells, PEI at 1 %, log score."""
    unit = {"week": Text("周", "weeks"), "shift": Text("班", "shifts")}[answer["unit"]]
    header = say(
        Text(
            f"{answer['from']} 至 {answer['to']}，{answer['steps']} {unit.zh}，{answer['reports']:,} 件；"
            f"采用：{answer['live']}",
            f"{answer['from']} to {answer['to']}, {answer['steps']} {unit.en},"
            f" {answer['reports']:,} incidents; live: {answer['live']}",
        )
    )
    lines = [header, f"{'':14s} {'hit@1%':>8s} {'hit@5%':>8s} {'PEI@1%':>8s} {'log score':>10s}"]
    for each in answer["methods"]:
        cells = each["by_cells"]
        values = (cells["hit"][1], cells["hit"][3], cells["pei"][1])
        said = " ".join(f"{value:8.3f}" if value is not None else f"{'—':>8s}" for value in values)
        lines.append(f"{each['name']:14s} {said} {each['log_score']:10.5f}")
    return lines
