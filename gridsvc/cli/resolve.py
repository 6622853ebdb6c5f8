"""`gridsvc resolve`: one report from options, or every row of a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gridsvc.cli.output import print_json, say
from gridsvc.cli.resolve_text import print_answer
from gridsvc.errors import InputRefused, Place, Text, WrongUsage

DATUM = "wgs84, cgcs2000, gcj02 or bd09"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("resolve")(resolve_command)


def resolve_command(
    file: Annotated[Path | None, typer.Argument(help="a CSV or Parquet file of reports")] = None,
    lon: Annotated[float | None, typer.Option(help="longitude in degrees")] = None,
    lat: Annotated[float | None, typer.Option(help="latitude in degrees")] = None,
    class_code: Annotated[str | None, typer.Option("--class", help="minor class code, such as 0201")] = None,
    kind: Annotated[str | None, typer.Option(help="component or event")] = None,
    scheme: Annotated[str | None, typer.Option(help="class scheme")] = None,
    datum: Annotated[str | None, typer.Option(help=DATUM)] = None,
    accuracy: Annotated[float | None, typer.Option(help="accuracy radius of the place in metres")] = None,
    accuracy_kind: Annotated[str | None, typer.Option(help="android, ios, browser or geocode")] = None,
    heading: Annotated[
        float | None,
        typer.Option(help="which way traffic runs there, degrees clockwise from north", metavar="DEGREES"),
    ] = None,
    house_number: Annotated[int | None, typer.Option(help="the nearest house number")] = None,
    component: Annotated[
        str | None, typer.Option(help="id of the component, when it is known", metavar="ID")
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option(help="what is known of the place, such as surface=sidewalk", metavar="NAME=VALUE"),
    ] = None,
    at: Annotated[str | None, typer.Option(help="when handling starts; now unless given")] = None,
    clause: Annotated[
        int | None, typer.Option(help="id of the sub-condition, when a person chose it")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", help="bulk: the .csv or .parquet to write")] = None,
    column: Annotated[list[str] | None, typer.Option(help="bulk: FIELD=NAME, a field's column")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say which cell a report lies in, which unit is responsible, by which clause, by when, and why."""
    facts = _facts(fact or [])
    given = {"kind": kind, "scheme": scheme, "class": class_code, "datum": datum, **facts}
    defaults = {name: value for name, value in given.items() if value is not None}
    if file is not None:
        if output is None:
            raise WrongUsage(
                "no_output",
                Text("批量判定需要输出文件。", "Bulk resolution needs an output file."),
                remedy=Text("加上 -o 文件名.csv 或 .parquet。", "Add -o NAME.csv or .parquet."),
            )
        alone = {
            "--lon": lon, "--lat": lat, "--accuracy": accuracy, "--accuracy-kind": accuracy_kind,
            "--heading": heading, "--house-number": house_number, "--component": component, "--at": at,
            "--clause": clause,
        }  # fmt: skip
        _refuse_beside_a_file([name for name, value in alone.items() if value is not None])
        _bulk(file, output, _pairs(column or []), defaults, as_json)
        return
    if lon is None or lat is None or class_code is None:
        raise WrongUsage(
            "nothing_to_resolve",
            Text("需要 --lon、--lat 和 --class，或一个文件。", "Give --lon, --lat and --class, or a file."),
        )
    from gridsvc.responsibility.accuracy import ACCURACY_KINDS

    if accuracy_kind is not None and accuracy_kind not in ACCURACY_KINDS:
        raise WrongUsage(
            "unknown_accuracy_kind",
            Text(f"不认识的精度类型 {accuracy_kind}。", f"Unknown accuracy kind {accuracy_kind}."),
            remedy=Text(f"可用：{'、'.join(ACCURACY_KINDS)}。", f"Use one of {', '.join(ACCURACY_KINDS)}."),
        )
    fields = {
        "accuracy_m": accuracy,
        "accuracy_kind": accuracy_kind,
        "clause_id": clause,
        "heading_deg": heading,
        "house_number": house_number,
        "component_id": component,
        "facts": facts or None,
    }
    words = {"class_code": class_code, "kind": kind, "scheme": scheme, "datum": datum}
    _single(lon, lat, _instant(at), {**words, **fields}, as_json)


def _refuse_beside_a_file(options: list[str]) -> None:
    """Refuse options that say something of one report, for a file's rows say it themselves."""
    if options:
        raise WrongUsage(
            "not_for_a_file",
            Text(f"{'、'.join(options)} 不能与文件同用。", f"{', '.join(options)} cannot go with a file."),
            remedy=Text("写进文件的列，或去掉文件。", "Make it a column of the file, or leave the file out."),
        )


def _single(lon: float, lat: float, at: datetime, fields: dict[str, Any], as_json: bool) -> None:
    from gridsvc.cli.database import transaction
    from gridsvc.responsibility import Queries, load_atlas, resolve
    from gridsvc.settings import get_settings

    settings = get_settings()
    with transaction() as connection:
        atlas = load_atlas(connection, settings)
    result = resolve(atlas, Queries.one(lon=lon, lat=lat, at=at, **fields))
    fault = result.problem_of(0)
    if fault is not None:
        raise InputRefused(fault.code, fault.message, remedy=fault.remedy, place=fault.place)
    answer = result.answer(0, settings.language)
    if as_json:
        print_json(answer)
    else:
        print_answer(answer)


def _bulk(file: Path, output: Path, columns: dict[str, str], defaults: dict[str, str], as_json: bool) -> None:
    from gridsvc.cli.database import transaction
    from gridsvc.responsibility import load_atlas
    from gridsvc.responsibility.files import resolve_file
    from gridsvc.settings import get_settings

    settings = get_settings()
    with transaction() as connection:
        atlas = load_atlas(connection, settings)
    now = datetime.now(UTC)
    summary = resolve_file(
        atlas, file, output, columns=columns, now=now, zone=settings.zone, defaults=defaults
    )
    if as_json:
        print_json(summary.as_dict())
        return
    print(say(Text(f"已判定 {summary.rows:,} 行 → {output}", f"{summary.rows:,} rows resolved → {output}")))
    for name, count in (*summary.decisions.items(), *summary.problems.items()):
        print(f"  {name:16} {count:>10,}")
    for name, count in summary.not_understood.items():
        text = Text(f"{count:,} 行的 {name} 看不懂，未采用。", f"{name} not understood in {count:,} rows.")
        print(f"  {say(text)}")


def _facts(given: list[str]) -> dict[str, str]:
    """Return facts by name; raises InputRefused (`bad_fact`)."""
    from gridsvc.responsibility.gathering.given import fact_fault_of, fact_named

    facts: dict[str, str] = {}
    for each in given:
        name, _, value = each.partition("=")
        known = fact_named(name)
        fault = fact_fault_of(known or name.strip(), value.strip())
        if known is None or fault is not None:
            assert fault is not None, "a name that no fact has is a fault"
            place = Place(column="--fact", value=each)
            raise InputRefused(fault.code, fault.message, remedy=fault.remedy, place=place)
        facts[known] = value.strip()
    return facts


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for each in given:
        field, equals, name = each.partition("=")
        if not equals:
            raise WrongUsage(
                "bad_column",
                Text(f"--column {each} 应为 字段=列名。", f"--column {each} must be FIELD=NAME."),
            )
        pairs[field.strip()] = name.strip()
    return pairs


def _instant(text: str | None) -> datetime:
    from gridsvc.settings import get_settings

    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputRefused(
            "bad_time",
            Text(f"时间 {text!r} 无法识别。", f"The time {text!r} cannot be read."),
            place=Place(column="--at", value=text),
            remedy=Text("请用 2026-11-22T10:00 的形式。", "Write it like 2026-11-22T10:00."),
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=get_settings().zone)
