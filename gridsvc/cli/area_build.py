"""`gridsvc area build`: a unit grid from a boundary and a road network."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridsvc.cli.database import read_if_any
from gridsvc.cli.options import AsJson, DatumName, datum_of
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.geography.building import BuiltGrid, Former

_REPORTS = (".html", ".json", ".png")
_STEPS = {
    "roads": Text("归并道路", "drawing centre lines"),
    "cells": Text("划分街区", "cutting blocks"),
    "levels": Text("编码与检查", "numbering and checking"),
}


def register(app: typer.Typer) -> None:
    """Add the command to `area`."""
    app.command("build")(build)


def _file(help_: str) -> Any:
    return typer.Option(help=help_, metavar="F")


def build(
    boundary: Annotated[Path, _file("The district: one or more polygons.")],
    roads: Annotated[Path, _file("Road links or centre lines.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="File to write: .gpkg .geojson .shp .fgb .parquet .gdb", metavar="OUT"
        ),
    ],
    rivers: Annotated[Path | None, _file("Rivers: lines or polygons.")] = None,
    walls: Annotated[Path | None, _file("Walls and fences: lines or polygons.")] = None,
    compounds: Annotated[Path | None, _file("Compounds (院落), none of which is divided.")] = None,
    buildings: Annotated[Path | None, _file("Buildings, which cuts go round.")] = None,
    communities: Annotated[Path | None, _file("Community polygons with a column of codes.")] = None,
    offices: Annotated[
        Path | None,
        _file("Without communities: table of street offices (street_code, street_name, lon, lat)."),
    ] = None,
    community_list: Annotated[
        Path | None, _file("Without communities: table of their codes and names.")
    ] = None,
    datum_boundary: Annotated[DatumName | None, datum_of("the boundary")] = None,
    datum_roads: Annotated[DatumName | None, datum_of("the roads")] = None,
    datum_rivers: Annotated[DatumName | None, datum_of("the rivers")] = None,
    datum_walls: Annotated[DatumName | None, datum_of("the walls")] = None,
    datum_compounds: Annotated[DatumName | None, datum_of("the compounds")] = None,
    datum_buildings: Annotated[DatumName | None, datum_of("the buildings")] = None,
    datum_communities: Annotated[DatumName | None, datum_of("the communities")] = None,
    datum_offices: Annotated[DatumName | None, datum_of("the offices")] = None,
    target: Annotated[float, typer.Option(help="Area of a cell, m².", metavar="M2")] = 10_000.0,
    smallest: Annotated[float, typer.Option(help="Smaller ones are joined, m².", metavar="M2")] = 3_000.0,
    largest: Annotated[float, typer.Option(help="None is joined beyond this, m².", metavar="M2")] = 30_000.0,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="Leave out roads with this word in their name.", metavar="WORD")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Keep roads with this word, whatever the rule says.", metavar="WORD"),
    ] = None,
    profile: Annotated[str, typer.Option(help="Rules of codes: gbt, or a file.")] = "gbt",
    district: Annotated[
        str | None, typer.Option(help="Code of the district, if the boundary has none.", metavar="CODE")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="Former grid: unchanged cells keep its codes, and none is given again: database (when there"
            " is one), none, or a file of cells.",
            metavar="database|none|FILE",
        ),
    ] = None,
    against_code: Annotated[
        str, typer.Option(help="Column with the codes of that file.", metavar="COL")
    ] = "code",
    report: Annotated[
        list[Path] | None,
        typer.Option(help="Also write a report: .html .json .png (again for another).", metavar="R"),
    ] = None,
    credit: Annotated[str | None, typer.Option(help="Words about the sources for the picture.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw unit grid cells between roads, rivers and walls, keep compounds whole, and number them.

    Blocks between roads are cut into cells of about the target by a written rule; what is too small is
    joined to a neighbour. Without community polygons streets and communities are placeholders and are called
    that. The file goes into `area import`.
    """
    from gridsvc.geography import building
    from gridsvc.geography.profiles import code_profile

    reports = report or []
    _check_targets(output, reports, overwrite=overwrite)
    rules = code_profile(profile)
    wish = building.Wish(target, smallest, largest)
    wish.sizes()

    def given(path: Path | None, datum: str | None) -> building.SourceFile | None:
        return None if path is None else building.SourceFile(path, datum)

    with _progress() as progress:
        sources = building.read_sources(
            building.SourceFile(boundary, datum_boundary),
            building.SourceFile(roads, datum_roads),
            profile=rules,
            district=district,
            rivers=given(rivers, datum_rivers),
            walls=given(walls, datum_walls),
            compounds=given(compounds, datum_compounds),
            buildings=given(buildings, datum_buildings),
            communities=given(communities, datum_communities),
            rules=building.RoadRules(tuple(leave_out or ()), tuple(keep or ())),
        )
        asked = given(offices, datum_offices)
        listed = building.Listed(
            None if asked is None else building.read_offices(asked, sources.srid, rules),
            () if community_list is None else tuple(building.read_community_list(community_list, rules)),
        )
        grid = building.build_grid(
            sources,
            rules,
            district=district,
            listed=listed,
            wish=wish,
            former=_former(against, against_code, sources.srid),
            progress=progress,
        )
    numbers = building.summary(grid, sources, wish)
    written = building.write_grid(output, grid, overwrite=overwrite)
    words = credit or f"{boundary.name} · {roads.name}"
    for path in reports:
        _write_report(path, grid, numbers, words)
    if as_json:
        print_json(numbers | {"written": [str(path) for path in [*written, *reports]]})
        return
    _print_summary(numbers, grid, written + reports)


def _former(against: str | None, code: str, srid: int) -> Former | None:
    from gridsvc.geography import building

    if against == "none":
        return None
    if against not in (None, "database"):
        return building.former_in_file(Path(against), srid, code_column=code)
    now = datetime.now(get_settings().zone)
    return read_if_any(
        lambda connection: building.former_in_database(connection, srid, now), insist=against == "database"
    )[1]


def _check_targets(output: Path, reports: list[Path], *, overwrite: bool) -> None:
    """Refuse before the work what would fail after it."""
    from gridsvc.geography.writing import format_of

    format_of(output)
    for path in reports:
        if path.suffix.lower() not in _REPORTS:
            raise WrongUsage(
                "unknown_format",
                Text(f"报告不能写成“{path.suffix}”。", f"A report cannot be {path.suffix!r}."),
                remedy=Text("可用：.html、.json、.png。", "Use .html, .json or .png."),
            )
    for path in (output, *reports):
        if not path.parent.is_dir():
            raise InputRefused(
                "file_not_written",
                Text(f"没有文件夹 {path.parent}。", f"There is no folder {path.parent}."),
                remedy=Text("请先建立该文件夹。", "Make the folder first."),
                place=Place(file=str(path)),
            )
        if path.exists() and not overwrite:
            raise InputRefused(
                "file_exists",
                Text(f"{path} 已存在，未写入。", f"{path} exists; nothing was written."),
                remedy=Text(
                    "换一个文件名，或用 --overwrite 覆盖。", "Name another file, or add --overwrite."
                ),
                place=Place(file=path.name),
            )


def _write_report(path: Path, grid: BuiltGrid, numbers: dict[str, Any], credit: str) -> None:
    import orjson

    from gridsvc.geography import building

    match path.suffix.lower():
        case ".png":
            building.draw(path, grid, credit)
        case ".json":
            path.write_bytes(orjson.dumps(numbers, option=orjson.OPT_INDENT_2))
        case _:
            path.write_text(building.page(grid, numbers, credit), encoding="utf-8")


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give the function that shows progress on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks = {step: bar.add_task(say(words), total=None) for step, words in _STEPS.items()}
        yield lambda step, done, of: bar.update(tasks[step], completed=done, total=of)


def _print_summary(numbers: dict[str, Any], grid: BuiltGrid, written: list[Path]) -> None:
    from gridsvc.geography.building.roadrules import REASON_WORDS

    counts, cells, borders = numbers["counts"], numbers["cells"], numbers["borders"]
    low, _, high = cells["limits_m2"]
    lines = [
        Text(
            f"单元网格 {counts['cell']:,} 个，社区 {counts['community']:,} 个，街道 {counts['street']:,} 个；"
            f"EPSG:{numbers['srid']}。",
            f"{counts['cell']:,} cells, {counts['community']:,} communities, {counts['street']:,} streets;"
            f" EPSG:{numbers['srid']}.",
        ),
        Text(
            f"面积在 {low:,.0f}–{high:,.0f} m² 的占 {cells['share_within']:.1%}，"
            f"中位 {cells['median_m2']:,.0f} m²；与边界面积差 {numbers['difference_m2']:.3f} m²。",
            f"{cells['share_within']:.1%} are {low:,.0f}-{high:,.0f} m², median {cells['median_m2']:,.0f} m²;"
            f" {numbers['difference_m2']:.3f} m² differ from the boundary.",
        ),
        Text(
            f"内部边界 {borders['inner_m']:,.0f} m：沿道路 {borders['road_share']:.1%}，"
            f"按规则 {borders['rule_share']:.1%}；{numbers['cells_without_road']:,} 个网格不临路。",
            f"Inner borders {borders['inner_m']:,.0f} m: {borders['road_share']:.1%} follow roads,"
            f" {borders['rule_share']:.1%} the rule; {numbers['cells_without_road']:,} cells touch no road.",
        ),
    ]
    left_out = numbers["roads"]["left_out"]
    if left_out:
        zh = "，".join(f"{REASON_WORDS[reason]} {count}" for reason, count in left_out.items())
        en = ", ".join(f"{reason} {count}" for reason, count in left_out.items())
        lines.append(Text(f"未采用的路段：{zh}。", f"Links left out: {en}."))
    former = grid.renumbering
    if former is not None:
        lines.append(
            Text(
                f"对照 {former.label}：{former.kept:,} 个网格沿用原编码，"
                f"跳过 {former.passed_over:,} 个用过的编码。",
                f"Against {former.label}: {former.kept:,} cells kept their codes, {former.passed_over:,} used"
                " codes were passed over.",
            )
        )
    if grid.placeholders:
        lines.append(
            Text(
                "街道、社区界线为占位，不是官方界线。",
                "Streets and communities are placeholders, not official borders.",
            )
        )
    files = ", ".join(str(path) for path in written)
    lines.append(Text(f"已写入 {files}。", f"Wrote {files}."))
    for line in lines:
        print(say(line))
    if grid.doubts:
        typer.echo(f"{say(Text('存疑', 'doubtful'))}: {len(grid.doubts)}", err=True)
        print_faults(grid.doubts)
