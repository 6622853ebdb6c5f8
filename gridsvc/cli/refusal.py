"""`gridsvc refusal`: what units refuse, and what becomes of it."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Refusals by units · 退单")

By = Annotated[str | None, typer.Option("--by", help="Who does this. [the login name]")]
Instead = Annotated[str | None, typer.Option("--instead", help="Code of the unit that it is instead.")]
Note = Annotated[str | None, typer.Option("--note", help="Why.")]
Refusal = Annotated[int, typer.Argument(min=1, help="Number of the refusal.")]


@app.command()
def add(
    report: Annotated[int, typer.Argument(min=1, help="Number of the report.")],
    reason: Annotated[str, typer.Option("--reason", help="Why the unit is not responsible.")],
    unit: Annotated[
        str | None, typer.Option("--unit", help="Code of the unit that refuses. [the one that leads]")
    ] = None,
    instead: Instead = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Record that a unit refuses a report that the resolution gave to it."""
    from gridsvc.handling.refusals import record_refusal

    with transaction() as connection:
        made = record_refusal(
            connection,
            report,
            reason=reason,
            by=by or getpass.getuser(),
            at=datetime.now(UTC),
            unit=unit,
            instead=instead,
        )
    _print([made], as_json=as_json, alone=True)


@app.command()
def uphold(
    refusal: Refusal, note: Note = None, instead: Instead = None, by: By = None, as_json: AsJson = False
) -> None:
    """Uphold a refusal: from now on it is shown as evidence against the rule. It changes no rule."""
    _settle(refusal, "upheld", note, instead, by, as_json=as_json)


@app.command()
def dismiss(refusal: Refusal, note: Note = None, by: By = None, as_json: AsJson = False) -> None:
    """Dismiss a refusal: the unit stays responsible."""
    _settle(refusal, "dismissed", note, None, by, as_json=as_json)


@app.command("list")
def list_(
    state: Annotated[
        Literal["open", "upheld", "dismissed"] | None,
        typer.Option("--state", help="Only those in this state."),
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Only those of the unit with this code.")] = None,
    edition: Annotated[
        str | None, typer.Option("--edition", help="Only those against this edition of a specification.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List refusals, newest first."""
    from gridsvc.handling.refusals import RefusalFilter, list_refusals

    wanted = RefusalFilter(state=state, unit=unit, edition=edition)
    with transaction() as connection:
        found = list_refusals(connection, wanted, limit=limit)
    _print(found, as_json=as_json)


def _settle(
    refusal: int, state: str, note: str | None, instead: str | None, by: str | None, *, as_json: bool
) -> None:
    from gridsvc.handling.refusals import settle_refusal

    with transaction() as connection:
        settled = settle_refusal(
            connection,
            refusal,
            state,
            by=by or getpass.getuser(),
            at=datetime.now(UTC),
            note=note,
            instead=instead,
        )
    _print([settled], as_json=as_json, alone=True)


def _print(refusals: list[dict[str, Any]], *, as_json: bool, alone: bool = False) -> None:
    from gridsvc.handling.refusals import STATES

    zone = get_settings().zone
    if as_json:
        listed = [
            each | {name: each[name] and each[name].astimezone(zone) for name in ("made_at", "settled_at")}
            for each in refusals
        ]
        print_json(listed[0] if alone else listed)
        return
    for each in refusals:
        rule = each["rule"]["code"] if each["rule"] else say(Text("条款", "the clause"))
        instead = f" → {each['instead']['name']}" if each["instead"] else ""
        print(
            "\t".join(
                (
                    str(each["id"]),
                    say(STATES[each["state"]]),
                    f"{each['made_at'].astimezone(zone):%Y-%m-%d %H:%M}",
                    str(each["report_id"] or ""),
                    each["unit"]["name"] + instead,
                    f"{each['class']['code']} {each['class']['name']}",
                    rule,
                    " ".join(each["reason"].split()),
                )
            )
        )
