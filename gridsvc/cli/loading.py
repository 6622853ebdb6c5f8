"""What every import command does alike: rejects, one transaction, the faults of a refused file as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from gridsvc.cli.database import transaction
from gridsvc.cli.output import importing, print_json, rejects_file, say
from gridsvc.errors import Fault, InputRefused, Text


class Loading(NamedTuple):
    """An import under way: its connection, and the verb that lists what it left out."""

    connection: Connection
    reject: Callable[[Iterable[Fault]], None]


@contextmanager
def loading(
    file: Path,
    rejects: Path | None,
    *,
    dry_run: bool,
    refused: Callable[[Sequence[Fault]], Any] | None,
) -> Iterator[Loading]:
    """Give what an import of `file` needs; what it stored is undone when it fails, and on a dry run.

    Left-out rows go to `rejects`, if any. When the file is refused, `refused` (None: nobody asked for JSON)
    makes of the faults the answer that is printed before the error itself.
    """
    try:
        with (
            importing(file),
            rejects_file(rejects) as reject,
            transaction(dry_run=dry_run) as connection,
        ):
            yield Loading(connection, reject)
    except InputRefused as error:
        if refused is not None and error.faults:
            print_json(refused(error.faults))
        raise


def nothing_of(subject: str, none: int | None) -> Callable[[Sequence[Fault]], dict[str, Any]]:
    """Return the answer of an import that took nothing in: `subject` is `none`, and why."""
    return lambda faults: {subject: none, "refused": [fault.as_dict() for fault in faults]}


def say_dry_run(dry_run: bool) -> None:
    """Say that nothing was stored, if so."""
    if dry_run:
        print(say(Text("试运行：数据库未改动。", "Dry run: the database is unchanged.")))
