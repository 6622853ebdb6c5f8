"""`gridsvc spec export`, `spec template`: a specification as a workbook to change and load again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

Output = Annotated[Path, typer.Option("--output", "-o", help="Workbook to write: .xlsx", metavar="F.xlsx")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `spec`."""
    app.command("export")(export)
    app.command("template")(template)


def export(
    output: Output,
    edition: Annotated[
        str | None, typer.Argument(help="Name of an edition (spec list); else the one in force.")
    ] = None,
    form: Annotated[
        Literal["full", "municipal"],
        typer.Option(
            help="full: everything, with rules, units, calendars; municipal: the nine columns only."
        ),
    ] = "full",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write an edition as a workbook that `spec import` reads back to an equal one."""
    from gridsvc.catalog import load_classes, load_units
    from gridsvc.handling import load_specifications
    from gridsvc.handling.calendars import load_calendars
    from gridsvc.handling.workbook import chosen_edition, write_municipal_form, write_specification

    zone = get_settings().zone
    with transaction() as connection:
        editions = load_specifications(connection, withdrawn=True)
        chosen = chosen_edition(editions, edition, datetime.now(zone))
        classes = load_classes(connection, chosen.scheme)
        units = load_units(connection) if form == "full" else []
        calendars = load_calendars(connection) if form == "full" else []
    if form == "full":
        write_specification(
            output,
            chosen,
            classes=classes,
            units=units,
            calendars=calendars,
            zone=zone,
            overwrite=overwrite,
        )
    else:
        write_municipal_form(output, chosen, classes=classes, overwrite=overwrite)
    rules = len(chosen.rules) if form == "full" else 0
    if as_json:
        print_json(
            {
                "edition": chosen.name,
                "form": form,
                "file": str(output),
                "clauses": len(chosen.clauses),
                "rules": rules,
                "units": len(units),
                "calendars": len(calendars),
            }
        )
        return
    print(
        say(
            Text(
                f"版本“{chosen.name}”：{len(chosen.clauses)} 条，{rules} 条规则，{len(units)} 个单位，"
                f"{len(calendars)} 个日历",
                f"edition “{chosen.name}”: {len(chosen.clauses)} clauses, {rules} rules, {len(units)} units,"
                f" {len(calendars)} calendars",
            )
        )
    )
    print(output)


def template(output: Output, overwrite: Overwrite = False) -> None:
    """Write an empty workbook to fill in, with drop-downs and an example in each sheet."""
    from gridsvc.handling.workbook import write_template

    write_template(output, overwrite=overwrite)
    print(output)
