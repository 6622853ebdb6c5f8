"""The map of counts in words and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridsvc.errors import Text
from gridsvc.hotspots.exposure import remark_without_exposure
from gridsvc.hotspots.products import said
from gridsvc.hotspots.sheets import Column, Provenance, Scale, Sheet
from gridsvc.hotspots.sheets.scales import count_scale, value_scale

if TYPE_CHECKING:
    from gridsvc.hotspots.products.count_map import CountMap

FEWEST_INCIDENTS = 30
"""A map of fewer says nothing of where there is more (`hotspots.md` section 4)."""


def scale_of(found: CountMap) -> Scale:
    """Return the classes by which the cells are coloured."""
    status = found.rates.status(found.incidents, of_rates=found.by_rate)
    if not found.by_rate:
        title = Text("每个单元网格的案件数", "Incidents per cell")
        return count_scale(found.incidents, title, breaks=found.breaks, status=status)
    per = found.rates.unit
    title = Text(f"每{per.zh}案件数（平滑）", f"Incidents per {per.en} (smoothed)")
    return value_scale(found.rates.smoothed, title, breaks=found.breaks, status=status)


def sheet_of(found: CountMap) -> Sheet:
    """Return the map for the writers."""
    named = said.classes_named(found.counts.classes)
    return Sheet(
        cells=found.counts.cells,
        title=Text(f"{named.zh} 上报热点图", f"Reports of {named.en}"),
        headline=_headline(found),
        columns=_columns(found),
        scale=scale_of(found),
        provenance=provenance_of(found),
        remarks=_remarks(found),
        details=dict(found.texts),
        shapes=[each.shape() for each in found.outlines],
        # The heat is of incidents: over rates it would say something else than the cells.
        heat=None if found.by_rate else found.heat,
        heat_step=found.heat_step,
        heat_shown=found.hot is None,
        shown="smoothed_rate" if found.by_rate else "incidents",
        top=_top(found) if found.by_rate else None,
        period=said.period_said(found.counts.question),
        warning=_warning(found),
        neighbourhood=found.hot.neighbourhood if found.hot is not None else None,
    )


def _columns(found: CountMap) -> list[Column]:
    columns = [
        Column("incidents", Text("案件数", "incidents"), found.incidents, Text("件", "incidents")),
        Column("reports", Text("上报数", "reports"), found.reports, Text("件", "reports")),
        *found.rates.columns(),
    ]
    if found.hot is None:
        return columns
    tested = {column.name: column for column in found.hot.sheet().columns}
    # What the outlines were found by, so that they can be computed again from this page alone.
    wanted = ("incident_days", "near", "expected", "risk", "p_hot", "q_hot", "why_not")
    return [*columns, *(tested[name] for name in wanted)]


def provenance_of(found: CountMap) -> Provenance:
    """Return what the figures were computed from."""
    tested = found.hot.provenance() if found.hot is not None else None
    return Provenance(
        method="incidents per cell; a repeat of an incident counts once",
        period=said.period_plain(found.counts.question),
        snapshot=found.counts.snapshot,
        grid=said.grid_plain(found.counts.cells),
        exposure=f"{found.rates.exposure.name}: {found.rates.exposure.source.en}",
        null=tested.null if tested is not None else None,
        parameters={
            "colours": "smoothed rate" if found.by_rate else "incidents",
            **({"outlines": tested.method, **tested.parameters} if tested is not None else {}),
        },
    )


def _headline(found: CountMap) -> Text:
    incidents, reports = int(found.incidents.sum()), int(found.reports.sum())
    some = int((found.incidents > 0).sum())
    zh, en = f"{incidents:,} 件，分布在 {some:,} 个网格", f"{incidents:,} incidents in {some:,} cells"
    if reports != incidents:
        zh, en = f"{zh}（上报 {reports:,} 件）", f"{en} ({reports:,} reports)"
    if found.hot is not None and incidents:
        n = len(found.outlines)
        zh += f"；{n} 处显著高于全区水平（圈出）" if n else "；没有一处显著高于全区水平"
        en += f"; {n} places above the city's rate (outlined)" if n else "; none above the city's rate"
    return Text(zh, en)


def _remarks(found: CountMap) -> list[Text]:
    remarks = said.remarks_of(found.counts)
    exposure = found.rates.exposure
    without = remark_without_exposure(exposure, found.incidents)
    source = Text(
        f"比率的分母：{exposure.label.zh}，{exposure.source.zh}",
        f"Rates are per {exposure.label.en}: {exposure.source.en}",
    )
    lines = [*remarks, source, *([without] if without is not None else [])]
    if exposure.is_effort and len(found.counts.channels) > 1:
        lines.append(
            Text(
                "巡查工时只解释巡查发现的案件：请用 --source 只取采集员的上报",
                "Minutes of patrol explain what patrols find: take their channel alone by --source",
            )
        )
    if found.hot is not None:
        least = found.hot.tests.practical
        lines.append(
            Text(
                f"圈出：连同邻近网格检验，q ≤ {found.hot.tests.alpha:g}、相对风险 ≥ {least.risk:g}、"
                f"案件日 ≥ {least.incidents}；其余的高低可能只是偶然",
                f"Outlined: tested with the cells nearby, q ≤ {found.hot.tests.alpha:g}, relative risk ≥"
                f" {least.risk:g}, incident-days ≥ {least.incidents}; the rest may be chance",
            )
        )
    return lines


def _warning(found: CountMap) -> Text | None:
    total = int(found.incidents.sum())
    if total == 0:
        lead = Text("所选条件下没有案件。", "No incident fits what was asked.")
    elif not found.enough:
        lead = Text(
            f"只有 {total} 件，数据不足：少于 {FEWEST_INCIDENTS} 件看不出哪里更多。",
            f"Only {total}: not enough data. Fewer than {FEWEST_INCIDENTS} do not show where more are.",
        )
    else:
        return None
    if found.enough_from is None:
        return lead
    return Text(
        f"{lead.zh}自 {found.enough_from} 起才有 {FEWEST_INCIDENTS} 件。",
        f"{lead.en} There are {FEWEST_INCIDENTS} from {found.enough_from} on.",
    )


def _top(found: CountMap) -> list[int]:
    """Return the cells with the highest rates, those alone that have enough for one."""
    some = np.flatnonzero(np.isfinite(found.rates.crude) & (found.incidents > 0))
    order = np.argsort(-found.rates.smoothed[some], kind="stable")
    return [int(cell) for cell in some[order][:20]]
