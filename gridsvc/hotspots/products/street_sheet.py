"""Street risk in words: its sheet, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.hotspots.density.streets import Pieces
from gridsvc.hotspots.products.places_said import place_remarks
from gridsvc.hotspots.products.said import classes_named, period_said
from gridsvc.hotspots.sheets.scales import value_scale
from gridsvc.hotspots.sheets.sheet import Column, Shape, Sheet

if TYPE_CHECKING:
    from gridsvc.hotspots.products.street_risk import StreetRisk

SHOWN_SHARE = 0.01
SHOWN_STRETCHES = 12
_HALF_WIDTH_M = 8.0
_NAMELESS = Text("无名道路", "a street without a name")
_RULES = {
    "simple": Text("简单核（路口处重复计算）", "the simple kernel, which overcounts at junctions"),
    "discontinuous": Text("等分核（间断）", "equal split, discontinuous"),
    "continuous": Text("等分核（连续）", "equal split, continuous"),
}


def street_sheet(found: StreetRisk) -> Sheet:
    """Return the risk of each cell, with the densest stretches of street as outlines."""
    names = classes_named(found.places.classes)
    unit = Text("件/公里街道", "incidents per km of street")
    values = found.per_km.round(6)
    return Sheet(
        cells=found.places.cells,
        title=Text(f"{names.zh} 街道风险", f"{names.en}: risk along streets"),
        headline=_headline(found),
        columns=[
            Column("per_km", Text("每公里街道", "per km of street"), values, unit=unit, decimals=1),
            Column(
                "street_km",
                Text("街道长度", "length of street"),
                found.street_km.round(6),
                unit=Text("公里", "km"),
                decimals=3,
            ),
        ],
        scale=value_scale(values, unit),
        provenance=found.provenance(),
        remarks=[*_how(found), *place_remarks(found.places)],
        shapes=_stretches(found),
        period=period_said(found.places.question),
    )


def _stretches(found: StreetRisk) -> list[Shape]:
    """Return the pieces of the densest 1 % of all street, joined where they follow each other on one link."""
    rows = np.sort(found.hottest(SHOWN_SHARE))
    if not len(rows):
        return []
    pieces = found.found.pieces
    link, start, stop, mass = (
        pieces.link[rows],
        pieces.from_m[rows],
        pieces.to_m[rows],
        found.found.mass[rows],
    )
    side = found.side[rows]
    follows = (link[1:] == link[:-1]) & (side[1:] == side[:-1]) & (start[1:] <= stop[:-1] + 1e-6)
    begins = np.concatenate([[True], ~follows])
    first = np.flatnonzero(begins)
    last = np.concatenate([first[1:], [len(rows)]]) - 1
    joined = Pieces(link[first], start[first], stop[last])
    on = np.add.reduceat(mass, first)
    order = np.argsort(-on / joined.length_m, kind="stable")[:SHOWN_STRETCHES]
    kept = Pieces(joined.link[order], joined.from_m[order], joined.to_m[order])
    width = np.where(side[first[order]] < 0, _HALF_WIDTH_M, _HALF_WIDTH_M / 2)
    bands = shapely.buffer(found.lines(kept, side[first[order]]), width, cap_style="flat")
    shapes = []
    for band, k in zip(shapely.transform(bands, lambda xy: xy * 1000), order.tolist(), strict=True):
        name = found.road_names[joined.link[k]]
        length, many = joined.length_m[k], on[k]
        shapes.append(
            Shape(
                band,
                Text(name, name) if name else _NAMELESS,
                [
                    Text(
                        f"{length:.0f} 米，{many / length * 1000:,.0f} 件/公里",
                        f"{length:.0f} m, {many / length * 1000:,.0f} per km",
                    )
                ],
            )
        )
    return shapes


def _headline(found: StreetRisk) -> Text:
    top = found.hottest(SHOWN_SHARE)
    if not len(top):
        return Text("该时段街道上没有此类事件", "no incidents of these classes on the streets in the period")
    # Of the incidents themselves, not of the density that they were spread to.
    pieces, on = found.found.pieces, found.projected.on
    share = float(np.isin(found.piece, top).mean())
    of = float(pieces.length_m[top].sum() / pieces.length_m.sum())
    return Text(
        f"最热的 {of:.1%} 街道上有同一时段 {len(on):,} 件中的 {share:.0%}",
        f"the hottest {of:.1%} of the streets have {share:.0%} of {len(on):,} incidents of the same period",
    )


def _how(found: StreetRisk) -> list[Text]:
    if found.weights is not None:
        return [*_how_mixed(found.weights), *_left_out(found)]
    rule = _RULES[found.rule]
    given = Text("指定", "given")
    if found.choice is not None and found.choice.chosen:
        given = Text("由交叉验证似然选定", "chosen by the likelihood of places left out")
    elif found.choice is not None:
        given = Text("默认值：不同位置不足两处", "the default: fewer than two places")
    lines = [
        Text(
            f"沿街道的四次核，{rule.zh}，带宽 {found.bandwidth_m:g} 米（{given.zh}）；单行道按双向步行",
            f"quartic kernel along streets, {rule.en}, bandwidth {found.bandwidth_m:g} m ({given.en});"
            " one-way streets are walked both ways",
        )
    ]
    return lines + _left_out(found)


def _how_mixed(weights: dict[str, float]) -> list[Text]:
    shares = sorted((each for each in weights.items() if each[1] >= 0.005), key=lambda each: -each[1])
    zh, en = [], []
    for name, weight in shares:
        of = {"cell": Text("网格比率", "rates of cells"), "even": Text("均匀", "even")}.get(
            name, Text(f"{name} 米核", f"{name} m kernel")
        )
        zh.append(f"{of.zh} {weight:.0%}")
        en.append(f"{of.en} {weight:.0%}")
    return [
        Text(
            "街道两侧分别计算，按留出事件的似然混合：" + "、".join(zh),
            "each side of a street for itself, mixed by the likelihood of incidents left out: "
            + ", ".join(en),
        )
    ]


def _left_out(found: StreetRisk) -> list[Text]:
    lines = []
    if found.off_street:
        lines.append(
            Text(
                f"{found.off_street:,} 件离任何街道都超过 50 米，未计入",
                f"{found.off_street:,} incidents lie more than 50 m from every street and are left out",
            )
        )
    nowhere = int(np.isnan(found.per_km).sum())
    if nowhere:
        lines.append(Text(f"{nowhere:,} 个单元网格没有街道", f"{nowhere:,} cells have no street"))
    return lines
