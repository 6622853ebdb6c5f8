"""Options that several commands read alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings

DatumName = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


def datum_of(subject: str = "") -> Any:
    """Return the option that says what the longitude and latitude (of one file of several) mean."""
    return typer.Option(help=f"What longitude and latitude{subject and f' of {subject}'} mean.")


Datum = Annotated[DatumName | None, datum_of()]
LayerName = Annotated[str | None, typer.Option("--layer", help="Layer of a file that has several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")]
SkipInvalid = Annotated[
    Path | None,
    typer.Option(
        "--skip-invalid", help="Leave refused rows out and write them to this CSV.", metavar="REJECTS.csv"
    ),
]


def pairs(values: Sequence[str] | None, option: str) -> list[tuple[str, str]]:
    """Return `NAME=VALUE` options as pairs; the first equals sign divides."""
    result = []
    for value in values or ():
        name, sign, rest = value.partition("=")
        if not sign or not name.strip() or not rest.strip():
            raise WrongUsage(
                "bad_option",
                Text(
                    f"{option} 应写成 名=值，而不是“{value[:80]}”",
                    f"{option} is NAME=VALUE, not “{value[:80]}”",
                ),
            )
        result.append((name.strip(), rest.strip()))
    return result


def effective_instant(value: str | None, option: str) -> datetime | None:
    """Return the beginning of a date (or an instant, if a time is given) in the settings' time zone.

    `option` is what the user gave it by. Raises `WrongUsage` (`bad_time`).
    """
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise WrongUsage(
            "bad_time",
            Text(f"{option}“{value[:80]}”不是日期", f"{option} “{value[:80]}” is no date"),
            remedy=Text("写成 2026-11-22", "write it as 2026-11-22"),
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=get_settings().zone)


def name_or_instant(given: str) -> str | datetime:
    """Return a date's beginning in the zone of the settings; what is no date is a name."""
    try:
        instant = datetime.fromisoformat(given.strip())
    except ValueError:
        return given
    return instant if instant.tzinfo else instant.replace(tzinfo=get_settings().zone)
