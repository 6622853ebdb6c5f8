"""`gridsvc spec`: handling specifications."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gridsvc.cli import spec_show
from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, effective_instant
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.cli.spec_show import edition_as_dict, meanings
from gridsvc.cli.spec_summary import print_summary
from gridsvc.errors import Fault, Text

app = typer.Typer(no_args_is_help=True, help="Handling specifications · 立案、处置和结案规范")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The municipal form (XLSX or CSV), or our own workbook.")],
    edition: Annotated[
        str | None, typer.Option(help="Name of the edition; else made from the file's.")
    ] = None,
    scheme: Annotated[
        str | None, typer.Option(help="Scheme of its codes; else the one whose classes fit best.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="component or event: for sheets whose name does not tell; others are left out."),
    ] = None,
    effective: Annotated[
        str | None, typer.Option(metavar="DATE", help="In force from; else from ever.")
    ] = None,
    hour: Annotated[str | None, typer.Option(help="What plain 小时 counts: through or working.")] = None,
    day: Annotated[str | None, typer.Option(help="What plain 天 counts: through or working.")] = None,
    grade: Annotated[
        str | None,
        typer.Option(help="What limits by A, B, C go by: area or urgency; else as their words say."),
    ] = None,
    policy: Annotated[
        bool,
        typer.Option("--policy/--no-policy", help="Give a form without rules those of the default policy."),
    ] = True,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load a handling specification and list every cell that is refused or doubtful."""
    from gridsvc.handling import import_specification

    instant = effective_instant(effective, "--effective")
    with loading(file, skip_invalid, dry_run=dry_run, refused=_refused if as_json else None) as (
        connection,
        reject,
    ):
        done = import_specification(
            connection,
            file,
            edition=edition,
            scheme=scheme,
            kind=kind,
            effective=instant,
            hour_means=hour,
            day_means=day,
            grade_means=grade,
            policy=policy,
            skip_invalid=skip_invalid is not None,
        )
        reject(done.refused)
    if as_json:
        cells = [
            *(_finding(fault, refused=True) for fault in done.refused),
            *(_finding(fault, refused=False) for fault in done.doubtful),
        ]
        answer = _answer(done.edition, done.clauses, done.minor_classes, done.units, cells)
        print_json(
            answer
            | {
                "rules": done.rules,
                "default_policy": done.default_policy,
                "grade_means": done.grade_means,
                "undeclared": list(done.undeclared),
                "expressions": done.expressions.as_dict(),
                "dropped_classes": [each.as_dict() for each in done.dropped],
            }
        )
        return
    print_summary(done, dry_run=dry_run)
    say_dry_run(dry_run)
    print_faults((*done.refused, *done.doubtful))


def _refused(faults: Sequence[Fault]) -> dict[str, Any]:
    return _answer(None, 0, 0, 0, [_finding(fault, refused=True) for fault in faults])


def _answer(
    edition: str | None, clauses: int, minor_classes: int, units: int, cells: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the JSON of an import; nothing was imported when `edition` is None."""
    return {
        "edition": edition,
        "clauses": clauses,
        "minor_classes": minor_classes,
        "units": units,
        "doubtful": cells,
    }


def _finding(fault: Fault, *, refused: bool) -> dict[str, Any]:
    """Return a finding with both languages in `reason`, since the file goes to people of either."""
    return fault.as_dict() | {"reason": f"{fault.message.zh} / {fault.message.en}", "refused": refused}


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the editions, withdrawn ones included."""
    from gridsvc.handling import load_specifications

    with transaction() as connection:
        editions = load_specifications(connection, withdrawn=True)
    if as_json:
        print_json([edition_as_dict(each) for each in editions])
        return
    for each in editions:
        shown = edition_as_dict(each)
        state = Text("已被取代", "withdrawn") if each.withdrawn_at else Text("在用", "in use")
        print(
            "\t".join(
                (
                    each.name,
                    each.scheme,
                    say(Text("始终", "from ever")) if each.effective_from is None else shown["effective"],
                    ",".join(each.kinds),
                    str(len(each.clauses)),
                    say(meanings(each)),
                    say(state),
                )
            )
        )


spec_show.register(app)
