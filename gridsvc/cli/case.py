"""`gridsvc case`: importing the history of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from gridsvc.cli.loading import loading, say_dry_run
from gridsvc.cli.options import AsJson, DatumName, DryRun, SkipInvalid, datum_of, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Fault, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.cases import CaseImport

app = typer.Typer(no_args_is_help=True, help="Reports and cases · 上报与案件")


@app.callback()
def _group() -> None:
    """Keep `import` a command of its own: with a single one Typer would drop its name."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV: UTF-8, UTF-16 or GBK.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help="Column of a field: id, lon, lat, kind, class, opened, closed, due, source, text, address,"
            " unit. Repeatable; well-known names are recognised.",
        ),
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="Scheme of the classes, e.g. gbt30428.2-2013.")] = None,
    kind: Annotated[
        Literal["component", "event"] | None, typer.Option(help="Kind of rows that do not say it.")
    ] = None,
    datum: Annotated[DatumName, datum_of()] = "wgs84",
    time_zone: Annotated[
        str | None, typer.Option(help="Zone of times that name none, e.g. America/Los_Angeles.")
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option(help="Where the cases come from; with the id it makes a row known again. [file name]"),
    ] = None,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load past cases as reports, each with cell, clause, unit and deadline by the editions of its time.

    What was imported before is passed over. Without coordinates a report is placed by
    its address when that is certain, else kept as `needs_location`.
    """
    from gridsvc.cases import Addresses, import_cases
    from gridsvc.gazetteer import load_gazetteer
    from gridsvc.responsibility import load_atlas

    settings, now = get_settings(), datetime.now(UTC)
    zone = settings.zone if time_zone is None else _zone(time_zone)
    with loading(file, skip_invalid, dry_run=dry_run, refused=_refused if as_json else None) as (
        connection,
        reject,
    ):
        done = import_cases(
            connection,
            file,
            load_atlas(connection, settings),
            zone=zone,
            now=now,
            columns=dict(pairs(column, "--column")),
            scheme=scheme,
            kind=kind,
            datum=datum,
            origin=origin,
            skip_invalid=skip_invalid is not None,
            addresses=Addresses.later(lambda: load_gazetteer(connection, settings, now), settings),
        )
        reject(done.refused)
    if as_json:
        print_json(_as_dict(done, dry_run))
        return
    print_faults(done.doubtful)
    _print(done, dry_run)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUsage(
            "unknown_time_zone",
            Text(f"没有时区“{name}”。", f"There is no time zone {name!r}."),
            remedy=Text("写法如 Asia/Shanghai。", "Write it like Asia/Shanghai."),
        ) from None


def _refused(faults: Sequence[Fault]) -> dict[str, object]:
    return {"imported": 0, "refused": len(faults), "rejects": [fault.as_dict() for fault in faults]}


def _as_dict(done: CaseImport, dry_run: bool) -> dict[str, object]:
    return {
        "origin": done.origin,
        "dry_run": dry_run,
        "rows": done.rows,
        "imported": done.imported,
        "already_there": done.already_there,
        "repeated": done.repeated,
        "refused": len(done.refused),
        "needs_location": done.needs_location,
        "placed_by_address": done.placed_by_address,
        "flags": done.flags,
        "unknown_classes": done.unknown_classes,
        "columns": done.columns,
        "unused_columns": done.unused_columns,
        "rejects": [fault.as_dict() for fault in done.refused],
        "doubtful": [fault.as_dict() for fault in done.doubtful],
    }


def _print(done: CaseImport, dry_run: bool) -> None:
    columns = "，".join(f"{field}={name}" for field, name in done.columns.items())
    print(say(Text(f"列：{columns}", f"Columns: {columns}")))
    counts = [
        (Text("行", "rows"), done.rows),
        (Text("导入", "imported"), done.imported),
        (Text("已在库中", "already there"), done.already_there),
        (Text("文件内重复", "repeated in the file"), done.repeated),
        (Text("拒收", "refused"), len(done.refused)),
    ]
    print("  ".join(f"{say(name)} {count:,}" for name, count in counts))
    for flag, count in sorted(done.flags.items(), key=lambda item: -item[1]):
        print(f"  {flag} {count:,}")
    say_dry_run(dry_run)
