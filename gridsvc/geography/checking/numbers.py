"""Faults of codes: not of the profile, twice in the layer, against the parent column, out of order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely

from gridsvc.errors import Text
from gridsvc.geography.checking.findings import Ledger
from gridsvc.geography.checking.layers import CheckedLayer
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.findings import code_list
from gridsvc.geography.numbering import sequence_faults


def check_codes(
    rules: CodeProfile,
    level: str,
    codes: Sequence[str],
    parents: Sequence[str | None] | None,
    ledger: Ledger,
    *,
    shapes: Mapping[int, object],
    rows: bool,
) -> None:
    """Note the faults of codes, one finding for each area and for each code that several have.

    `shapes` gives the geometry in millimetres of those areas that have one; `rows` says whether the
    areas are features of a file.
    """
    same: dict[str, list[int]] = {}
    above = rules.above(level)
    prefixes = [None for _ in codes] if above is None else rules.ancestors(level, codes, above)
    for k, code in enumerate(codes):
        where = (k + 1,) if rows else ()
        fault = rules.fault(level, code)
        if fault is not None:
            text = Text(f"“{code}”：{fault.message.zh}", f"{code!r}: {fault.message.en}")
            ledger.note("code_fault", text, (code,), rows=where, shape=shapes.get(k))
            continue
        same.setdefault(code, []).append(k)
        prefix = prefixes[k]
        stated = parents[k] if parents is not None else None
        if prefix is not None and stated and stated != prefix:
            ledger.note(
                "prefix_is_not_parent",
                Text(
                    f"编码 {code} 的前缀 {prefix} 与上级编码“{stated}”不一致。",
                    f"The prefix {prefix} of code {code} is not its parent {stated!r}.",
                ),
                (code,),
                rows=where,
                shape=shapes.get(k),
            )
    for code, alike in same.items():
        if len(alike) > 1:
            numbers = ", ".join(str(k + 1) for k in alike[:5])
            ledger.note(
                "duplicate_code",
                Text(
                    f"{len(alike)} 个要素（第 {numbers} 个）用了同一编码 {code}。",
                    f"{len(alike)} features ({numbers}) have the one code {code}.",
                ),
                (code,),
                rows=tuple(k + 1 for k in alike) if rows else (),
                shape=shapes.get(alike[1]) or shapes.get(alike[0]),
            )


def check_numbering(layer: CheckedLayer, ledger: Ledger) -> None:
    """Note for each parent the areas whose numbers are out of the order of the profile."""
    rule = layer.rules.numbering
    above = layer.rules.above(layer.level)
    if rule is None or rule.level != layer.level or above is None:
        return
    parents = layer.rules.ancestors(layer.level, layer.codes, above)
    astray: dict[str, list[int]] = {}
    for fault in sequence_faults(layer.codes, parents, layer.geom_mm, unit_m=0.001):
        astray.setdefault(parents[fault.index] or "", []).append(fault.index)
    for parent, alike in astray.items():
        codes = [layer.codes[k] for k in alike]
        ledger.note(
            "out_of_sequence",
            Text(
                f"{parent} 内 {code_list(codes)}（共 {len(codes)} 个）的编号不合先西后东、先北后南。",
                f"The numbers of {code_list(codes)} ({len(codes)} in all) in {parent} do not run from west to"
                " east, then north to south.",
            ),
            codes,
            rows=layer.rows_of(alike),
            shape=shapely.MultiPolygon(shapely.get_parts(layer.geom_mm[alike]).tolist()).envelope,
        )
