"""What every command prints alike: JSON on demand, errors on stderr in the reader's language."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from gridsvc.errors import Fault, GridsvcError, Place, Text, WrongUsage
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
        print("  " + say(Text(f"另有 {rest} 处。", f"and {rest} more.")), file=sys.stderr)


def print_error(error: GridsvcError) -> None:
    """Print an error, its place, its single faults and the remedy on stderr."""
    where = f"{error.place} " if error.place != Place() else ""
    print(f"{where}{error.code}: {say(error.message)}", file=sys.stderr)
    print_faults(error.faults)
    if error.remedy:
        print(say(error.remedy), file=sys.stderr)


def write_rejects(path: Path, faults: Iterable[Fault]) -> None:
    """Write refused rows as CSV: sheet, row, column, value, code, reason in both languages."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
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
