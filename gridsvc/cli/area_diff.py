"""`gridsvc area diff`: what changed between two editions, and which open cases and zones it touches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, name_or_instant
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.cases import TouchedReport
    from gridsvc.geography import Change, LayerDiff
    from gridsvc.zones import TouchedZone

_MOST_SHOWN = 50


def register(app: typer.Typer) -> None:
    """Add the command to `area`."""
    app.command("diff")(diff)


def diff(
    before: Annotated[str, typer.Argument(help="An edition by its name, or a date.", metavar="A")],
    after: Annotated[str, typer.Argument(help="Another edition of the same level, or a date.", metavar="B")],
    level: Annotated[
        Literal["district", "street", "community", "cell", "all"] | None,
        typer.Option(help="Level to compare; without it that of the edition named, or cells."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the changed areas: .geojson, .gpkg …", metavar="F"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say which areas were split, merged, moved, renamed or retired; the open cases and zones touched."""
    from gridsvc.cases import open_reports_touched
    from gridsvc.geography import compare_editions, write_diff
    from gridsvc.zones import zones_touched

    now = datetime.now(get_settings().zone)
    with transaction() as connection:
        diffs = compare_editions(connection, name_or_instant(before), name_or_instant(after), level)
        reports = [open_reports_touched(connection, each) for each in diffs]
        zones = [zones_touched(connection, each, each.after.effective_from or now) for each in diffs]
    files = [] if output is None else write_diff(output, diffs, overwrite=overwrite)
    if as_json:
        print_json(
            [
                each.as_dict()
                | {
                    "open_cases": [report.as_dict() for report in touched],
                    "zones": [zone.as_dict() for zone in crossed],
                }
                for each, touched, crossed in zip(diffs, reports, zones, strict=True)
            ]
        )
        return
    for each, touched, crossed in zip(diffs, reports, zones, strict=True):
        _print_diff(each)
        _print_touched(touched, crossed)
    for file in files:
        print(file)


def _print_diff(found: LayerDiff) -> None:
    from gridsvc.geography import KINDS

    print(
        f"{found.before.name} → {found.after.name}"
        + say(
            Text(
                f"（EPSG:{found.srid}，宽不足 {found.tolerance_m} m 的边界差异不计）",
                f" (EPSG:{found.srid}; strips of the border under {found.tolerance_m} m are left out)",
            )
        )
    )
    for kind, count in found.counts.items():
        print(f"  {count:>7,}  {say(KINDS[kind])}")
    ground = found.other_code
    print(
        say(
            Text(
                f"换了编码的地面共 {ground.m2.sum():,.0f} m²。",
                f"Ground with another code: {ground.m2.sum():,.0f} m².",
            )
        )
    )
    for change in found.changes[:_MOST_SHOWN]:
        print(f"  {_line(found, change)}")
    _print_rest(len(found.changes))
    if found.codes_on_other_ground:
        codes = ", ".join(found.codes_on_other_ground[:_MOST_SHOWN])
        print(say(Text(f"编码现指别处：{codes}", f"Codes that name other ground now: {codes}")))


def _line(found: LayerDiff, change: Change) -> str:
    from gridsvc.geography import KINDS

    word = say(KINDS[change.kind]).partition(":")[0]
    before, after = ([layer.codes[k] for k in held] for layer, held in (
        (found.before, change.before), (found.after, change.after)
    ))  # fmt: skip
    codes = _codes(before) if before == after else f"{_codes(before)} → {_codes(after)}"
    notes = []
    if change.renamed:
        names = [found.before.names[change.before[0]], found.after.names[change.after[0]]]
        notes += [] if names == [*before, *after] else [" → ".join(names)]
    if change.reparented:
        parents = (found.before.parent_codes[change.before[0]], found.after.parent_codes[change.after[0]])
        notes.append(say(Text("上级 ", "above: ")) + " → ".join(each or "–" for each in parents))
    moved = sum(each.m2 for each in found.exchanges(change))
    if moved:
        notes.append(f"{moved:,.0f} m²")
    return "  ".join((word, codes, *notes))


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(codes) or "–"


def _print_touched(reports: Sequence[TouchedReport], zones: Sequence[TouchedZone]) -> None:
    print(say(Text(f"涉及未结案件 {len(reports)} 件。", f"Open cases touched: {len(reports)}.")))
    for report in reports[:_MOST_SHOWN]:
        name = f" ({report.external_id})" if report.external_id else ""
        print(f"  #{report.id}{name}  {report.before or '–'} → {report.after or '–'}")
    _print_rest(len(reports))
    print(say(Text(f"涉及责任网格 {len(zones)} 个。", f"Zones touched: {len(zones)}.")))
    for touched in zones[:_MOST_SHOWN]:
        zone = touched.zone
        gone = (
            f"  {say(Text('已无此编码：', 'no longer there: '))}{', '.join(touched.gone)}"
            if touched.gone
            else ""
        )
        print(f"  {zone.kind} {zone.code} {zone.name}  {touched.m2:,.0f} m²{gone}")
    _print_rest(len(zones))


def _print_rest(count: int) -> None:
    if count > _MOST_SHOWN:
        print("  " + say(Text(f"另有 {count - _MOST_SHOWN} 处。", f"and {count - _MOST_SHOWN} more.")))
