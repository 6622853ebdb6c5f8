"""A density map in words: its sheet, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridsvc.errors import Text
from gridsvc.hotspots.products.places_said import place_remarks
from gridsvc.hotspots.products.said import classes_named, period_said
from gridsvc.hotspots.sheets.scales import value_scale
from gridsvc.hotspots.sheets.sheet import Column, Sheet, Surface

if TYPE_CHECKING:
    from gridsvc.hotspots.products.density import DensityMap

_KERNEL_NAMES = {
    "quartic": Text("四次核", "quartic kernel"),
    "gaussian": Text("高斯核（截断于 4 倍带宽）", "Gaussian kernel, cut at 4 bandwidths"),
}
_EDGES = {
    "diggle": Text(
        "按 Diggle 校正边界，总量等于事件数", "edges corrected after Diggle: the total is the count"
    ),
    "uniform": Text("按均匀法校正边界", "edges corrected uniformly"),
    None: Text("未作边界校正", "edges not corrected"),
}


def density_sheet(found: DensityMap) -> Sheet:
    """Return the surface with its contours over the cells, and the mean density of each cell."""
    unit = Text("件/平方公里", "incidents per km²")
    names = classes_named(found.places.classes)
    title = Text(f"{names.zh} 密度", f"{names.en}: density")
    values = np.round(found.per_km2, 6)
    return Sheet(
        cells=found.places.cells,
        title=title,
        headline=_headline(found),
        columns=[
            Column("per_km2", Text("平均密度", "mean density"), values, unit=unit, decimals=1),
            Column("incidents", Text("事件数", "incidents"), found.incidents, decimals=0),
        ],
        scale=value_scale(values, Text("每平方公里事件数", "incidents per km²")),
        provenance=found.provenance(),
        remarks=[*_how(found), *place_remarks(found.places)],
        surface=Surface(
            title=Text("核密度", "kernel density"),
            unit=unit,
            srid=found.places.cells.layer.srid,
            west_m=found.raster.west_m,
            north_m=found.raster.north_m,
            step_m=found.raster.step_m,
            values=found.raster.values,
            contours=tuple(found.contours),
        ),
        period=period_said(found.places.question),
    )


def _headline(found: DensityMap) -> Text:
    if not len(found.places.report):
        return Text("该时段没有此类事件", "no incidents of these classes in the period")
    cells = found.places.cells
    most = int(np.argmax(found.per_km2))
    name = cells.layer.names[most] or cells.layer.codes[most]
    value = found.per_km2[most]
    return Text(
        f"{len(found.places.report):,} 件；最密处在 {name}（{value:,.0f} 件/平方公里）",
        f"{len(found.places.report):,} incidents; densest at {name} ({value:,.0f} per km²)",
    )


def _how(found: DensityMap) -> list[Text]:
    kernel, edge = _KERNEL_NAMES[found.kernel], _EDGES[found.edge]
    given = Text("指定", "given")
    if found.choice is not None and found.bandwidth_asked and found.choice.chosen:
        given = Text("由留一似然交叉验证选定", "chosen by leave-one-out likelihood")
    elif found.bandwidth_asked:
        given = Text("默认值：不同位置不足两处，无从选定", "the default: fewer than two places to choose by")
    lines = [
        Text(
            f"{kernel.zh}，带宽 {found.bandwidth_m:g} 米（{given.zh}）；{edge.zh}",
            f"{kernel.en}, bandwidth {found.bandwidth_m:g} m ({given.en}); {edge.en}",
        )
    ]
    if found.choice is not None and found.choice.at_limit:
        lines.append(
            Text("选定的带宽位于试验范围的边缘", "the bandwidth chosen is at the limit of those tried")
        )
    spread = found.spread_m
    if spread is not None:
        lines.append(
            Text(
                f"自适应带宽 {spread['least']:g}–{spread['most']:g} 米，中位 {spread['median']:g} 米",
                f"adaptive, {spread['least']:g}–{spread['most']:g} m, median {spread['median']:g} m",
            )
        )
    if found.half_life_days is not None:
        lines.append(
            Text(
                f"按时间加权：每 {found.half_life_days:g} 天减半，以时段末为准",
                f"weighted by age: half after {found.half_life_days:g} days, as of the end of the period",
            )
        )
    elif found.choice is not None and len(found.choice.half_lives) > 1:
        lines.append(
            Text(
                "未按时间加权：交叉验证没有选出半衰期",
                "not weighted by age: the likelihood chose no half-life",
            )
        )
    lines.append(
        Text("密度图供阅读，不表示显著性", "a density is to be looked at; it says nothing of significance")
    )
    return lines
