"""What every command prints alike: JSON on demand, errors on stderr in the reader's language."""

from __future__ import annotations

import csv
import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import orjson

from gridsvc.errors import Fault, GridsvcError, InputRefused, Place, ServiceFailed, Text, WrongUsage
from gridsvc.settings import get_settings

MOST_FAULTS_SHOWN = 50


def print_json(value: Any) -> None:
    """Print `value` as indented JSON on stdout."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def say(text: Text) -> str:
    """Return the sentence in the language of the settings."""
    try:
        language = get_settings().language
    except WrongUsage:  # the settings are what is being complained about
        language = os.environ.get("GRIDSVC_LANGUAGE", "zh")
    return text.in_language(language)


def print_faults(faults: Iterable[Fault]) -> None:
    """Print findings on stderr, one a line, the first of many."""
    listed = list(faults)
    for fault in listed[:MOST_FAULTS_SHOWN]:
        remedy = f" → {say(fault.remedy)}" if fault.remedy else ""
        print(f"  {fault.place} {fault.code}: {say(fault.message)}{remedy}", file=sys.stderr)
    if len(listed) > MOST_FAULTS_SHOWN:
        rest = len(listed) - MOST_FAULTS_SHOWN
        print(
            "  " + say(Text(f"另有 {rest} 处（--json 列出全部）。", f"and {rest} more (--json lists all).")),
            file=sys.stderr,
        )


def print_error(error: GridsvcError) -> None:
    """Print an error, its place, its single faults and the remedy on stderr."""
    where = f"{error.place} " if error.place != Place() else ""
    print(f"{where}{error.code}: {say(error.message)}", file=sys.stderr)
    print_faults(error.faults)
    if error.remedy:
        print(say(error.remedy), file=sys.stderr)


@contextmanager
def rejects_file(path: Path | None) -> Iterator[Callable[[Iterable[Fault]], None]]:
    """Give the verb that writes refused rows as CSV into `path`: enter before the transaction, write in it.

    The rows are written to a file beside `path`, which takes its name when the block has ended well: what
    cannot be written undoes the import, and an import that fails leaves an earlier file as it was. A device
    or pipe is written directly. With `path` None the verb writes nothing.

    Raises InputRefused (rejects_not_writable) on entering and when writing, ServiceFailed
    (rejects_not_renamed) at the end.
    """
    if path is None:
        yield lambda _faults: None
        return
    with _naming(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        direct = path.exists() and not path.is_file()
        target = path if direct else path.resolve()
        written = target if direct else target.with_name(f".{os.urandom(8).hex()}.part")
        file = written.open("w" if direct else "x", encoding="utf-8-sig", newline="")

    def write(faults: Iterable[Fault]) -> None:
        with _naming(path), file:
            _write_rows(file, faults)

    try:
        yield write
    except BaseException:
        with suppress(OSError):
            file.close()
        if not direct:
            written.unlink(missing_ok=True)
        raise
    if not direct:
        _rename(written, target)


def _rename(written: Path, target: Path) -> None:
    """Give the list its name; by now the import is stored, so a list that cannot have it is kept."""
    try:
        written.replace(target)
    except OSError as error:
        raise ServiceFailed(
            "rejects_not_renamed",
            Text(
                f"数据已导入，但拒收清单无法改名：{error.strerror}。清单在 {written}。",
                f"The rows are imported, but their list of refused ones cannot be renamed: {error.strerror}."
                f" It is {written}.",
            ),
            place=Place(file=str(target)),
        ) from error


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Say of a file that cannot be written which one the user named, not the one beside it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise InputRefused(
            "rejects_not_writable",
            Text(
                f"无法写入拒收清单：{error.strerror}。数据库未改动。",
                f"The list of refused rows cannot be written: {error.strerror}. The database is unchanged.",
            ),
            place=Place(file=str(path)),
            remedy=Text("请指定可写文件夹中的文件名。", "Name a file in a folder that can be written."),
        ) from error


def _write_rows(file: TextIO, faults: Iterable[Fault]) -> None:
    writer = csv.writer(file)
    writer.writerow(["sheet", "row", "column", "value", "code", "reason", "reason_en"])
    for fault in faults:
        place = fault.place
        writer.writerow(
            [
                place.sheet,
                place.row,
                place.column,
                place.value,
                fault.code,
                fault.message.zh,
                fault.message.en,
            ]
        )


@contextmanager
def importing(file: Path) -> Iterator[None]:
    """Show on a terminal that `file` is being imported, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.markup import escape

    words = say(Text(f"正在导入 {file.name} …", f"importing {file.name} …"))
    with Console(stderr=True).status(escape(words)):
        yield
