"""A series of maps keeps the limits of its first: only then do the colours of two weeks compare."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.sheets.breaks import check_breaks


def series_key(
    product: str, classes: Sequence[CountedClass], question: Question, *, exposure: str | None = None
) -> str:
    """Return the name of the series that a map belongs to.

    The maps of a series are of one product, the same classes, hours and channels, against one exposure, and
    of periods of the same length: a week is no more to be compared with a year than with another class.
    """
    days = (question.last - question.first).days + 1
    # The months of a year are one series.
    length = "month" if 28 <= days <= 31 else f"{days}d"
    counted = "+".join(sorted(f"{each.scheme or '-'}/{each.kind or '-'}/{each.code}" for each in classes))
    parts = (
        product,
        counted,
        length,
        str(question.hours) if question.hours else "all-hours",
        "+".join(sorted(question.sources)) or "all-channels",
        exposure or "no-exposure",
    )
    return "|".join(parts)


def parse_breaks(given: str) -> tuple[float, ...]:
    """Read `0,2,5,9`: the upper limits of all classes but the last; raises InputRefused (`bad_breaks`)."""
    try:
        numbers = [float(part) for part in re.split(r"[,，、\s]+", given.strip()) if part]
    except ValueError:
        numbers = []
    return check_breaks(numbers)


def frozen_breaks(file: Path, key: str) -> tuple[float, ...] | None:
    """Return what a file of series has frozen for `key`; None where it has nothing yet."""
    found = _read(file).get(key)
    return check_breaks(found) if found else None


def freeze_breaks(file: Path, key: str, breaks: Sequence[float]) -> None:
    """Freeze the limits of a new series; those of one that is frozen stay, and so does an empty map's."""
    series = _read(file)
    if breaks and key not in series:
        series[key] = list(breaks)
        file.write_text(json.dumps(series, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def _read(file: Path) -> dict[str, list[float]]:
    if not file.exists():
        return {}
    try:
        held = json.loads(file.read_text("utf-8"))
        return {str(key): [float(each) for each in breaks] for key, breaks in held.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputRefused(
            "bad_series_file",
            Text(f"{file} 不是分级界限文件。", f"{file} is no file of frozen limits."),
            place=Place(file=str(file)),
            remedy=Text("请换一个文件名。", "Name another file."),
        ) from error
