"""`gridsvc hotspot statistic`: a statistic of a file, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from gridsvc.cli.hotspot_options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Place, Text, WrongUsage


def register(hotspot: typer.Typer) -> None:
    """Add the command to `gridsvc hotspot`."""
    hotspot.command("statistic")(statistic)


def statistic(
    file: Annotated[Path, typer.Argument(metavar="F", help="table (.csv, .parquet), a row a place or step")],
    value: Annotated[str, typer.Option("--value", metavar="COL", help="column of numbers")],
    name: Annotated[str, typer.Option("--name", help="gi, gistar, moran, local-moran or mann-kendall")],
    neighbours: Annotated[
        Path | None,
        typer.Option(
            "--neighbors",
            "--neighbours",
            metavar="G.csv",
            help="columns from, to[, weight]: rows of F, numbered from 1",
        ),
    ] = None,
    weights: Annotated[
        str, typer.Option(help="Moran's weights: row (each row adds up to 1) or given")
    ] = "row",
    moment: Annotated[
        str, typer.Option(help="local Moran's m2: spdep (Σz²/n) or esda (Σz²/(n-1))")
    ] = "spdep",
    permutations: Annotated[int, typer.Option(help="of local Moran's p")] = 999,
    seed: Annotated[int, typer.Option(help="of the permutations")] = 0,
    as_json: AsJson = False,
) -> None:
    """Compute Gi, Gi*, Moran's I or Mann-Kendall of a table, as R and PySAL do (统计量)."""
    from gridsvc.hotspots.products.statistic import Scaled, compute_statistic
    from gridsvc.hotspots.significance.moran import Moment

    _one_of("weights", weights, ("row", "given"))
    _one_of("moment", moment, ("spdep", "esda"))
    found = compute_statistic(
        file,
        value,
        name,
        neighbours=neighbours,
        scaled=cast(Scaled, weights),
        moment=cast(Moment, moment),
        permutations=permutations,
        seed=seed,
    )
    answer = found.as_dict()
    if as_json:
        print_json(answer)
        return
    if "values" in answer:
        for row, (score, p) in enumerate(zip(answer["values"], answer["p"], strict=True), 1):
            print(f"{row}\t{_plain(score)}\t{_plain(p)}")
    else:
        keys = ("n", "value", "expected", "z", "p", "variance", "slope")
        print("\n".join(f"{key}\t{_plain(answer[key])}" for key in keys if key in answer))
    for remark in found.remarks:
        print(say(remark))


def _plain(value: float | None) -> str:
    return "—" if value is None else f"{value:.10g}"


def _one_of(option: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        listed = "、".join(known)
        raise WrongUsage(
            f"bad_{option}",
            Text(f"--{option} 应为 {listed} 之一。", f"--{option} is one of {', '.join(known)}."),
            place=Place(column=option, value=given),
        )
