"""`gridsvc zone`: patrol beats, contracts, squadrons: sets of cells or polygons with a unit and dates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, Datum, DryRun, LayerName, SkipInvalid, effective_instant, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import NotFound, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.zones import ZoneCheck, ZoneImport

app = typer.Typer(no_args_is_help=True, help="Zones of patrol, cleaning, enforcement … · 责任网格")

Kind = Annotated[str, typer.Option(help="patrol, sanitation, enforcement, … or a city's own.", metavar="K")]
OneKind = Annotated[str | None, typer.Option(help="Only this kind.", metavar="K")]
At = Annotated[str | None, typer.Option(help="As of this day or instant. [now]", metavar="DATE")]


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A vector file of polygons, or a CSV or XLSX of zones and their cells.")
    ],
    kind: Kind,
    unit: Annotated[
        str | None, typer.Option(help="Column with the unit: its code or name.", metavar="COL")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Column with the zone's code.", metavar="COL")] = None,
    name: Annotated[str | None, typer.Option(help="Column with its name.", metavar="COL")] = None,
    cells: Annotated[
        str | None,
        typer.Option(help="Column with a cell, or a list, a range, a community's code.", metavar="COL"),
    ] = None,
    value: Annotated[
        str | None,
        typer.Option(
            help="Column with what the ground is: for surface, compound, construction_site, land_use,"
            " management_grade.",
            metavar="COL",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="The same by field: code, name, unit, value, cells.", metavar="FIELD=NAME"),
    ] = None,
    effective: Annotated[
        str | None, typer.Option(help="In force from this day (or instant) on. [ever]", metavar="DATE")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="No longer in force from this day on. [open]", metavar="DATE")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Change the zones of the file only; the others go on.")
    ] = False,
    datum: Datum = None,
    layer: LayerName = None,
    srid: Annotated[
        int | None, typer.Option(help="Projected system that decides. [that of the cells]", metavar="EPSG")
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Mend invalid rings, and list them.")] = False,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load the zones of one kind that hold from a date on.

    Those that held until then end there, unless they are the same, and come back after --until; a second
    import for the same date takes the place of the first. Nothing is deleted.
    """
    from gridsvc.zones import import_zones

    shorthand = {"code": code, "name": name, "unit": unit, "value": value, "cells": cells}
    columns = dict(pairs(column, "--column")) | {
        field: value for field, value in shorthand.items() if value is not None
    }
    since, end = effective_instant(effective, "--effective"), effective_instant(until, "--until")
    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("zones", 0) if as_json else None
    ) as (connection, reject):
        done = import_zones(
            connection,
            file,
            kind=kind,
            columns=columns,
            effective=since,
            until=end,
            only_these=update,
            datum=datum,
            layer=layer,
            srid=srid,
            repair=repair,
            skip_invalid=skip_invalid is not None,
        )
        reject(done.refused)
    if as_json:
        print_json(done.as_dict() | {"dry_run": dry_run})
        return
    _print_import(done)
    say_dry_run(dry_run)


def _print_import(done: ZoneImport) -> None:
    print(
        say(
            Text(
                f"{done.kind}：{done.zones} 个责任网格，其中新生效 {done.begun}，未变 {done.unchanged}；"
                f"终止 {len(done.ended)}，撤回 {len(done.withdrawn)}，到期恢复 {len(done.resumed)}；"
                f"无责任单位 {done.without_unit}。",
                f"{done.kind}: {done.zones} zones, {done.begun} begun, {done.unchanged} unchanged;"
                f" {len(done.ended)} ended, {len(done.withdrawn)} withdrawn, {len(done.resumed)} to resume;"
                f" {done.without_unit} without a unit.",
            )
        )
    )
    for found, label in (
        (done.refused, Text("略去", "left out")),
        (done.repaired, Text("已修复", "mended")),
        (done.doubtful, Text("存疑", "doubtful")),
    ):
        if found:
            typer.echo(f"{say(label)}: {len(found)}", err=True)
            print_faults(found)


@app.command("list")
def list_(
    kind: OneKind = None,
    at: Annotated[
        str | None, typer.Option(help="Only those in force then. [all dates]", metavar="DATE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the zones with unit, cells, m² and dates."""
    from gridsvc.zones import check_kind, load_zones

    if kind is not None:
        check_kind(kind)
    with transaction() as connection:
        zones = load_zones(connection, kind, effective_instant(at, "--at"))
    if as_json:
        print_json([each.as_dict() for each in zones])
        return
    zone = get_settings().zone
    for each in zones:
        dates = "–".join(
            "" if end is None else f"{end.astimezone(zone):%Y-%m-%d}"
            for end in (each.effective_from, each.effective_to)
        )
        held = f"{len(each.cells)} " + say(Text("格", "cells")) if each.cells else say(Text("面", "polygon"))
        print(
            "\t".join(
                (each.kind, each.code, each.name, each.unit_name or "", held, f"{each.m2:.0f} m²", dates)
            )
        )


@app.command()
def check(
    kind: OneKind = None,
    at: At = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the faults: .csv, or .geojson, .gpkg … with shapes."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report how the zones cover the grid: cells in none or several, ground outside, parts, units.

    Exit 1 when there are errors: ground in no zone or in several, or zones of cells that are no more.
    """
    from gridsvc.zones import check_kind, check_zones, write_check, zone_kinds

    if kind is not None:
        check_kind(kind)
    instant = effective_instant(at, "--at") or datetime.now(UTC)
    with transaction() as connection:
        kinds = [kind] if kind is not None else zone_kinds(connection, instant)
        if not kinds:
            raise NotFound(
                "no_zones",
                Text("此时没有任何责任网格。", "No zones of any kind hold then."),
                remedy=Text(
                    "用 gridsvc zone list 查看；用 zone import 导入。",
                    "See gridsvc zone list; load them by zone import.",
                ),
            )
        if output is not None and len(kinds) != 1:
            raise WrongUsage(
                "which_kind",
                Text("写入文件时须用 --kind 指定一类。", "A file holds one kind: name it by --kind."),
            )
        reports = [check_zones(connection, each, instant) for each in kinds]
        if output is not None:
            write_check(connection, reports[0], output)
    if as_json:
        print_json([report.as_dict() for report in reports])
    else:
        for report in reports:
            _print_check(report)
    if any(report.errors for report in reports):
        raise typer.Exit(1)


def _print_check(report: ZoneCheck) -> None:
    print(
        say(
            Text(
                f"{report.kind}：{len(report.zones)} 个责任网格，"
                f"{report.cells} 个单元网格（{report.edition}）；"
                f"恰属一个 {_share(report.once_m2, report)}，属多个 {_share(report.several_m2, report)}，"
                f"不属任何 {_share(report.uncovered_m2, report)}",
                f"{report.kind}: {len(report.zones)} zones, {report.cells} cells ({report.edition});"
                f" in exactly one {_share(report.once_m2, report)},"
                f" in several {_share(report.several_m2, report)}, in none"
                f" {_share(report.uncovered_m2, report)}",
            )
        )
    )
    for code, count in report.counts().items():
        print(f"  {code} {count:,}")
    for row in report.by_unit():
        unit = row["name"] or say(Text("（无责任单位）", "(no unit)"))
        print(f"  {unit}\t{row['zones']}\t{row['cells']:,}\t{row['m2'] / 1e6:.3f} km²")
    for fault in report.faults[:50]:
        print(f"  {fault.code}: {say(fault.message)}")
    if len(report.faults) > 50:
        rest = len(report.faults) - 50
        print("  " + say(Text(f"另有 {rest} 处，见 --json 或 -o。", f"and {rest} more: see --json or -o.")))


def _share(m2: float, report: ZoneCheck) -> str:
    return f"{m2:,.0f} m² ({m2 / report.grid_m2:.1%})"


@app.command()
def export(
    kind: Kind,
    output: Annotated[Path, typer.Option("-o", "--output", help="File; its suffix names the format.")],
    at: At = None,
    srid: Annotated[int, typer.Option(help="System to write in.", metavar="EPSG")] = 4326,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write the zones of one kind to a vector file, with unit, dates and cells."""
    from gridsvc.zones import check_kind, export_zones

    check_kind(kind)
    with transaction() as connection:
        count = export_zones(
            connection,
            output,
            kind=kind,
            at=effective_instant(at, "--at") or datetime.now(UTC),
            srid=srid,
            overwrite=overwrite,
        )
    print(say(Text(f"{count} 个责任网格已写入 {output}。", f"{count} zones written to {output}.")))
