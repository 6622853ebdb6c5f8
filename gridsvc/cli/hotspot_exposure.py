"""`gridsvc hotspot exposure`: what reports are counted against."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.hotspot_options import First, Last, question_of
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

app = typer.Typer(
    no_args_is_help=True, help="What reports are counted against: people, patrol minutes, … · 暴露量"
)


def register(hotspot: typer.Typer) -> None:
    """Add the commands to `gridsvc hotspot`."""
    hotspot.add_typer(app, name="exposure")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet with the code of the cell and a value.")],
    name: Annotated[
        str, typer.Option(help="people, patrol_minutes (by day), or a name of your own such as shops.")
    ],
    unit: Annotated[str | None, typer.Option(help="What one of it is, e.g. person.")] = None,
    floor: Annotated[float | None, typer.Option(help="A cell with less gives no rate.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day for which it holds.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=NAME", help="Column of a field: cell, value, day. Repeatable."),
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Column with the day of patrol minutes.", metavar="COL")
    ] = None,
    edition: Annotated[
        str | None, typer.Option(help="Edition of the cells; without it the one in force.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where it is from; without it the file's name.")] = None,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load an exposure by cell; what was loaded under the name before gives way, patrol days are added."""
    from gridsvc.hotspots.exposure.exposure_import import import_exposure

    settings = get_settings()
    columns = dict(pairs(column, "--column")) | ({"day": day} if day else {})
    with loading(file, skip_invalid, dry_run=dry_run, refused=nothing_of("rows", 0) if as_json else None) as (
        connection,
        reject,
    ):
        done = import_exposure(
            connection,
            file,
            name,
            now=datetime.now(UTC),
            zone=settings.zone,
            columns=columns,
            unit=unit,
            floor=floor,
            as_of=as_of.date() if as_of else None,
            edition=edition,
            skip_invalid=skip_invalid is not None,
            source_name=source,
        )
        reject(done.refused)
    if as_json:
        print_json(done.as_dict() | {"dry_run": dry_run})
        return
    print(
        say(
            Text(
                f"{done.name}（{done.edition}）：{done.rows:,} 行，新增 {done.added:,}，"
                f"更新 {done.updated:,}，未变 {done.unchanged:,}，拒绝 {len(done.refused):,}；"
                f"合计 {done.total:,.1f}，{done.without:,} 个单元网格文件未提及（按 0 计）",
                f"{done.name} ({done.edition}): {done.rows:,} rows, {done.added:,} added,"
                f" {done.updated:,} updated, {done.unchanged:,} unchanged, {len(done.refused):,} refused;"
                f" {done.total:,.1f} in all; {done.without:,} cells not in the file (0 there)",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults((*done.refused, *done.doubtful))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the exposures: name, unit, edition of the cells, cells, total, period or day, source."""
    from gridsvc.hotspots.exposure.listing import list_exposures

    with transaction() as connection:
        found = list_exposures(connection)
    if as_json:
        print_json(found)
        return
    for each in found:
        period = f"{each['first']}…{each['last']}" if each["first"] else each["as_of"] or ""
        cells = "" if each["cells"] is None else f"{each['cells']:,}"
        total = "" if each["total"] is None else f"{each['total']:,.1f}"
        shown = (each["name"], each["unit"], each["edition"], cells, total, period, each["source"])
        print("\t".join(value or "" for value in shown))


@app.command()
def reporting(first: First, last: Last, as_json: AsJson = False) -> None:
    """Show how fast people report in each street, by the duplicates: run `case duplicates find` first."""
    from gridsvc.hotspots.exposure.reporting_reading import read_reporting_rates

    # Rates are of all classes: of the question only the period, checked as every other, is used.
    period = question_of(["*"], first, last, None, None, None, None)
    with transaction() as connection:
        rates = read_reporting_rates(connection, first=period.start, last=period.end, now=datetime.now(UTC))
    rows = rates.as_dict()
    if as_json:
        print_json(rows)
        return
    if not rows:
        print(say(Text("该时段没有归入街道的上报。", "no report of the period lies in a street.")))
    for row in rows:
        few = Text("数据不足", "not enough data")
        shown = (
            f"{row['ratio']:.2f} ({row['ratio_low']:.2f}–{row['ratio_high']:.2f})"
            if row["enough"]
            else say(few)
        )
        print("\t".join((row["group"], f"{row['incidents']:,}", f"{row['repeats']:,}", shown)))
