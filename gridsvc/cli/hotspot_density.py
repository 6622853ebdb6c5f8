"""`gridsvc hotspot density`: where reports are dense, on the plane or along streets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.hotspot_options import (
    AsJson,
    Classes,
    First,
    HoursOfDay,
    Kind,
    Last,
    Output,
    Scheme,
    Source,
    need_output,
    question_of,
)
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings


def register(hotspot: typer.Typer) -> None:
    """Add the command to `gridsvc hotspot`."""
    hotspot.command("density")(density)


def density(
    classes: Classes,
    first: First,
    last: Last,
    output: Output = None,
    kind: Kind = None,
    scheme: Scheme = None,
    source: Source = None,
    hours: HoursOfDay = None,
    kernel: Annotated[str, typer.Option(help="quartic or gaussian")] = "quartic",
    bandwidth: Annotated[
        float | None, typer.Option(metavar="METRES", help="without it, chosen by cross-validation")
    ] = None,
    adaptive: Annotated[
        bool, typer.Option("--adaptive", help="narrower where reports are many, wider where few")
    ] = False,
    half_life: Annotated[
        str | None, typer.Option(metavar="DAYS", help="weigh by age; `auto`: chosen by cross-validation")
    ] = None,
    edge: Annotated[str, typer.Option(help="edge correction: diggle, uniform or none")] = "diggle",
    pixel: Annotated[float | None, typer.Option(metavar="METRES", help="side of a pixel")] = None,
    levels: Annotated[
        str | None, typer.Option(metavar="A,B,…", help="contours at these densities per km²")
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="along streets: simple, discontinuous, continuous or mixed"),
    ] = None,
    segments: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="with --network: a line for each piece of street (.geojson, .parquet, …)"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw the density of reports as a surface with contours, or along streets (密度图)."""
    from gridsvc.geography.writing import format_of
    from gridsvc.hotspots.sheets.writing import check_target, write_sheet

    if segments is None:
        need_output(output, as_json)
    elif network is None:
        raise WrongUsage(
            "segments_without_network",
            Text("--segments 只能与 --network 一起使用。", "--segments goes with --network only."),
            remedy=Text("请加上 --network discontinuous。", "Add --network discontinuous."),
        )
    else:
        format_of(segments)
    if output is not None:
        check_target(output)
    settings = get_settings()
    question = question_of(classes, first, last, kind, scheme, source, hours)
    found: Any
    with transaction() as connection:
        asked: dict[str, Any] = {
            "now": datetime.now(settings.zone),
            "snap_outside_m": settings.snap_outside_m,
            "bandwidth_m": bandwidth,
        }
        if network is not None:
            from gridsvc.hotspots.products.street_risk import street_risk

            _only_plane(kernel != "quartic", adaptive, half_life, edge != "diggle", pixel, levels)
            found = street_risk(connection, question, rule=network, **asked)
        else:
            from gridsvc.hotspots.products.density import density_map

            life, chosen = _half_life(half_life)
            found = density_map(
                connection,
                question,
                kernel=kernel,
                adaptive=adaptive,
                half_life_days=life,
                choose_half_life=chosen,
                edge=_edge(edge),
                pixel_m=pixel,
                levels=_numbers(levels),
                **asked,
            )
    written: dict[str, Any] = {}
    sheet = found.sheet()
    if output is not None:
        written |= {"file": str(output), "bytes": write_sheet(sheet, output, settings.language)}
    if segments is not None:
        written |= {"segments": [str(path) for path in found.write_segments(segments)]}
    if as_json:
        print_json(found.as_dict() | written)
        return
    for line in (sheet.headline, *sheet.remarks):
        print(say(line))
    for path in (output, segments):
        if path is not None:
            print(path)


def _edge(word: str) -> Any:
    if word not in ("diggle", "uniform", "none"):
        raise _unreadable("edge", word, "diggle, uniform, none")
    return None if word == "none" else word


def _half_life(word: str | None) -> tuple[float | None, bool]:
    if word is None or word == "auto":
        return None, word == "auto"
    try:
        return float(word), False
    except ValueError:
        raise _unreadable("half-life", word, "28, auto") from None


def _numbers(words: str | None) -> list[float] | None:
    if words is None:
        return None
    try:
        return [float(word) for word in words.replace("，", ",").split(",")]
    except ValueError:
        raise _unreadable("levels", words, "10,50,100") from None


def _only_plane(*given: object) -> None:
    if any(given):
        raise WrongUsage(
            "not_along_streets",
            Text(
                "--kernel、--adaptive、--half-life、--edge、--pixel、--levels 不能与 --network 同用。",
                "--kernel, --adaptive, --half-life, --edge, --pixel and --levels do not go with --network.",
            ),
            remedy=Text("请去掉这些选项，或去掉 --network。", "Leave them out, or --network."),
        )


def _unreadable(option: str, word: str, known: str) -> WrongUsage:
    return WrongUsage(
        "bad_option",
        Text(f"--{option} 的值 {word[:40]} 无法识别。", f"--{option} {word[:40]} cannot be read."),
        remedy=Text(f"例如：{known}。", f"For instance: {known}."),
    )
