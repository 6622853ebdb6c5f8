"""`gridsvc area`: districts, streets, communities and cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, Datum, DryRun, LayerName, SkipInvalid, effective_instant
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.geography import AreaImport

app = typer.Typer(no_args_is_help=True, help="Areas and unit grid cells · 区域与单元网格")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="Any vector file: GeoJSON, GeoPackage, Shapefile, FlatGeobuf …")
    ],
    level: Annotated[
        Literal["district", "street", "community", "cell", "all"],
        typer.Option(
            help="Level of the areas; all: the file holds the whole tree, as layers or by a column."
        ),
    ],
    code: Annotated[str, typer.Option(help="Column with the code of each area.", metavar="COL")],
    name: Annotated[str | None, typer.Option(help="Column with its name.", metavar="COL")] = None,
    parent: Annotated[
        str | None, typer.Option(help="Column with the code one level up.", metavar="COL")
    ] = None,
    parent_by_place: Annotated[
        bool, typer.Option("--parent-by-place", help="What has no parent gets the area above that holds it.")
    ] = False,
    level_column: Annotated[
        str, typer.Option(help="With --level all: column that says district, street …", metavar="COL")
    ] = "level",
    datum: Datum = None,
    effective: Annotated[
        str | None,
        typer.Option(help="In force from this day (or instant) on; without it from ever.", metavar="DATE"),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            help="gbt, gbt14, gbt-letters: standard codes and a faultless partition; free: any code, faults"
            " mended or listed; FILE.toml: rules of your own.",
            metavar="NAME|FILE.toml",
        ),
    ] = "gbt",
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend rings, overlaps and narrow gaps, and list them.")
    ] = False,
    srid: Annotated[
        int | None, typer.Option(help="Projected system that decides, e.g. 4545.", metavar="EPSG")
    ] = None,
    layer: LayerName = None,
    allow_reuse: Annotated[
        bool, typer.Option("--allow-reuse", help="Take codes that named other ground in another edition.")
    ] = False,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load the polygons of a file as a dated edition of one level.

    An earlier edition for the same date is withdrawn, never deleted; the same file again changes nothing.
    """
    from gridsvc.geography import import_areas, import_hierarchy
    from gridsvc.roads import road_ground

    since = effective_instant(effective, "--effective")
    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("edition", None) if as_json else None
    ) as (connection, reject):
        options: dict[str, Any] = {
            "code_column": code,
            "name_column": name,
            "parent_column": parent,
            "by_place": parent_by_place,
            "datum": datum,
            "effective": since,
            "profile": profile,
            "repair": repair,
            "skip_invalid": skip_invalid is not None,
            "srid": srid,
            "layer": layer,
            "allow_reuse": allow_reuse,
            "known": road_ground(connection),
        }
        if level == "all":
            done = import_hierarchy(connection, file, level_column=level_column, **options)
        else:
            done = [import_areas(connection, file, level=level, **options)]
        reject([fault for each in done for fault in each.refused])
    if as_json:
        said = [each.as_dict() | {"dry_run": dry_run} for each in done]
        print_json({"levels": said} if level == "all" else said[0])
        return
    for each in done:
        _print_import(each)
    say_dry_run(dry_run)


def _print_import(done: AreaImport) -> None:
    if done.unchanged:
        text = Text(
            f"内容与现行版本 {done.edition} 完全相同，未作更改。",
            f"The same content is in force as {done.edition}; nothing was changed.",
        )
    else:
        text = Text(
            f"版本 {done.edition}：{done.areas} 个区域（文件共 {done.features} 个），"
            f"毫米坐标系 EPSG:{done.srid}。",
            f"Edition {done.edition}: {done.areas} areas (of {done.features} features),"
            f" millimetres of EPSG:{done.srid}.",
        )
    print(say(text))
    if not done.datum_checked:
        print(
            say(
                Text(
                    "坐标基准未能核对：附近没有足够的已载入道路或区域可供对照。",
                    "The datum could not be checked: too few loaded roads or areas are near.",
                )
            )
        )
    if done.superseded:
        print(
            say(
                Text(
                    f"版本 {done.superseded} 已由其取代（保留备查）。",
                    f"{done.superseded} was withdrawn (and kept).",
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
    at: Annotated[
        str | None, typer.Option(help="Only what was in force on this day (or instant).", metavar="DATE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the editions: level, name, how many areas, in force from when to when, withdrawn when."""
    from gridsvc.geography import LEVELS, area_counts, areas_in_force, editions, validity

    instant = effective_instant(at, "--at")
    with transaction() as connection:
        listed, counts = editions(connection, withdrawn=True), area_counts(connection)
        periods = validity(listed)
        if instant is not None:
            found = [areas_in_force(connection, level, instant) for level in LEVELS]
            listed = [edition for edition in found if edition is not None]
    zone = get_settings().zone
    rows: list[dict[str, Any]] = []
    for edition in listed:
        since, until = edition.effective_from, periods.get(edition.id, (None, None))[1]
        rows.append(
            {
                "level": edition.level,
                "edition": edition.name,
                "areas": counts.get(edition.id, 0),
                "effective_from": since and since.astimezone(zone),
                "effective_to": until and until.astimezone(zone),
                "withdrawn_at": edition.withdrawn_at and edition.withdrawn_at.astimezone(zone),
                "profile": edition.profile,
                "srid": edition.srid,
                "source": edition.source,
                "imported_at": edition.imported_at.astimezone(zone),
            }
        )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        since = row["effective_from"]
        start = say(Text("自始", "from ever")) if since is None else f"{since:%Y-%m-%d %H:%M}"
        state = say(Text("有效", "in use"))
        for word, ended in (
            (Text("至 ", "to "), "effective_to"),
            (Text("已撤回 ", "withdrawn "), "withdrawn_at"),
        ):
            if row[ended] is not None:
                state = say(word) + f"{row[ended]:%Y-%m-%d %H:%M}"
        named = (row["level"], row["edition"], str(row["areas"]), start, state)
        print("\t".join((*named, row["profile"], row["source"])))
