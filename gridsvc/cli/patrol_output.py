"""What the commands of patrols print and write alike."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.cli.output import print_json, say
from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.patrol.network.streets import Streets
    from gridsvc.patrol.plan import Plan

Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", help="File to write: .html (map), .gpx, .geojson, .pdf, .json; several times."
    ),
]
OnePatrol = Annotated[str | None, typer.Option("--patrol", help="Write the route of this patrol alone.")]
By = Annotated[str | None, typer.Option("--by", help="Who does this. [the login name]")]
Seconds = Annotated[float, typer.Option(min=0.1, max=600, help="Search at most so long.")]


LONGEST_BY = 200


def name_of(by: str | None) -> str:
    """Return who does this: the name given, else the login name; WrongUsage (`too_long`)."""
    name = (by or "").strip() or getpass.getuser()
    if len(name) > LONGEST_BY:
        raise WrongUsage(
            "too_long",
            Text(f"姓名最多 {LONGEST_BY} 个字。", f"A name has {LONGEST_BY} letters at most."),
            place=Place(column="by", value=name[:LONGEST_BY]),
        )
    return name


@contextmanager
def progress_of_search() -> Iterator[Callable[[float], None]]:
    """Give the function that shows how far the search is (0 to 1) on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say(Text("正在规划", "planning")), total=1.0)
        yield lambda done: bar.update(task, completed=done)


def show_plan(
    plan: Plan,
    streets: Streets | None,
    outputs: Sequence[Path] | None,
    patrol: str | None,
    *,
    as_json: bool,
) -> None:
    """Write the files that are named, and print the plan: the answer first, a line for each patrol."""
    from gridsvc.patrol.outputs.backdrop import backdrop_of
    from gridsvc.patrol.outputs.plain import plan_as_dict
    from gridsvc.patrol.outputs.printing import plan_lines
    from gridsvc.patrol.outputs.writing import write_plan

    language = get_settings().language
    backdrop = backdrop_of(streets) if outputs and streets is not None else None
    written = {
        str(path): write_plan(plan, path, language, patrol=patrol, backdrop=backdrop)
        for path in outputs or ()
    }
    if as_json:
        files = [{"file": name, "bytes": size} for name, size in written.items()]
        print_json(plan_as_dict(plan) | ({"files": files} if files else {}))
        return
    for line in plan_lines(plan):
        print(say(line))
    for name in written:
        print(name)
