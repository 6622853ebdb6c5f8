"""`gridsvc area check` and `gridsvc area repair`: the topology report, and what can be mended."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli.area_report import print_repair, print_report
from gridsvc.cli.database import read_if_any, transaction
from gridsvc.cli.options import AsJson, Datum, DatumName, LayerName, datum_of, effective_instant
from gridsvc.cli.output import importing, print_json, say
from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.geography.checking import Parents

Level = Annotated[
    Literal["district", "street", "community", "cell"] | None,
    typer.Option(help="Level of the areas (of a file: cell, or each that it has a layer of)."),
]
Code = Annotated[
    str | None, typer.Option(help="Column with the code; without it codes are not judged.", metavar="COL")
]
Name = Annotated[str | None, typer.Option(help="Column with the name.", metavar="COL")]
Parent = Annotated[str | None, typer.Option(help="Column with the code one level up.", metavar="COL")]
Profile = Annotated[
    str, typer.Option(help="Code profile: gbt, free, or a file of rules (.toml).", metavar="NAME|FILE")
]
Srid = Annotated[int | None, typer.Option(help="Projected system that decides, e.g. 4545.", metavar="EPSG")]
SnapMm = Annotated[
    float, typer.Option("--snap-mm", help="A vertex this near beside a border belongs on it.", min=2, max=500)
]
SliverM = Annotated[float, typer.Option("--sliver-m", help="What is no wider on average is a sliver.")]


def register(app: typer.Typer) -> None:
    """Add both commands to `gridsvc area`."""
    app.command("check")(check)
    app.command("repair")(repair)


def check(
    file: Annotated[
        Path | None, typer.Argument(help="A vector file; without it the editions in force are checked.")
    ] = None,
    level: Level = None,
    edition: Annotated[
        str | None, typer.Option(help="Check this edition, withdrawn or not.", metavar="NAME")
    ] = None,
    at: Annotated[str | None, typer.Option(help="The editions in force on this day.", metavar="DATE")] = None,
    profile: Profile = "gbt",
    code: Code = None,
    name: Name = None,
    parent: Parent = None,
    datum: Datum = None,
    layer: LayerName = None,
    srid: Srid = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="Level above to hold a file against: database (when there is one), none, or a file;"
            " by default its own layer of that level, then the database.",
            metavar="database|none|FILE",
        ),
    ] = None,
    against_level: Annotated[
        Literal["district", "street", "community"],
        typer.Option(help="Level of that file.", metavar="LEVEL"),
    ] = "community",
    against_code: Annotated[
        str, typer.Option(help="Column with the codes of that file.", metavar="COL")
    ] = "code",
    buildings: Annotated[Path | None, typer.Option(help="Buildings.", metavar="FILE")] = None,
    components: Annotated[Path | None, typer.Option(help="Components 部件.", metavar="FILE")] = None,
    datum_buildings: Annotated[DatumName | None, datum_of("the buildings")] = None,
    datum_components: Annotated[DatumName | None, datum_of("the components")] = None,
    band: Annotated[
        str, typer.Option(help="Areas of cells, in m², that are not warned of.", metavar="LEAST-MOST")
    ] = "3000-30000",
    target: Annotated[float, typer.Option(help="Area of a cell by the draft standard, m².")] = 10_000.0,
    tolerance: Annotated[float, typer.Option(help="Its tolerance in per cent.")] = 10.0,
    draft_size: Annotated[
        bool, typer.Option("--draft-size", help="Warn outside the draft standard's tolerance instead.")
    ] = False,
    numbering: Annotated[
        bool, typer.Option("--numbering", help="Look at the order of numbers too (of a new grid).")
    ] = False,
    sliver_m: SliverM = 1.0,
    snap_mm: SnapMm = 50.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Report: .html (a map), .xlsx, .csv or .geojson.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report gaps, overlaps, slivers, strays, sizes and code faults. Exit 1 when there are errors.

    Of a file, an error is what an import under that profile refuses, or what would leave ground or reports
    without a cell.
    """
    from gridsvc.geography.checking import (
        FileColumns,
        Limits,
        Things,
        check_editions,
        check_file,
        check_report_target,
        parents_from_file,
        total_count,
        write_report,
    )
    from gridsvc.geography.editions import LEVELS
    from gridsvc.geography.hierarchy import level_layers

    if file is not None and edition is not None:
        raise WrongUsage(
            "file_or_edition",
            Text("文件与 --edition 只能给一个。", "give a file or --edition, not both."),
        )
    least, most = _band(band)
    limits = Limits(
        target_m2=target,
        tolerance=tolerance / 100.0,
        least_m2=least,
        most_m2=most,
        draft_size=draft_size,
        sliver_m=sliver_m,
        snap_m=snap_mm / 1000.0,
        numbering=numbering,
    )
    if output is not None:
        check_report_target(output)
    instant = effective_instant(at, "--at") or datetime.now(get_settings().zone)
    things = Things(buildings, components, datum_buildings, datum_components)
    if file is None:
        with transaction() as connection:
            reports = check_editions(
                connection, at=instant, limits=limits, level=level, edition=edition, things=things
            )
    else:
        layers = level_layers(file) if layer is None else {}
        wanted: Sequence[str] = list(layers) if layers and level is None else [level or "cell"]

        def above(of: str) -> Parents | None:
            upper = next((each for each in reversed(LEVELS[: LEVELS.index(of)]) if each in layers), None)
            # A file named for one level says nothing of those above it.
            beside = len(wanted) > 1 and LEVELS.index(of) <= LEVELS.index(against_level)
            if upper is not None and (against is None or (beside and against not in ("none", "database"))):
                return parents_from_file(
                    file, level=upper, code_column=code, datum=datum, layer=layers[upper]
                )
            return _parents(of, against, against_level, against_code, instant)

        with importing(file):
            reports = [
                check_file(
                    file,
                    FileColumns(code, name, parent, datum, layers.get(each, layer)),
                    level=each,
                    profile=profile,
                    limits=limits,
                    parents=above(each),
                    things=things if each == wanted[-1] else None,
                    srid=srid,
                )
                for each in wanted
            ]
    if output is not None:
        write_report(reports, output, get_settings().language)
    errors = total_count(reports, "error")
    if as_json:
        print_json({"errors": errors, "layers": [report.as_dict() for report in reports]})
    else:
        for report in reports:
            print_report(report, limits)
        if output is not None:
            print(say(Text(f"报告：{output}", f"Report: {output}")))
    if errors:
        raise typer.Exit(1)


def _band(given: str) -> tuple[float, float]:
    try:
        least, most = (float(part.replace(",", "")) for part in given.split("-"))
    except ValueError as error:
        raise WrongUsage(
            "bad_band",
            Text(f"--band“{given[:40]}”应写成 3000-30000。", f"--band {given[:40]!r} is LEAST-MOST."),
            remedy=Text("例如 3000-30000。", "For instance 3000-30000."),
        ) from error
    return least, most


def _parents(level: str, against: str | None, above_level: str, code: str, at: datetime) -> Parents | None:
    from gridsvc.geography.checking import parents_from_file, parents_in_force

    if against == "none" or level == "district":
        return None
    if against not in (None, "database"):
        return parents_from_file(Path(against), level=above_level, code_column=code)
    there, found = read_if_any(
        lambda connection: parents_in_force(connection, level, at), insist=against == "database"
    )
    if there:
        return found
    note = Text(
        "没有可用的数据库，未核对是否在上级范围内（可用 --against 给出上级图层）。",
        "There is no database: whether areas lie in their parents is not checked (--against names a layer).",
    )
    print(say(note), file=sys.stderr)
    return None


def repair(
    file: Annotated[Path, typer.Argument(help="A vector file of areas.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, in any format; the suffix names it."),
    ] = None,
    level: Level = None,
    profile: Profile = "gbt",
    code: Code = None,
    name: Name = None,
    parent: Parent = None,
    datum: Datum = None,
    layer: LayerName = None,
    srid: Srid = None,
    snap_mm: SnapMm = 50.0,
    sliver_m: SliverM = 1.0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Mend rings, spikes, loose vertices, overlaps and gaps of up to 5 m, and list every change.

    Codes, attributes and the number of areas stay. An overlap goes to the lower code, a gap to the
    neighbour with the longest common border.
    """
    from gridsvc.geography.checking import FileColumns, Limits, repair_file

    if output is None and not dry_run:
        raise WrongUsage(
            "no_output",
            Text("没有给出输出文件。", "no output is named."),
            remedy=Text("用 -o 文件，或加 --dry-run。", "Give -o FILE, or --dry-run."),
        )
    with importing(file):
        done = repair_file(
            file,
            None if dry_run else output,
            FileColumns(code, name, parent, datum, layer),
            level=level or "cell",
            profile=profile,
            limits=Limits(sliver_m=sliver_m, snap_m=snap_mm / 1000.0),
            srid=srid,
            overwrite=overwrite,
        )
    if as_json:
        print_json(done.as_dict() | {"dry_run": dry_run})
    else:
        print_repair(done, dry_run=dry_run)
