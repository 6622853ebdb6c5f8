"""`gridsvc case duplicates`: reports of incidents that were told before."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, DryRun
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Reports of incidents that were told before · 重复上报")

Report = Annotated[int, typer.Argument(help="Number of the report.", metavar="ID")]
By = Annotated[str | None, typer.Option(help="Who decides; without it the name of the account.")]


def register(case: typer.Typer) -> None:
    """Add the commands to `gridsvc case`."""
    case.add_typer(app, name="duplicates")


@app.command()
def find(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only reports from this day on; without it all."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Suggest duplicates; no report is changed, and what a person decided stays."""
    from gridsvc.cases.duplicates import find_duplicates
    from gridsvc.cli.loading import say_dry_run

    begin = since.replace(tzinfo=get_settings().zone) if since else None
    with transaction(dry_run=dry_run) as connection:
        found = find_duplicates(connection, now=datetime.now(UTC), since=begin)
    if as_json:
        print_json(found.as_dict() | {"dry_run": dry_run})
        return
    print(
        say(
            Text(
                f"查看 {found.reports:,} 件上报（{found.placeless:,} 件没有自己的位置）："
                f"疑似重复 {found.suggested:,} 件，新增 {found.added:,}，更新 {found.changed:,}，"
                f"不再疑似 {found.removed:,}",
                f"{found.reports:,} reports looked at ({found.placeless:,} without a place of their own):"
                f" {found.suggested:,} are likely duplicates, {found.added:,} new, {found.changed:,} changed,"
                f" {found.removed:,} no longer likely",
            )
        )
    )
    say_dry_run(dry_run)


@app.command("list")
def list_(
    standing: Annotated[
        Literal["open", "accepted", "rejected"] | None, typer.Option(help="Only these.")
    ] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """List duplicates beside the first reports of their incidents, the least certain first."""
    from gridsvc.cases.duplicates import list_duplicates

    with transaction() as connection:
        found = list_duplicates(connection, standing=standing, most=limit)
    if as_json:
        print_json(found)
        return
    if not found:
        print(
            say(
                Text(
                    "没有这样的重复上报；用 gridsvc case duplicates find 查找。",
                    "no such duplicates; gridsvc case duplicates find looks for them.",
                )
            )
        )
    zone = get_settings().zone
    for each in found:
        chance = "" if each["probability"] is None else f"{each['probability']:.2f}"
        metres = "" if each["metres"] is None else f"{each['metres']:.0f} m"
        shown = (
            str(each["report_id"]),
            f"= {each['earlier_id']}",
            each["decision"] or chance,
            metres,
            f"{datetime.fromisoformat(each['opened_at']).astimezone(zone):%Y-%m-%d %H:%M}",
            each["text"] or each["address"] or "",
        )
        print("\t".join(_on_one_line(value) for value in shown))


@app.command()
def accept(
    report: Report,
    of: Annotated[
        int | None, typer.Option(help="It repeats this report; without it the one suggested.", metavar="ID")
    ] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say that a report repeats one before it: its incident is counted once."""
    from gridsvc.cases.duplicates import accept_duplicate

    with transaction() as connection:
        done = accept_duplicate(connection, report, by=by or getpass.getuser(), now=datetime.now(UTC), of=of)
    if as_json:
        print_json(done)
        return
    print(
        say(
            Text(
                f"上报 {report} 与 {done['earlier_id']} 为同一事件。",
                f"report {report} and {done['earlier_id']} are one incident.",
            )
        )
    )


@app.command()
def reject(report: Report, by: By = None, as_json: AsJson = False) -> None:
    """Say that a report is an incident of its own; it is not suggested again."""
    from gridsvc.cases.duplicates import reject_duplicate

    with transaction() as connection:
        done = reject_duplicate(connection, report, by=by or getpass.getuser(), now=datetime.now(UTC))
    if as_json:
        print_json(done)
        return
    print(say(Text(f"上报 {report} 为独立事件。", f"report {report} is an incident of its own.")))


def _on_one_line(value: str) -> str:
    return " ".join(value.split())
