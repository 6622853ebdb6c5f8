"""`gridsvc patrol solve`: a published routing instance, solved by the engine that plans patrols."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text

if TYPE_CHECKING:
    from gridsvc.patrol.published.instance import Answer


def register(app: typer.Typer) -> None:
    """Add the command to `patrol`."""
    app.command("solve")(solve)


def solve(
    instance: Annotated[
        Path, typer.Argument(help="Chao's team orienteering, CARP, VRPLIB or Solomon.", metavar="INSTANCE")
    ],
    seconds: Annotated[
        float, typer.Option(min=0.1, max=3600.0, help="Processor time for the search.", metavar="S")
    ] = 10.0,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="Of the search.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Solve a published instance, and say how far the answer can be from the best at most."""
    # The start of every command would wait for what the engine imports.
    from gridsvc.patrol.published.formats import solve_file
    from gridsvc.patrol.routing.problem import Effort

    answer = solve_file(instance, Effort(seconds=seconds, seed=seed))
    if as_json:
        print_json(answer.as_dict())
    else:
        _print(answer)


def _print(answer: Answer) -> None:
    print(f"{say(Text('目标值', 'objective'))}\t{answer.objective:g}")
    if answer.bound is not None:
        name = Text("上界", "upper bound") if answer.maximise else Text("下界", "lower bound")
        print(f"{say(name)}\t{answer.bound:g}")
    print(f"{say(Text('处理器秒数', 'processor seconds'))}\t{answer.seconds:.1f}")
    for number, route in enumerate(answer.routes, 1):
        stops = " ".join("-".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in route)
        print(f"{number}\t{stops}")
    if answer.note is not None:
        print(say(answer.note))
