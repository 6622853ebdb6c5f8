"""`gridsvc place`: names of places, and what an address means."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, Datum, DryRun, LayerName, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import InputRefused, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.gazetteer import Found, PlaceImport

app = typer.Typer(no_args_is_help=True, help="Place names and addresses · 地名地址")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="Any vector file, or CSV or XLSX with longitude and latitude.")
    ],
    kind: Annotated[
        Literal["road", "crossing", "address", "compound", "landmark", "stop", "area"] | None,
        typer.Option(help="Kind of rows that do not say it."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help="Column of a field: name, kind, other_names, road, house_number, address, accuracy, lon,"
            " lat. Repeatable; well-known names are recognised.",
        ),
    ] = None,
    datum: Datum = None,
    layer: LayerName = None,
    source: Annotated[
        str | None,
        typer.Option(help="Where the places come from; an earlier import of it is replaced. [file name]"),
    ] = None,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load named places: landmarks, compounds, stops, house numbers, crossings.

    Roads, their crossings and the areas need no import: they are drawn from their own layers.
    """
    from gridsvc.gazetteer import import_places

    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("source", None) if as_json else None
    ) as (connection, reject):
        done = import_places(
            connection,
            file,
            kind=kind,
            columns=dict(pairs(column, "--column")),
            datum=datum,
            layer=layer,
            source_name=source,
            skip_invalid=skip_invalid is not None,
        )
        reject(done.refused)
    if as_json:
        print_json(done.as_dict() | {"dry_run": dry_run})
    else:
        _print_import(done, dry_run=dry_run)


def _print_import(done: PlaceImport, *, dry_run: bool) -> None:
    kinds = "，".join(f"{kind} {count:,}" for kind, count in sorted(done.kinds.items()))
    if done.unchanged:
        text = Text(f"来源 {done.source} 内容未变。", f"{done.source}: nothing has changed.")
    else:
        text = Text(
            f"来源 {done.source}：{done.places:,} 个地名（{kinds}），取代原有 {done.replaced:,} 个。",
            f"{done.source}: {done.places:,} places ({kinds}) in place of {done.replaced:,}.",
        )
    print(say(text))
    for found, label in ((done.refused, Text("略去", "left out")), (done.doubtful, Text("存疑", "doubtful"))):
        if found:
            typer.echo(f"{say(label)}: {len(found)}", err=True)
            print_faults(found)
    say_dry_run(dry_run)


@app.command("find")
def find(
    text: Annotated[str, typer.Argument(help="A name, pinyin, or an address: 友谊东路与太乙路十字西北角.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many places.")] = 10,
    near: Annotated[
        str | None, typer.Option(metavar="LON,LAT", help="Of equally good places the near ones first.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the place that a text means, with its accuracy, its source and what was understood."""
    from gridsvc.gazetteer import find_places, load_gazetteer

    around = _near(near)
    with transaction() as connection:
        gazetteer = load_gazetteer(connection, get_settings(), datetime.now(UTC))
    found = find_places(gazetteer, text, limit=limit, near=around)
    if as_json:
        print_json(found.as_dict())
    else:
        _print_found(found)


def _near(given: str | None) -> tuple[float, float] | None:
    if given is None:
        return None
    try:
        lon, lat = (float(part) for part in given.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise WrongUsage(
            "bad_near",
            Text(f"--near“{given[:80]}”不是 经度,纬度。", f"--near {given[:80]!r} is not LON,LAT."),
        )
    return lon, lat


def _print_found(found: Found) -> None:
    if not found.candidates:
        raise InputRefused(
            "nothing_found",
            Text("没有找到这个地名。", "No such place was found."),
            remedy=Text(
                "用 gridsvc road import 载入道路，用 gridsvc place import 载入地名。",
                "Load roads by gridsvc road import, names by gridsvc place import.",
            ),
        )
    verdicts = {
        "certain": Text("确定", "certain"),
        "ambiguous": Text("有歧义：几处同样符合", "ambiguous: several are as good"),
        "uncertain": Text("不确定：仅供参考", "uncertain: only a guess"),
    }
    print(say(verdicts[found.verdict]))
    for each in found.candidates:
        place = f"{each.lon:.6f},{each.lat:.6f}\t±{each.accuracy_m:g} m"
        print("\t".join((f"{each.score:.2f}", each.name, each.kind, place, each.source, say(each.because))))
    if found.unknown:
        words = "、".join(found.unknown)
        print(say(Text(f"未识别：{words}", f"not understood: {words}")))
