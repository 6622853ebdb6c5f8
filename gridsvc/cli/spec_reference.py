"""`gridsvc spec reference`: the specification that ships, as a workbook to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text


def register(app: typer.Typer) -> None:
    """Add the command to `spec`."""
    app.command("reference")(reference)


def reference(
    output: Annotated[Path, typer.Option("--output", "-o", help="Workbook to write.", metavar="F.xlsx")],
    scheme: Annotated[
        Literal["gbt30428.2-2013", "gbt47678.5-2026"], typer.Option(help="Class codes of the workbook.")
    ] = "gbt47678.5-2026",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the reference specification, our own writing and no city's law, to change and to import."""
    from gridsvc.handling import reference_clauses, reference_rules, write_reference

    write_reference(output, scheme, overwrite=overwrite)
    clauses, rules = len(reference_clauses(scheme)), len(reference_rules(scheme))
    if as_json:
        print_json({"file": str(output), "scheme": scheme, "clauses": clauses, "rules": rules})
        return
    print(
        say(
            Text(
                f"{output}：{clauses} 个条款，{rules} 条规则。自行编写，不是任何城市的规定；改成本地做法后用"
                " gridsvc spec import 载入。",
                f"{output}: {clauses} clauses, {rules} rules. Our own writing, no city's law: change it, then"
                " load it with gridsvc spec import.",
            )
        )
    )
