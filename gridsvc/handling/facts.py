"""The facts that a responsibility rule can ask for, besides class and cell (domain/handling.md).

A fact has one value at one place and instant, or none: it is unknown. Where it comes from is said here; who
gathers it is the resolver. Values of closed facts are ids, which the workbook shows in Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gridsvc.errors import Text

FORMS = ("closed", "open", "clock", "season", "code")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact; `form` says what its values look like.

    closed: one of `words`, by id. open: any text, compared without case and blanks. clock: the local time of
    day; a condition names windows such as 22:00-06:00 (the end is outside). season: the day of the year; a
    condition names windows such as 11-15..03-15 (the last day is inside). code: an area code; a condition
    names codes, and an area fulfils those of the areas that hold it.

    `zone_kind`: the kind of zone that tells it on the map, None for none. `may_be_given`: a report may say
    it, and what it says goes before the map.
    """

    name: str
    title: Text
    form: str
    words: Mapping[str, Text] = field(default_factory=dict)
    zone_kind: str | None = None
    may_be_given: bool = False


_KNOWN = {"known": Text("已知", "known"), "unknown": Text("不明", "unknown")}

_ALL = (
    Fact(
        "component",
        Text("部件", "component"),
        "closed",
        {
            "matched": Text("已登记", "registered"),
            "several": Text("有几个可能", "one of several"),
            "unregistered": Text("未登记", "unregistered"),
        },
    ),
    Fact("owner", Text("权属单位", "owner"), "closed", _KNOWN),
    Fact("maintainer", Text("养护单位", "maintainer"), "closed", _KNOWN),
    Fact("supervisor", Text("主管部门", "supervisor"), "closed", _KNOWN),
    Fact("road_grade", Text("道路等级", "road grade"), "open", may_be_given=True),
    Fact("road_keeper", Text("道路管养单位", "keeper of the road"), "closed", _KNOWN),
    Fact(
        "boundary_road",
        Text("界路", "boundary road"),
        "closed",
        {
            "none": Text("不在界路", "on none"),
            "agreed": Text("已约定", "agreed"),
            "unsettled": Text("未定", "unsettled"),
        },
    ),
    Fact(
        "surface",
        Text("位置", "surface"),
        "closed",
        {
            "carriageway": Text("车行道", "carriageway"),
            "sidewalk": Text("人行道", "sidewalk"),
            "building_line": Text("建筑退线区", "building line"),
            "green": Text("绿地", "green strip"),
            "river": Text("河道", "river bank"),
            "square": Text("广场", "square"),
        },
        zone_kind="surface",
        may_be_given=True,
    ),
    Fact(
        "compound",
        Text("小区", "compound"),
        "closed",
        {"inside": Text("内", "inside"), "outside": Text("外", "outside")},
        zone_kind="compound",
        may_be_given=True,
    ),
    Fact(
        "property_management",
        Text("物业管理", "property management"),
        "closed",
        {"with": Text("有物业", "with"), "without": Text("无物业", "without")},
        zone_kind="compound",
        may_be_given=True,
    ),
    Fact(
        "site",
        Text("工地", "construction site"),
        "closed",
        {
            "none": Text("不在工地", "none"),
            "open": Text("未移交", "not handed over"),
            "handed_over": Text("已移交", "handed over"),
        },
        zone_kind="construction_site",
        may_be_given=True,
    ),
    Fact("land_use", Text("用地性质", "land use"), "open", zone_kind="land_use", may_be_given=True),
    Fact(
        "management_grade",
        Text("管理等级", "management grade"),
        "open",
        zone_kind="management_grade",
        may_be_given=True,
    ),
    Fact(
        "urgency",
        Text("紧急程度", "urgency"),
        "closed",
        {
            "A": Text("A 紧急", "A urgent"),
            "B": Text("B 重大", "B major"),
            "C": Text("C 一般", "C ordinary"),
            "D": Text("D", "D"),
        },
        may_be_given=True,
    ),
    Fact("time", Text("时段", "time of day"), "clock"),
    Fact("season", Text("季节", "season"), "season"),
    Fact("area", Text("区域", "area"), "code"),
)

FACTS: Mapping[str, Fact] = {fact.name: fact for fact in _ALL}
"""Every fact by name, in the order in which a workbook has them as columns."""

FACT_ZONE_KINDS: tuple[str, ...] = tuple(
    dict.fromkeys(fact.zone_kind for fact in _ALL if fact.zone_kind is not None)
)
"""Kinds of zones that tell facts."""
