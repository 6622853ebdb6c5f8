"""`gridsvc spec`: handling specifications."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, effective_instant
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Fault, NotFound, Text
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.handling import Clause, Specification, SpecificationImport

app = typer.Typer(no_args_is_help=True, help="Handling specifications · 立案、处置和结案规范")

Kind = Annotated[str | None, typer.Option(help="component or event.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The municipal form: XLSX, or CSV with the same columns.")],
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
    hour: Annotated[str, typer.Option(help="What plain 小时 counts: through or working.")] = "through",
    day: Annotated[str, typer.Option(help="What plain 天 counts: through or working.")] = "through",
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
            skip_invalid=skip_invalid is not None,
        )
        reject(done.refused)
    if as_json:
        cells = [
            *(_finding(fault, refused=True) for fault in done.refused),
            *(_finding(fault, refused=False) for fault in done.doubtful),
        ]
        print_json(_answer(done.edition, done.clauses, done.minor_classes, done.units, cells))
        return
    _summarise(done, dry_run=dry_run)
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


def _summarise(done: SpecificationImport, *, dry_run: bool) -> None:
    outcome = {
        "added": Text("已登记", "added"),
        "unchanged": Text("内容相同，未改动", "the same content is in use; nothing changed"),
        "reinstated": Text("重新启用", "back in use"),
    }[done.outcome]
    print(
        say(
            Text(
                f"版本“{done.edition}”（{done.scheme}）{outcome.zh}：{done.clauses} 条，"
                f"{done.minor_classes} 个小类，{done.units} 个单位",
                f"edition “{done.edition}” ({done.scheme}) {outcome.en}: {done.clauses} clauses,"
                f" {done.minor_classes} minor classes, {done.units} units",
            )
        )
    )
    for sheet in done.sheets:
        name = sheet.name or "CSV"
        print(
            say(
                Text(
                    f"  {name}：{sheet.rows} 行，{sheet.minor_classes} 个小类，{sheet.clauses} 条有立案条件",
                    f"  {name}: {sheet.rows} rows, {sheet.minor_classes} minor classes,"
                    f" {sheet.clauses} with a filing condition",
                )
            )
        )
    if done.new_classes or done.new_units:
        print(
            say(
                Text(
                    f"  新登记：本地类别 {done.new_classes} 个，单位 {done.new_units} 个",
                    f"  registered: {done.new_classes} local classes, {done.new_units} units",
                )
            )
        )
    for name in done.withdrawn:
        print(say(Text(f"  取代版本“{name}”（保留备查）", f"  supersedes edition “{name}”, which is kept")))
    if done.refused:
        print(say(Text(f"  拒绝 {len(done.refused)} 处", f"  {len(done.refused)} cells refused")))
    print(say(Text(f"  存疑 {len(done.doubtful)} 处", f"  {len(done.doubtful)} cells doubtful")))
    say_dry_run(dry_run)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the editions, withdrawn ones included."""
    from gridsvc.handling import load_specifications

    with transaction() as connection:
        editions = load_specifications(connection, withdrawn=True)
    if as_json:
        print_json([_edition(each) for each in editions])
        return
    for each in editions:
        shown = _edition(each)
        state = Text("已被取代", "withdrawn") if each.withdrawn_at else Text("在用", "in use")
        print(
            "\t".join(
                (
                    each.name,
                    each.scheme,
                    say(Text("始终", "from ever")) if each.effective_from is None else shown["effective"],
                    ",".join(each.kinds),
                    str(len(each.clauses)),
                    say(state),
                )
            )
        )


@app.command()
def show(
    edition: Annotated[str, typer.Argument(help="Name of an edition; `gridsvc spec list` has them.")],
    code: Annotated[str | None, typer.Option("--class", help="Only this class.")] = None,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Show the clauses of an edition: condition, limit, closing condition and units."""
    from gridsvc.catalog import load_classes
    from gridsvc.handling import load_specifications

    with transaction() as connection:
        found = next((x for x in load_specifications(connection, withdrawn=True) if x.name == edition), None)
        if found is None:
            raise NotFound(
                "unknown_edition", Text(f"没有版本“{edition}”", f"there is no edition “{edition}”")
            )
        names = {(x.kind, x.code): x.name for x in load_classes(connection, found.scheme)}
    clauses = [x for x in found.clauses if code in (None, x.class_code) and kind in (None, x.kind)]
    if not clauses:
        raise NotFound(
            "unknown_class", Text("该版本没有这个类别的条款", "the edition has no clause for this class")
        )
    if as_json:
        print_json(
            {
                **_edition(found),
                "clauses": [_clause(each, names[each.kind, each.class_code]) for each in clauses],
            }
        )
        return
    last = None
    for each in clauses:
        if (each.kind, each.class_code) != last:
            last = (each.kind, each.class_code)
            print(f"{each.kind} {each.class_code} {names[last]}")
        print(f"  {each.ordinal}. {each.filing_condition}")
        limit = each.limit_text or say(Text("无时限", "no limit"))
        if each.limit is not None:
            limit += f" ({each.limit.value} {each.limit.unit})"
        print(f"     {limit} → {each.closing_condition or '—'}")
        print("     " + "；".join(f"{unit.text} [{unit.unit_code or unit.means}]" for unit in each.units))


def _edition(edition: Specification) -> dict[str, Any]:
    zone = get_settings().zone
    effective, withdrawn = edition.effective_from, edition.withdrawn_at
    return {
        "edition": edition.name,
        "scheme": edition.scheme,
        "effective": effective.astimezone(zone).isoformat() if effective else None,
        "kinds": list(edition.kinds),
        "hour_means": edition.hour_means,
        "day_means": edition.day_means,
        "source": edition.source,
        "imported_at": edition.imported_at.astimezone(zone).isoformat(),
        "withdrawn_at": withdrawn.astimezone(zone).isoformat() if withdrawn else None,
        "clauses": len(edition.clauses),
    }


def _clause(clause: Clause, name: str) -> dict[str, Any]:
    limit = clause.limit
    return {
        "id": clause.id,
        "kind": clause.kind,
        "class": clause.class_code,
        "name": name,
        "ordinal": clause.ordinal,
        "filing_condition": clause.filing_condition,
        "closing_condition": clause.closing_condition,
        "responsible": clause.responsible_text,
        "supervising": clause.supervising_text,
        "units": [{"means": x.means, "text": x.text, "code": x.unit_code} for x in clause.units],
        "limit": {"value": float(limit.value), "unit": limit.unit, "text": limit.text} if limit else None,
        "limit_text": clause.limit_text,
        "sheet": clause.sheet,
        "row": clause.row,
    }
