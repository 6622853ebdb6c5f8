"""Which cells a larger area holds: by the parents that areas name, else by what codes say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridsvc.geography import CodeProfile

UPPER = ("district", "street", "community")


def cells_of_areas(
    codes: Sequence[str],
    parents: Sequence[str | None],
    upper: Mapping[str, Mapping[str, str | None]],
    rules: CodeProfile,
) -> dict[str, list[frozenset[str]]]:
    """Return the cells of each code of a larger area, one set for each level that has the code.

    `upper` gives the areas of each level above with their parents. A cell belongs to its parent, to the
    parent's parent and so on; a parent is of the nearest level above that has such a code, and may be an area
    that is not loaded. For a level that no chain of parents comes to, its own code counts, if the profile
    says how the codes of that level stand in it: a code is no prefix by itself.
    """
    by_code = {level: rules.ancestors("cell", codes, level) for level in UPPER}
    held: dict[tuple[str, str], set[str]] = {}
    for k, code in enumerate(codes):
        found = _above(parents[k], upper)
        for level in UPPER:
            named = by_code[level][k]
            if level not in found and named is not None:
                found[level] = named
        for level, above in found.items():
            held.setdefault((level, above), set()).add(code)
    sets: dict[str, list[frozenset[str]]] = {}
    for (_, above), cells in held.items():
        if cells not in sets.setdefault(above, []):
            sets[above].append(frozenset(cells))
    return sets


def _above(parent: str | None, upper: Mapping[str, Mapping[str, str | None]]) -> dict[str, str]:
    """Return the areas above by level; "" is the level of one that is not loaded."""
    found: dict[str, str] = {}
    for level in reversed(UPPER):
        if parent is not None and parent in upper.get(level, {}):
            found[level] = parent
            parent = upper[level][parent]
    if parent is not None:
        found[""] = parent
    return found
