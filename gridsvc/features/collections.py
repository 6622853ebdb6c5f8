"""The collections that are served, as data: their properties, and the SQL whose rows are their features.

A collection of areas is one level of the tree: at an instant, the edition in force then; over an interval,
every edition that was in force in it. A feature's id names its edition, `EDITION.CODE`, so that one address
never means two outlines.
"""

from __future__ import annotations

from dataclasses import dataclass

from gridsvc.errors import NotFound, Text
from gridsvc.features.properties import Property

_VALID = (
    Property("valid_from", "instant", Text("生效时刻，空为自始", "Valid from; null: from ever")),
    Property("valid_to", "instant", Text("失效时刻，空为至今", "First instant no longer valid; null: open")),
)


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of feature. `sql` gives the columns `fid`, `geometry`, those of `keys` and of `properties`."""

    id: str
    title: Text
    description: Text
    geometry: str
    """As the `format` of JSON Schema that Part 3 names: `multipolygon`, `linestring`, `any`."""
    properties: tuple[Property, ...]
    keys: tuple[str, ...]
    """Columns that order the features, none twice alike."""
    sql: str
    level: str | None = None
    """For areas: the level whose editions these are; `sql` then wants `{editions}`."""

    @property
    def timed(self) -> bool:
        """Return whether its features have a time of validity."""
        return any(each.name == "valid_from" for each in self.properties)

    def named(self) -> dict[str, Property]:
        """Return the properties by name."""
        return {each.name: each for each in self.properties}


def _areas(identifier: str, level: str, title: Text, description: Text) -> Collection:
    return Collection(
        identifier,
        title,
        description,
        "multipolygon",
        (
            Property("code", "text", Text("编码", "Code")),
            Property("name", "text", Text("名称", "Name")),
            Property("parent_code", "text", Text("上级区域编码", "Code of the area one level up")),
            Property("area_m2", "number", Text("面积，平方米", "Area in square metres")),
            Property("edition", "text", Text("版本名称", "Name of the edition")),
            Property("synthetic", "boolean", Text("几何是虚构的，非测绘成果", "Made up, not surveyed")),
            *_VALID,
        ),
        ("edition_id", "code"),
        "SELECT e.id || '.' || a.code AS fid, a.edition_id, a.code, a.name, a.parent_code, a.area_m2,"
        " e.edition, e.synthetic, e.valid_from, e.valid_to, a.geom AS geometry"
        " FROM area AS a JOIN ({editions}) AS e ON e.id = a.edition_id WHERE a.edition_id {among}",
        level,
    )


COLLECTIONS: tuple[Collection, ...] = (
    _areas("districts", "district", Text("区", "Districts"), Text("市辖区、县。", "Districts.")),
    _areas("streets", "street", Text("街道", "Streets"), Text("街道、镇、乡。", "Sub-districts.")),
    _areas("communities", "community", Text("社区", "Communities"), Text("社区、村。", "Communities.")),
    _areas(
        "cells",
        "cell",
        Text("单元网格", "Unit grid cells"),
        Text("单元网格：城市管理的最小单元。", "The unit grid cells: the smallest areas of management."),
    ),
    Collection(
        "zones",
        Text("责任网格", "Zones"),
        Text(
            "为某项工作划给责任单位的区域：巡查、保洁、执法等。",
            "Areas given to a unit for one purpose: patrol, sanitation, enforcement.",
        ),
        "multipolygon",
        (
            Property("kind", "text", Text("用途", "Purpose")),
            Property("code", "text", Text("编码", "Code")),
            Property("name", "text", Text("名称", "Name")),
            Property("unit_code", "text", Text("责任单位编码", "Code of the unit")),
            Property("unit_name", "text", Text("责任单位", "The unit")),
            Property(
                "given_as", "text", Text("划定方式", "Given as cells or as a polygon"), ("cells", "polygon")
            ),
            *_VALID,
        ),
        ("id",),
        "SELECT z.id, z.id::text AS fid, z.kind, z.code, z.name, z.unit_code, u.name AS unit_name,"
        " z.given_as, z.effective_from AS valid_from, z.effective_to AS valid_to, z.geom AS geometry"
        " FROM zone AS z LEFT JOIN unit AS u ON u.code = z.unit_code WHERE z.withdrawn_at IS NULL",
    ),
    Collection(
        "components",
        Text("部件", "Components"),
        Text("普查部件：井盖、路灯、果皮箱等。", "Surveyed objects: manhole covers, lamps, bins."),
        "any",
        (
            Property("id", "text", Text("部件标识码", "Component id")),
            Property("scheme", "text", Text("分类标准", "Scheme of the class")),
            Property("class_code", "text", Text("小类编码", "Code of the minor class")),
            Property("class_name", "text", Text("小类", "Minor class")),
            Property("name", "text", Text("名称", "Name")),
            Property("supervisor", "text", Text("主管部门", "Supervising department")),
            Property("owner", "text", Text("权属单位", "Owner")),
            Property("maintainer", "text", Text("养护单位", "Maintainer")),
            Property("supervisor_code", "text", Text("主管部门编码", "Code of the supervising unit")),
            Property("owner_code", "text", Text("权属单位编码", "Code of the owning unit")),
            Property("maintainer_code", "text", Text("养护单位编码", "Code of the maintaining unit")),
            Property(
                "state",
                "text",
                Text("状态", "State"),
                ("in_use", "damaged", "lost", "abandoned", "removed"),
            ),
            Property(
                "location_class", "text", Text("定位精度等级", "Class of its accuracy"), ("A", "B", "C")
            ),
            Property("surveyed_on", "date", Text("普查日期", "Day of the survey")),
        ),
        ("id",),
        "SELECT c.id, c.id AS fid, c.scheme, c.class_code, k.name AS class_name, c.name, c.supervisor,"
        " c.owner, c.maintainer, c.supervisor_code, c.owner_code, c.maintainer_code, c.state, "
        " c.location_class, c.surveyed_on, c.geom AS geometry FROM component AS c JOIN class AS k"
        " ON k.scheme = c.scheme AND k.kind = c.kind AND k.code = c.class_code",
    ),
    Collection(
        "roads",
        Text("道路", "Roads"),
        Text("道路中心线路段。", "Links of road centre lines."),
        "linestring",
        (
            Property("link_id", "text", Text("路段编号", "Number of the link")),
            Property("name", "text", Text("路名", "Name")),
            Property("grade", "text", Text("等级", "Grade")),
            Property("direction", "text", Text("通行方向", "Direction"), ("both", "forward", "backward")),
            Property("source", "text", Text("来源", "Source")),
        ),
        ("id",),
        "SELECT id, id::text AS fid, link_id, name, grade, direction, source, geom AS geometry FROM road",
    ),
    Collection(
        "boundary-roads",
        Text("界路", "Boundary roads"),
        Text("作为界线的路段及其管护方。", "Sections of roads that are borders, and who keeps them."),
        "linestring",
        (
            Property("code", "text", Text("编码", "Code")),
            Property("name", "text", Text("路名", "Name")),
            Property(
                "rule",
                "text",
                Text("划分规则", "Rule"),
                ("centre_line", "whole_road", "direction", "house_number"),
            ),
            Property("left_code", "text", Text("左侧区域", "Area on the left")),
            Property("right_code", "text", Text("右侧区域", "Area on the right")),
            Property("party_code", "text", Text("管护整条路的区域", "Area that keeps the whole road")),
            Property("unit_code", "text", Text("管护整条路的单位", "Unit that keeps the whole road")),
            Property("odd_code", "text", Text("单号一侧区域", "Area of the odd numbers")),
            Property("half_width_m", "number", Text("半宽，米", "Half width in metres")),
            Property("agreed_in", "text", Text("依据文件", "Document that settled it")),
            *_VALID,
        ),
        ("id",),
        "SELECT id, id::text AS fid, code, name, rule, left_code, right_code, party_code, unit_code,"
        " odd_code, half_width_m, agreed_in, effective_from AS valid_from, effective_to AS valid_to,"
        " geom AS geometry FROM boundary_road WHERE withdrawn_at IS NULL",
    ),
)
_BY_ID = {each.id: each for each in COLLECTIONS}


def find_collection(identifier: str) -> Collection:
    """Return a collection; raise NotFound `no_such_collection`."""
    found = _BY_ID.get(identifier)
    if found is None:
        raise NotFound(
            "no_such_collection",
            Text(f"没有集合 {identifier:.80}。", f"There is no collection {identifier[:80]!r}."),
        )
    return found
