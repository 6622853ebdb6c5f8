"""`gridsvc hotspot sinks`: coordinates that stand for many addresses."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.hotspot_options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.hotspots.records.sinks import Sink

_STATUS = {
    "quarantined": Text("已隔离，不计数", "quarantined, in no count"),
    "suspected": Text("可疑，仍计数", "suspected, counted"),
    "cleared": Text("已核实，计数", "cleared, counted"),
}


def register(hotspot: typer.Typer) -> None:
    """Add the command to `gridsvc hotspot`."""
    hotspot.command("sinks")(list_sinks)


def list_sinks(
    clear: Annotated[
        str | None, typer.Option(metavar="LON,LAT", help="a real place after all: count its reports")
    ] = None,
    quarantine: Annotated[
        str | None, typer.Option(metavar="LON,LAT", help="no real place: leave its reports out of counts")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who decides this. [the login name]")] = None,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find coordinates that stand for many addresses, which counts leave out (默认坐标)."""
    from gridsvc.hotspots.products.sinks import sinks
    from gridsvc.hotspots.records.sinks import decide_sink

    now = datetime.now(get_settings().zone)
    decisions: list[tuple[Literal["cleared", "quarantined"], str]] = []
    if clear is not None:
        decisions.append(("cleared", clear))
    if quarantine is not None:
        decisions.append(("quarantined", quarantine))
    with transaction() as connection:
        for status, given in decisions:
            lon, lat = _coordinate(given)
            decide_sink(connection, lon, lat, status, by=by or getpass.getuser(), now=now, note=note)
        found = sinks(connection, now=now)
    if as_json:
        print_json(found.as_dict())
        return
    for sink in found.sinks:
        print(_line(sink))
    left_out = found.reports_of("quarantined")
    print(
        say(
            Text(
                f"默认坐标 {len(found.sinks)} 处；{found.reports:,} 件中 {left_out:,} 件不计入热点。",
                f"{len(found.sinks)} default coordinates; {left_out:,} of {found.reports:,} reports are left"
                " out of counts.",
            )
        )
    )


def _line(sink: Sink) -> str:
    who = f" · {sink.decided_by}" if sink.decided_by else ""
    why = f"：{sink.note}" if sink.note else ""
    return say(
        Text(
            f"{sink.lon!r},{sink.lat!r}  {sink.reports:,} 件（{sink.share:.1%}），{sink.addresses:,} 个地址，"
            f"{sink.without_address:,} 件无地址，{sink.classes} 类；{_STATUS[sink.status].zh}{who}{why}",
            f"{sink.lon!r},{sink.lat!r}  {sink.reports:,} reports ({sink.share:.1%}), {sink.addresses:,}"
            f" addresses, {sink.without_address:,} without one, {sink.classes} classes;"
            f" {_STATUS[sink.status].en}{who}{why}",
        )
    )


def _coordinate(given: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in given.replace("，", ",").split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise WrongUsage(
            "bad_coordinate",
            Text(f"坐标 {given[:60]} 无法识别。", f"the coordinate {given[:60]} cannot be read."),
            place=Place(value=given[:60]),
            remedy=Text("请写成 108.95,34.25。", "Write it as 108.95,34.25."),
        )
    return lon, lat
