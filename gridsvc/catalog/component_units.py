"""Whose a component is: names as given, matched to units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gridsvc.catalog.component_notes import Noted
from gridsvc.catalog.units import Unit, normalised_name
from gridsvc.errors import Text

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Matched:
    """Names of units as given and the codes that they were matched to; `unknown` counts the others."""

    names: dict[str, list[str | None]]
    codes: dict[str, list[str | None]]
    unknown: dict[str, int]


def match_units(noted: Noted, units: Sequence[Unit]) -> Matched:
    """Match supervisor, owner and maintainer by a unit's code or name; nobody is the normal case."""
    by_code = {each.code: each.code for each in units}
    by_name = {normalised_name(each.name): each.code for each in units}
    unknown: Counter[str] = Counter()
    names: dict[str, list[str | None]] = {}
    codes: dict[str, list[str | None]] = {}
    for role in ("supervisor", "owner", "maintainer"):
        given = noted.file.fields.get(role) or [""] * len(noted.file)
        code_of = {
            word: by_code.get(word) or by_name.get(normalised_name(word)) for word in set(given) if word
        }
        for k, word in enumerate(given):
            if len(word) > _LONGEST_NAME:
                most = Text(f"最多 {_LONGEST_NAME} 字。", f"At most {_LONGEST_NAME} characters.")
                noted.refuse(k, "too_long", most, at=role)
            elif word and code_of[word] is None and k not in noted.out:
                unknown[word] += 1
        names[role] = [word or None for word in given]
        codes[role] = [code_of.get(word) for word in given]
    return Matched(names, codes, dict(unknown.most_common()))
