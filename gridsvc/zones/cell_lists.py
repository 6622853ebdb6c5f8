"""How a list of cells is written: codes, ranges, codes of larger areas, beginnings of codes."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from gridsvc.zones.cells import Cells


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a list of cells that names none: a code of `UNREAD`."""

    code: str
    item: str


UNREAD = ("unknown_cell", "retired_cell", "bad_range", "area_of_several_levels", "every_cell")
"""Why: the last two are a code of larger areas with different cells, and a `*` with nothing before it."""

_SEPARATORS = re.compile(r"[,，、;；|\r\n]+")
_RANGE = re.compile(r"\s*(?:[~～〜—–至到]|(?<=\s)-(?=\s))\s*")


def read_cell_list(given: str, cells: Cells) -> tuple[list[str], list[Unread]]:
    """Return the codes that a text names, in its order and as often as it names them, and what names none.

    Codes stand between commas, semicolons, 、 or blanks. A range is `first-last`, `first~last` or 第一至最后,
    the last one whole or its end digits only; it holds every code of the edition between the two. The code
    of a community or of any larger area is all its cells (`Cells.within`), and `610103001*` is all codes that
    begin so; a `*` alone, which would be the whole city, is none.
    """
    found: list[str] = []
    unread: list[Unread] = []
    for item in _items(unicodedata.normalize("NFKC", given), cells):
        codes = _meant(item, cells)
        if isinstance(codes, str):
            unread.append(Unread(codes, item))
        else:
            found += codes
    return found, unread


def _items(given: str, cells: Cells) -> list[str]:
    items: list[str] = []
    for part in _SEPARATORS.split(given):
        whole = part.strip()
        # A code of a city's own may hold blanks and 至; only what is no code is taken apart at them.
        items += [whole] if whole in cells.named else _RANGE.sub("~", whole).split()
    return items


def _meant(item: str, cells: Cells) -> list[str] | str:
    if item in cells.number:
        return [item]
    if item.endswith("*"):
        return cells.beginning(item[:-1]) or "unknown_cell" if item[:-1] else "every_cell"
    held = cells.within.get(item)
    if held is not None:
        return sorted(held[0]) if len(held) == 1 else "area_of_several_levels"
    for sign in "~-":
        first, between, last = item.rpartition(sign) if sign == "~" else _halves(item, cells)
        if between:
            return _range(first.strip(), last.strip(), cells)
    return "retired_cell" if item in cells.other else "unknown_cell"


def _halves(item: str, cells: Cells) -> tuple[str, str, str]:
    """Divide at the hyphen after a whole code; codes of a city's own may hold hyphens themselves."""
    for match in re.finditer("-", item):
        if item[: match.start()] in cells.number:
            return item[: match.start()], "-", item[match.end() :]
    return item, "", ""


def _range(first: str, last: str, cells: Cells) -> list[str] | str:
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    for end in (first, last):
        if end not in cells.number:
            return "retired_cell" if end in cells.other else "unknown_cell"
    if len(first) != len(last) or first > last:
        return "bad_range"
    between = cells.codes[bisect_left(cells.codes, first) : bisect_right(cells.codes, last)]
    return [code for code in between if len(code) == len(first)]
