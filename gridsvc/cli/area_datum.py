"""`gridsvc area datum`: is a file in the datum that it says? Held against ground that is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, pairs
from gridsvc.cli.output import print_json, say
from gridsvc.errors import InputRefused, Text
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.cases import BatchVerdict
    from gridsvc.geography import DatumVerdict, KnownGround

_TABLES = (".csv", ".txt", ".tsv", ".pq")


def register(app: typer.Typer) -> None:
    """Add the command to `area`."""
    app.command("datum")(datum)


def datum(
    file: Annotated[Path, typer.Argument(help="Areas, roads or points; or a CSV or Parquet of reports.")],
    against: Annotated[
        Path | None,
        typer.Option(help="Roads or areas in WGS 84; without it those that are loaded.", metavar="ROADS"),
    ] = None,
    declared: Annotated[
        Literal["wgs84", "cgcs2000", "gcj02", "bd09"],
        typer.Option("--datum", help="What the numbers of the file are said to be."),
    ] = "wgs84",
    layer: Annotated[str | None, typer.Option(help="Layer of a file that has several.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="Of a table: lon=NAME, lat=NAME, source=NAME, opened=NAME.", metavar="FIELD=NAME"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which datum the numbers are likeliest in, and how far they lie off; exit 1 when it is another.

    A table is judged as a whole, and by source and day where it has such columns.
    """
    ground = _ground(against)
    judged = _judged(file, ground, declared, layer, pairs(column, "--column"))
    if as_json:
        print_json([_as_dict(each) for each in judged])
    else:
        for each in judged:
            _print(each, ground)
    if any(each.verdict.alarm or each.verdict.unexplained for each in judged):
        raise typer.Exit(1)


def _ground(against: Path | None) -> KnownGround:
    from gridsvc.geography import KnownGround, loaded_ground, read_vector_file
    from gridsvc.roads import road_ground

    if against is not None:
        return KnownGround(read_vector_file(against).geometries, Text(against.name, against.name))
    with transaction() as connection:
        grounds = [*road_ground(connection), *loaded_ground(connection)]
    if grounds:
        return grounds[0]
    raise InputRefused(
        "no_known_ground",
        Text("没有可对照的道路或区域。", "There are no roads and no areas to hold it against."),
        remedy=Text(
            "用 --against 给出 WGS 84 的道路文件，或先 gridsvc road import。",
            "Give a file of roads in WGS 84 by --against, or load one: gridsvc road import.",
        ),
    )


def _judged(
    file: Path, ground: KnownGround, declared: str, layer: str | None, columns: list[tuple[str, str]]
) -> list[BatchVerdict]:
    from gridsvc.cases import BatchVerdict, judge_batch
    from gridsvc.geography import from_wgs84, judge_datum, outline_places, read_vector_file

    if file.suffix.lower() in _TABLES or (file.suffix.lower() == ".parquet" and not _is_geoparquet(file)):
        zone = get_settings().zone
        return judge_batch(file, ground, columns=dict(columns), declared=declared, zone=zone)
    shapes = read_vector_file(file, datum=None if declared == "wgs84" else declared, layer=layer).geometries
    lon, lat = from_wgs84(declared, *outline_places(shapes))
    return [BatchVerdict(None, None, len(shapes), judge_datum(lon, lat, ground, declared=declared))]


def _is_geoparquet(file: Path) -> bool:
    import pyarrow
    import pyarrow.parquet

    try:
        return b"geo" in (pyarrow.parquet.read_schema(file).metadata or {})
    except (OSError, pyarrow.ArrowException):
        return True  # the reader of vector files says what is wrong


def _as_dict(each: BatchVerdict) -> dict[str, Any]:
    return {"source": each.source, "day": each.day, "rows": each.rows} | each.verdict.as_dict()


def _print(each: BatchVerdict, ground: KnownGround) -> None:
    from gridsvc.geography import DATUM_NAMES, FEWEST_PLACES, finding_of, remedy_of

    verdict: DatumVerdict = each.verdict
    of = " · ".join(part for part in (each.source, each.day) if part)
    if of:
        print(f"{of}:")
    if not verdict.hypotheses:
        print(
            say(
                Text(
                    f"{ground.name.zh}附近只有 {verdict.places} 处，不足 {FEWEST_PLACES} 处，不能判断。",
                    f"Only {verdict.places} places are near {ground.name.en}; it takes {FEWEST_PLACES}.",
                )
            )
        )
        return
    found = finding_of(verdict, ground.name)
    fine = Text(
        f"与{ground.name.zh}对照（{verdict.places} 处），没有充分证据表明是别的基准。",
        f"Against {ground.name.en}, on {verdict.places} places, nothing proves another datum.",
    )
    print(say(found or fine))
    for hypothesis in verdict.hypotheses:
        off = hypothesis.displacement
        print(
            f"  {say(DATUM_NAMES[hypothesis.name])}\t10^{hypothesis.log10_ratio:+.1f}"
            f"\t{say(Text('中位距离', 'median distance'))} {hypothesis.median_m:.0f} m"
            f"\t{say(Text('偏移', 'off by'))} {off.length_m:.0f} m"
        )
    remedy = remedy_of(verdict)
    if remedy is not None:
        print(say(remedy))
