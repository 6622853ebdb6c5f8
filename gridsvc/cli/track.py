"""`gridsvc track`: where patrols really went."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, Datum, DryRun, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Fault, Text
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Where patrols really went · 巡查轨迹")

_DAY = ["%Y-%m-%d"]
Number = Annotated[int, typer.Argument(help="The track's number, as `track list` shows it.", min=1)]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="GPX files, or CSV or Parquet of fixes.")],
    patrol: Annotated[
        str | None, typer.Option(help="Who walked it. [the names of the tracks, or the file's]")
    ] = None,
    datum: Datum = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="Column of a field of a table: patrol, time, lon, lat.", metavar="FIELD=NAME"),
    ] = None,
    local_times: Annotated[
        bool, typer.Option("--local-times", help="Times of a GPX without a zone are local, not UTC.")
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Tracks of the same patrol at the same time make way for these."),
    ] = False,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load tracks: minutes by cell, day and street. One that is there already stays as it is."""
    from gridsvc.tracks import import_tracks

    settings = get_settings()
    done = []
    refused: list[Fault] = []
    with loading(
        files[0], skip_invalid, dry_run=dry_run, refused=nothing_of("stored", 0) if as_json else None
    ) as (connection, reject):
        for file in files:
            found = import_tracks(
                connection,
                file,
                now=datetime.now(UTC),
                zone=settings.zone,
                snap_outside_m=settings.snap_outside_m,
                largest_mb=settings.largest_import_mb,
                patrol=patrol,
                datum=datum,
                columns=dict(pairs(column, "--column")),
                local_times=local_times,
                replace=replace,
                skip_invalid=skip_invalid is not None,
            )
            done.append(found)
            refused += found.refused
        reject(refused)
    if as_json:
        told = [each.as_dict() for each in done]
        print_json({"files": told, "stored": sum(each.stored for each in done), "dry_run": dry_run})
        return
    for each in done:
        new = [track for track in each.tracks if not track.known]
        minutes, gaps = sum(track.minutes for track in new), sum(track.gap_minutes for track in new)
        dropped = sum(sum(track.dropped.values()) for track in new)
        print(
            say(
                Text(
                    f"{each.file}：新增轨迹 {each.stored} 条（{minutes:,.0f} 分钟，"
                    f"中断 {gaps:,.0f} 分钟未计，略去定位点 {dropped:,} 个），取代 {each.replaced} 条，"
                    f"已有 {len(each.tracks) - each.stored} 条，拒绝 {len(each.refused)} 处",
                    f"{each.file}: {each.stored} tracks ({minutes:,.0f} minutes; gaps of {gaps:,.0f} minutes"
                    f" do not count; {dropped:,} fixes left out) in place of {each.replaced},"
                    f" {len(each.tracks) - each.stored} known already, {len(each.refused)} refused",
                )
            )
        )
    say_dry_run(dry_run)
    print_faults([fault for each in done for fault in (*each.refused, *each.doubtful)])


@app.command("list")
def list_(
    first: Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="From this day on.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="To this day.")] = None,
    patrol: Annotated[str | None, typer.Option(help="Only this patrol's.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the tracks, newest first: number, patrol, from, to, minutes, km, file."""
    from gridsvc.tracks import list_tracks

    zone = get_settings().zone
    with transaction() as connection:
        found = list_tracks(connection, zone=zone, first=_day(first), last=_day(last), patrol=patrol)
    if as_json:
        print_json(found)
        return
    for each in found:
        begins, ends = (datetime.fromisoformat(each[name]).astimezone(zone) for name in ("begins", "ends"))
        shown = (
            str(each["id"]),
            each["patrol"],
            f"{begins:%Y-%m-%d %H:%M}",
            f"{ends:%Y-%m-%d %H:%M}",
            f"{each['minutes']:.0f}",
            f"{each['metres'] / 1000:.1f}",
            each["source"],
        )
        print("\t".join(shown))


@app.command()
def show(
    number: Number,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the track to this .geojson.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a track: its minutes by cell and by street."""
    import orjson

    from gridsvc.tabular import check_target, write_whole
    from gridsvc.tracks import show_track, track_feature

    if output is not None:
        check_target(output, (".geojson", ".json"))
    with transaction() as connection:
        found = show_track(connection, number)
        if output is not None:
            write_whole(output, orjson.dumps(track_feature(connection, number)))
    if as_json:
        print_json(found)
        return
    print(
        say(
            Text(
                f"{found['id']} {found['patrol']}：{found['minutes']:.0f} 分钟，"
                f"{found['metres'] / 1000:.1f} 千米，网格外 {found['outside_minutes']:.0f} 分钟，"
                f"中断 {found['gap_minutes']:.0f} 分钟",
                f"{found['id']} {found['patrol']}: {found['minutes']:.0f} minutes,"
                f" {found['metres'] / 1000:.1f} km, {found['outside_minutes']:.0f} minutes outside the grid,"
                f" gaps of {found['gap_minutes']:.0f} minutes",
            )
        )
    )
    for cell in found["cells"]:
        print("\t".join((cell["day"], cell["cell"], cell["name"], f"{cell['minutes']:.1f}")))
    nameless = say(Text("无名道路", "unnamed"))
    for street in found["streets"]:
        print("\t".join(("", "", street["name"] or nameless, f"{street['minutes']:.1f}")))


@app.command()
def delete(number: Number) -> None:
    """Take a track away, with its minutes."""
    from gridsvc.tracks import delete_track

    with transaction() as connection:
        delete_track(connection, number)
    print(say(Text(f"已删除轨迹 {number}。", f"Track {number} is deleted.")))


@app.command()
def match(as_json: AsJson = False) -> None:
    """Match the tracks to the streets again, after an import of roads."""
    from gridsvc.tracks import match_again

    settings = get_settings()
    with transaction() as connection:
        count = match_again(connection, zone=settings.zone, snap_outside_m=settings.snap_outside_m)
    if as_json:
        print_json({"matched": count})
        return
    print(say(Text(f"重新匹配轨迹 {count:,} 条。", f"{count:,} tracks were matched again.")))


@app.command()
def coverage(
    first: Annotated[datetime, typer.Option("--from", formats=_DAY, help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=_DAY, help="Last day, included.")],
    by: Annotated[
        Literal["cell", "zone", "street"],
        typer.Option(help="cell, zone or street (links of the road layer)."),
    ] = "cell",
    kind: Annotated[str, typer.Option(help="Kind of the zones.", metavar="K")] = "patrol",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A map or table: .html, .geojson or .csv.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show where patrols have been in a period, on how many days, and where never."""
    from gridsvc.tracks import coverage as read_coverage
    from gridsvc.tracks.coverage_files import check_coverage_file, write_coverage

    settings = get_settings()
    if output is not None:
        check_coverage_file(output)
    with transaction() as connection:
        found = read_coverage(
            connection,
            first.date(),
            last.date(),
            by=by,
            kind=kind,
            now=datetime.now(UTC),
            zone=settings.zone,
        )
    written: dict[str, Any] = {}
    if output is not None:
        written = {"file": str(output), "bytes": write_coverage(found, output, settings.language)}
    if as_json:
        print_json(found.as_dict() | written)
        return
    seen, of = len(found.rows) - len(found.never), len(found.rows)
    minutes = sum(row.minutes for row in found.rows)
    words = {
        "cell": Text("单元网格", "cells"),
        "zone": Text("责任网格", "zones"),
        "street": Text("路段", "links"),
    }
    print(
        say(
            Text(
                f"轨迹 {found.tracks:,} 条，{minutes:,.0f} 分钟；{of:,} 个{words[by].zh}中到过 {seen:,} 个",
                f"{found.tracks:,} tracks, {minutes:,.0f} minutes; {seen:,} of {of:,} {words[by].en} visited",
            )
        )
    )
    for remark in found.remarks:
        print(say(remark))
    if output is None:
        for row in found.rows:
            last_day = row.last_day.isoformat() if row.last_day else "–"
            print("\t".join((row.code, row.name or "", f"{row.minutes:.1f}", str(row.days), last_day)))


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
