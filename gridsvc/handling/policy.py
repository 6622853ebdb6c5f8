"""The default policy: the responsibility rules of an edition whose form has none.

Municipal forms list candidates and say nothing about how to choose among them. What cities have written down
about it: components go to their owner first and to the territory after that, events to the territory first
and to the owner after that; a cell without a named party falls to the territory. The rules are stored with
the edition like its own ones, so that every reason names a rule that can be read there.
"""

from __future__ import annotations

from collections.abc import Collection

from gridsvc.handling.drafts import DraftRule
from gridsvc.handling.expressions import DraftUnit
from gridsvc.handling.rules import AS_LISTED, Condition

_ORDER = "部件先属主、后属地；事件先属地、后属主（常熟市，2011年）"
_NO_OWNER = "部件先属主、后属地（常熟市，2011年）；不明井盖由所属街办、属地行政执法部门处置（运城市）"
_FALLBACK = "网格内没有明确责任主体的，由属地负责（北京市 DB11/T 2157）"

_TERRITORY = (
    DraftUnit("street_office", "所属街办"),
    DraftUnit("territorial_enforcement", "属地行政执法部门"),
    DraftUnit("territorial_department", "属地主管部门"),
)


def default_rules(kinds: Collection[str]) -> list[DraftRule]:
    """Return the rules of the default policy for an edition with clauses of these kinds.

    Only bodies that the clause lists are put first; the fallback alone names one that it may not list.
    """
    rules = [
        DraftRule(
            "P-10",
            10,
            (DraftUnit("each_owner", "各产权单位"),),
            kind="component",
            conditions=(Condition("owner", ("known",)),),
            listed_only=True,
            note="部件先属主：已知产权单位的，由产权单位负责",
            basis=_ORDER,
        ),
        DraftRule(
            "P-20",
            20,
            (DraftUnit("maintainer", "养护单位"),),
            kind="component",
            conditions=(Condition("maintainer", ("known",)),),
            listed_only=True,
            note="部件先属主：已知养护单位的，由养护单位负责",
            basis=_ORDER,
        ),
        DraftRule(
            "P-30",
            30,
            _TERRITORY,
            kind="component",
            conditions=(Condition("owner", ("unknown",)),),
            outcome="rank",
            listed_only=True,
            note="部件后属地：产权不明、无主的，条款所列属地单位在前",
            basis=_NO_OWNER,
        ),
        DraftRule(
            "P-40",
            40,
            _TERRITORY,
            kind="event",
            outcome="rank",
            listed_only=True,
            note="事件先属地：条款所列属地单位在前",
            basis=_ORDER,
        ),
        DraftRule(
            "P-80",
            80,
            (DraftUnit(AS_LISTED, "条款所列"),),
            outcome="rank",
            note="按条款所列次序",
        ),
        DraftRule(
            "P-90",
            90,
            (DraftUnit("street_office", "所属街办"),),
            is_fallback=True,
            note="属地兜底：其他规则和条款都不能确定的，由所属街办负责",
            basis=_FALLBACK,
        ),
    ]
    return [rule for rule in rules if rule.kind is None or rule.kind in kinds]
