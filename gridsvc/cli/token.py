"""`gridsvc token`: keys for the API, and sign-in links."""

from __future__ import annotations

from typing import Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="API keys and their roles · 接口密钥")

_ROLE_HELP = (
    "collector, acceptor, shift_leader, dispatcher, unit, planner, patrol_leader, administrator or leader."
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose key this is, e.g. inspector-app.")],
    role: Annotated[str, typer.Option(help=_ROLE_HELP)],
) -> None:
    """Make a key and print it: alone, once. Only its SHA-256 is stored."""
    from gridsvc.access import add_key

    with transaction() as connection:
        key = add_key(connection, name, role)
    print(key)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    from gridsvc.access import list_keys

    with transaction() as connection:
        keys = list_keys(connection)
    zone = get_settings().zone
    if as_json:
        print_json(
            [
                {
                    "name": key.name,
                    "role": key.role,
                    "created_at": key.created_at.astimezone(zone),
                    "revoked_at": key.revoked_at and key.revoked_at.astimezone(zone),
                }
                for key in keys
            ]
        )
        return
    for key in keys:
        made = f"{key.created_at.astimezone(zone):%Y-%m-%d %H:%M}"
        ended = (
            say(Text("已吊销 ", "revoked ")) + f"{key.revoked_at.astimezone(zone):%Y-%m-%d %H:%M}"
            if key.revoked_at
            else say(Text("有效", "live"))
        )
        print(f"{key.name}\t{key.role}\t{made}\t{ended}")


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="The name that the key was made for.")]) -> None:
    """Revoke a key and the browser sessions that it opened; running servers obey within two seconds."""
    from gridsvc.access import revoke_key

    with transaction() as connection:
        key = revoke_key(connection, name)
    print(say(Text(f"已吊销 {key.name}（{key.role}）。", f"Revoked {key.name} ({key.role}).")))


@app.command()
def link(
    role: Annotated[str, typer.Option(help=_ROLE_HELP)] = "administrator",
) -> None:
    """Print a fresh one-time sign-in link to the running server, good for ten minutes."""
    from datetime import UTC, datetime

    from gridsvc.access import add_link
    from gridsvc.server import address_in_use

    address = address_in_use(get_settings())
    with transaction() as connection:
        token = add_link(connection, datetime.now(UTC), role=role)
    print(f"{address}/sign-in?token={token}")
