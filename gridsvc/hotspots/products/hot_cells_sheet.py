"""Hot cells in words: their sheet, and why a cell is not one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.exposure import remark_without_exposure
from gridsvc.hotspots.products.said import classes_named, period_said, remarks_of
from gridsvc.hotspots.sheets import Column, Scale, Sheet
from gridsvc.hotspots.sheets.colours import NOT_SIGNIFICANT, NOTHING, RISK, UNTESTED
from gridsvc.hotspots.sheets.scales import category_scale
from gridsvc.hotspots.significance import STATUSES

if TYPE_CHECKING:
    from gridsvc.hotspots.products.hot_cells import HotCells

FEWEST_INCIDENT_DAYS = 30
"""Fewer say nothing of where there is more (`hotspots.md` section 4)."""

# In the order of the legend; a cell is coloured by the first that holds.
_CLASSES: tuple[tuple[str, Text, str | tuple[str, str]], ...] = (
    ("cluster", Text("聚集（高于全区水平且成片）", "cluster: above the city's rate, and clustered"), RISK[4]),
    ("above", Text("高于全区水平", "above the city's rate"), RISK[3]),
    ("below", Text("低于全区水平", "below the city's rate"), RISK[0]),
    ("nothing", Text("与全区水平无显著差异", "not significant"), NOT_SIGNIFICANT),
    ("none", Text("无案件", "no incident"), NOTHING),
    ("not_enough_data", Text("数据不足", "not enough data"), (UNTESTED, ".")),
    ("not_patrolled", Text("未巡查", "not patrolled"), (UNTESTED, "x")),
    ("no_exposure", Text("无暴露量，不检验", "nothing of the exposure, not tested"), (UNTESTED, "/")),
)
_WHY = (
    Text("—", "—"),
    Text("q 值大于显著性水平", "q is greater than alpha"),
    Text("相对风险不足", "the relative risk is too small"),
    Text("案件日数不足", "too few incident-days"),
    Text("不同日期不足", "too few different days"),
    Text("不检验", "not tested"),
)


def hot_cells_sheet(found: HotCells) -> Sheet:
    """Return the cells coloured by what their tests say, with every number of these."""
    names = classes_named(found.daily.classes)
    return Sheet(
        cells=found.daily.cells,
        title=Text(f"{names.zh} 热点网格", f"{names.en}: hot cells"),
        headline=_headline(found),
        columns=_columns(found),
        scale=_scale(found),
        provenance=found.provenance(),
        remarks=_remarks(found),
        shown="risk",
        top=[cell for cell in found.ranking() if found.tests.hot[cell]],
        period=period_said(found.daily.question),
        warning=_warning(found),
        neighbourhood=found.neighbourhood,
    )


def why_not(found: HotCells) -> NDArray[np.int8]:
    """Return what keeps each cell from being hot, an index of `_WHY`; 0: nothing, it is."""
    tests, least = found.tests, found.tests.practical
    few_days = np.zeros(len(tests.status), np.bool_)
    if tests.near_days is not None:
        few_days = tests.near_days < least.days
    with np.errstate(invalid="ignore"):
        return np.select(
            [
                tests.hot,
                ~tests.tested | (tests.status == STATUSES.index("not_enough_data")),
                ~(tests.q_hot <= tests.alpha),
                ~(tests.risk >= least.risk),
                tests.sums < least.incidents,
                few_days,
            ],
            [0, 5, 1, 2, 3, 4],
            0,
        ).astype(np.int8)


def _scale(found: HotCells) -> Scale:
    tests = found.tests
    place = {code: number for number, (code, _, _) in enumerate(_CLASSES)}
    index = np.array([place[name] for name in STATUSES])[tests.status]
    index[(index == place["nothing"]) & (tests.counts == 0)] = place["none"]
    if found.exposure.is_effort:
        index[index == place["no_exposure"]] = place["not_patrolled"]
    return category_scale(
        index,
        [words for _, words, _ in _CLASSES],
        [colour for _, _, colour in _CLASSES],
        Text("与全区水平相比", "Against the city's rate"),
    )


def _columns(found: HotCells) -> list[Column]:
    tests, unit = found.tests, found.exposure.unit
    days = Text("案件日", "incident-days")
    label = found.exposure.label
    total, whole = f"{tests.total:,}", f"{tests.total_exposure:,.6g}"
    factor = "" if tests.factor == 1 else f" × {tests.factor:g}"
    columns = [
        Column("risk", Text("相对风险", "relative risk"), tests.risk, note=_note("near ÷ N ÷ share")),
        Column("risk_low", Text("风险下限", "risk, low"), tests.risk_low, note=_CLOPPER),
        Column("risk_high", Text("风险上限", "risk, high"), tests.risk_high, note=_CLOPPER),
        Column("incident_days", Text("本格案件日", "incident-days here"), tests.counts, days),
        Column(
            "near",
            Text("邻域案件日", "incident-days nearby"),
            tests.sums,
            days,
            note=Text(f"本格及相邻网格之和；全区 N = {total}", f"with its neighbours; in all N = {total}"),
        ),
        Column("expected", Text("期望", "expected"), tests.expected, days, note=_note("N × share")),
        Column("exposure", label, tests.exposure, unit, decimals=3),
        Column("near_exposure", Text(f"邻域{label.zh}", f"{label.en} nearby"), tests.near_exposure, unit),
        Column(
            "share",
            Text("暴露份额", "share of exposure"),
            tests.share,
            decimals=6,
            note=Text(f"邻域 ÷ 全区 {whole} {unit.zh}", f"nearby ÷ {whole} {unit.en} in all"),
        ),
        Column(
            "p_hot",
            Text("p（偏高）", "p, high"),
            tests.p_hot,
            decimals=4,
            note=_note("P(S > near) + P(S = near)/2, S ~ Binomial(tested_total, tested_share)"),
        ),
        Column(
            "q_hot",
            Text("q（偏高）", "q, high"),
            tests.q_hot,
            decimals=4,
            note=_note(f"{_METHODS[tests.method]}, m = {tests.tests:,}{factor}"),
        ),
        Column("q_cold", Text("q（偏低）", "q, low"), tests.q_cold, decimals=4),
        Column("p_cold", Text("p（偏低）", "p, low"), tests.p_cold, decimals=4),
        Column("p_cluster", Text("p（成片）", "p, cluster"), tests.p_cluster, decimals=4),
        Column("q_cluster", Text("q（成片）", "q, cluster"), tests.q_cluster, decimals=4),
        Column("tested_total", Text("检验总数", "total tested"), tests.tested_total, days),
        Column("tested_share", Text("检验份额", "share tested"), tests.tested_share, decimals=6),
        Column("gi_star_z", Text("Gi* 得分", "Gi* score"), tests.z, note=_SCORE),
        Column("why_not", Text("未列为热点的原因", "why it is not hot"), why_not(found), words=_WHY),
    ]
    if tests.near_days is not None:
        columns.append(Column("near_days", Text("不同日期", "different days"), tests.near_days))
    return columns


_METHODS = {"bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli"}
_CLOPPER = Text("95%，Clopper–Pearson，以 N 次中 near 次计", "95 %, Clopper-Pearson on near of N")
_SCORE = Text("仅供描述，不作判断依据", "a description, not a test")


def _note(formula: str) -> Text:
    return Text(formula, formula)


def _headline(found: HotCells) -> Text:
    tests = found.tests
    cluster, above, below = (int((tests.status == STATUSES.index(name)).sum()) for name in STATUSES[1:4])
    if tests.total == 0:
        return Text("所选条件下没有案件", "no incident fits what was asked")
    if cluster + above == 0:
        return Text(
            f"没有网格显著高于全区水平（{tests.total:,} 个案件日）",
            f"no cell is significantly above the city's rate ({tests.total:,} incident-days)",
        )
    own = int(tests.counts[tests.hot].sum())
    return Text(
        f"{cluster + above:,} 个网格显著高于全区水平，共占案件日的 {own / tests.total:.0%}，"
        f"其中 {cluster:,} 个成片聚集；{below:,} 个低于全区水平",
        f"{cluster + above:,} cells above the city's rate, with {own / tests.total:.0%} of the incident-days,"
        f" {cluster:,} of them clustered; {below:,} below it",
    )


def _remarks(found: HotCells) -> list[Text]:
    tests, exposure, least = found.tests, found.exposure, found.tests.practical
    limit = f"{tests.alpha:g}"
    lines = [
        Text(
            f"按{exposure.label.zh}比较（{exposure.source.zh}）；每个网格连同邻近网格一起检验",
            f"Compared by {exposure.label.en} ({exposure.source.en}); each cell with its neighbours",
        ),
        Text(
            f"高于全区水平：若每件按暴露量随机落入各网格，所列网格中仅属偶然的预期不超过 {limit}"
            f"（{_METHODS[tests.method]}）；且相对风险 ≥ {least.risk:g}、案件日 ≥ {least.incidents}、"
            f"不同日期 ≥ {least.days}",
            "Above the city's rate: were each incident to fall by exposure alone, at most"
            f" {limit} of the cells listed are expected to be chance ({_METHODS[tests.method]});"
            f" and relative risk ≥ {least.risk:g}, incident-days ≥ {least.incidents},"
            f" different days ≥ {least.days}",
        ),
        Text(
            "聚集：把各网格的件数重新发牌，也少见这样成片的高值",
            "Cluster: even with the cells' own counts dealt out anew, so many side by side are rare",
        ),
        Text("一个网格同类案件一日只计一次（案件日）", "A cell counts a class once a day (an incident-day)"),
    ]
    if tests.against == "rest":
        lines.append(
            Text(
                "第二步与热点以外的网格比较：热点不再抬高它们自己的比较基准",
                "In a second stage compared with the cells outside hotspots, which no longer raise what they"
                " are compared with",
            )
        )
    without = remark_without_exposure(exposure, tests.counts)
    return [*lines, *([without] if without is not None else []), *remarks_of(found.daily)]


def _warning(found: HotCells) -> Text | None:
    total = found.tests.total
    if total >= FEWEST_INCIDENT_DAYS:
        return None
    if total == 0:
        return Text("所选条件下没有案件。", "No incident fits what was asked.")
    return Text(
        f"只有 {total} 个案件日，数据不足：少于 {FEWEST_INCIDENT_DAYS} 个看不出哪里更多，请放宽时段。",
        f"Only {total} incident-days: not enough data. Fewer than {FEWEST_INCIDENT_DAYS} do not show where"
        " more are; take a longer period.",
    )
