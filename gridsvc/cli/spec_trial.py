"""Options of the commands that look at a specification's file without loading it: how it is read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.handling.comparing import Trial

FileScheme = Annotated[
    str | None,
    typer.Option("--scheme", help="Scheme of a file's codes; else the one whose classes fit best."),
]
FileKind = Annotated[
    Literal["component", "event"] | None,
    typer.Option("--kind", help="Of a file whose sheets do not tell: what they hold."),
]
FileHour = Annotated[
    Literal["through", "working"] | None, typer.Option("--hour", help="What plain 小时 counts in a file.")
]
FileDay = Annotated[
    Literal["through", "working"] | None, typer.Option("--day", help="What plain 天 counts in a file.")
]
FileGrade = Annotated[
    Literal["area", "urgency"] | None,
    typer.Option("--grade", help="What limits by A, B, C go by in a file."),
]
FilePolicy = Annotated[
    bool,
    typer.Option("--policy/--no-policy", help="A file without rules gets those of the default policy."),
]


def trial(
    scheme: str | None, kind: str | None, hour: str | None, day: str | None, grade: str | None, policy: bool
) -> Trial:
    """Return how a file among the sides of a comparison is read now."""
    from gridsvc.handling.comparing import Trial

    return Trial(datetime.now(get_settings().zone), scheme, kind, hour, day, grade, policy)
