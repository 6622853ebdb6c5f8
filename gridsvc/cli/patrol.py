"""`gridsvc patrol`: plans that were made, and planning anew."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.cli.patrol_output import OnePatrol, Outputs, show_plan
from gridsvc.errors import Text
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Patrol plans · 巡查计划")

Number = Annotated[int, typer.Argument(min=1, metavar="PLAN", help="Number of the plan.")]


@app.command("list")
def list_(
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last day, included")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the plans that were made, newest first (已有计划)."""
    from gridsvc.patrol.plans import list_plans

    zone = get_settings().zone
    with transaction() as connection:
        found = list_plans(
            connection, first=first.date() if first else None, last=last.date() if last else None, limit=limit
        )
    if as_json:
        times = ("begins", "ends", "made_at")
        print_json([each | {name: each[name].astimezone(zone) for name in times} for each in found])
        return
    for each in found:
        begins, ends = (each[name].astimezone(zone) for name in ("begins", "ends"))
        followed = (
            Text(f"→ {each['followed_by']}", f"→ {each['followed_by']}") if each["followed_by"] else None
        )
        print(
            "\t".join(
                (
                    str(each["id"]),
                    f"{each['day']} {begins:%H:%M}-{ends:%H:%M}",
                    each["team"],
                    say(
                        Text(
                            f"{each['patrols']} 人 {each['stops']} 处",
                            f"{each['patrols']} patrols {each['stops']} stops",
                        )
                    ),
                    f"{each['value']:.2f}",
                    each["made_by"],
                    say(followed) if followed else "",
                )
            ).rstrip()
        )


@app.command()
def show(number: Number, output: Outputs = None, patrol: OnePatrol = None, as_json: AsJson = False) -> None:
    """Show a plan again, or write it to files (查看计划)."""
    from gridsvc.patrol.network.building import load_streets
    from gridsvc.patrol.outputs.writing import check_target
    from gridsvc.patrol.plans import read_plan

    for target in output or ():
        check_target(target)
    with transaction() as connection:
        kept = read_plan(connection, number)
        streets = load_streets(connection) if output else None
    show_plan(kept.plan, streets, output, patrol, as_json=as_json)
