"""What a check can find: each kind with its stable code, its name, how bad it is and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gridsvc.errors import Text

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
SEVERITY_NAMES: Mapping[str, Text] = {
    "error": Text("错误", "error"),
    "warning": Text("警告", "warning"),
    "info": Text("提示", "info"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding.

    `severity` is that of a layer whose profile is strict; a looser one takes what import mends or accepts
    under it as a warning (`lenient`). `repaired` says that `area repair` mends it.
    """

    title: Text
    severity: Severity
    remedy: Text
    lenient: Severity | None = None
    repaired: bool = False

    def severity_for(self, *, strict: bool) -> Severity:
        """Return how bad it is in a layer of a strict or a loose profile."""
        return self.severity if strict or self.lenient is None else self.lenient


_REPAIR_BORDER = Text(
    "用 gridsvc area repair 自动修复，或在源数据中改正。",
    "Mend it by gridsvc area repair, or correct it in its source.",
)
_REDRAW = Text("在源数据中改正该图形。", "Correct the shape in its source.")
_CODE = Text("改正编码。", "Correct the code.")
_NEST = Text(
    "核对编码，或核对两层的边界与基准。", "Check the code, or the borders and datums of both layers."
)
_SIZE = Text(
    "核对是否漏划或多划了边界；大院、水面等可保留。",
    "See whether a border is missing or one too many; a large compound or a lake may stay.",
)

KINDS: Mapping[str, Kind] = {
    "no_geometry": Kind(Text("无图形", "no geometry"), "error", _REDRAW),
    "empty_geometry": Kind(Text("空图形", "empty geometry"), "error", _REDRAW),
    "broken_geometry": Kind(Text("图形损坏", "broken geometry"), "error", _REDRAW),
    "bad_number": Kind(Text("坐标非数值", "coordinates that are no numbers"), "error", _REDRAW),
    "not_polygons": Kind(Text("不是面", "not polygons"), "error", _REDRAW),
    "wrong_place": Kind(
        Text("坐标不可信", "coordinates that cannot be right"),
        "error",
        Text("核对坐标系与坐标顺序。", "Check the system and the order of the coordinates."),
    ),
    "too_small": Kind(Text("小于一毫米", "smaller than a millimetre"), "error", _REDRAW),
    "invalid_ring": Kind(
        Text("无效面", "invalid rings"), "error", _REPAIR_BORDER, lenient="warning", repaired=True
    ),
    "code_fault": Kind(Text("编码错误", "code faults"), "error", _CODE),
    "duplicate_code": Kind(
        Text("编码重复", "duplicate codes"),
        "error",
        Text(
            "每个区域一个编码；同一区域的多个部分请合并为一个多面要素。",
            "One code for each area; merge the parts of one area into one multipolygon.",
        ),
    ),
    "prefix_is_not_parent": Kind(Text("前缀与上级不符", "prefix is not the parent"), "error", _CODE),
    "out_of_sequence": Kind(
        Text("编号顺序", "order of numbers"),
        "info",
        Text(
            "新编号时按先西后东、先北后南；已发布的编码不要改。",
            "Number new cells from west to east, then north to south; leave published codes as they are.",
        ),
    ),
    "gap": Kind(Text("缝隙", "gaps"), "error", _REPAIR_BORDER, lenient="warning", repaired=True),
    "wide_gap": Kind(
        Text("宽缝隙", "wide gaps"),
        "error",
        Text(
            "超过 5 米，无法断定归属：补画区域或调整边界。",
            "Wider than 5 m, nobody can say whose it is: draw the missing area or move a border.",
        ),
        lenient="warning",
    ),
    "sliver_gap": Kind(
        Text("细缝", "sliver gaps"), "error", _REPAIR_BORDER, lenient="warning", repaired=True
    ),
    "overlap": Kind(Text("重叠", "overlaps"), "error", _REPAIR_BORDER, lenient="warning", repaired=True),
    "sliver_overlap": Kind(
        Text("细条重叠", "sliver overlaps"), "error", _REPAIR_BORDER, lenient="warning", repaired=True
    ),
    "duplicate_geometry": Kind(
        Text("图形重复", "duplicate geometry"),
        "error",
        Text("删除其中一个要素。", "Delete one of the features."),
        lenient="warning",
    ),
    "covered_area": Kind(
        Text("被完全覆盖", "wholly covered areas"),
        "error",
        Text("删除或改正该要素。", "Delete or correct the feature."),
    ),
    "sliver_area": Kind(
        Text("细长区域", "sliver areas"),
        "warning",
        Text("并入相邻区域，或核对边界。", "Join it to a neighbour, or check its borders."),
    ),
    "near_miss": Kind(
        Text("节点未对齐", "vertices beside a border"), "warning", _REPAIR_BORDER, repaired=True
    ),
    "spike": Kind(Text("尖刺", "spikes"), "warning", _REPAIR_BORDER, repaired=True),
    "repeated_vertices": Kind(Text("重复节点", "repeated vertices"), "info", _REPAIR_BORDER, repaired=True),
    "multipart": Kind(
        Text("多部件", "multipart areas"),
        "warning",
        Text(
            "核对是否应各自成为一个区域（另编新码），或补画连接处。",
            "See whether the parts are areas of their own (with new codes), or draw what joins them.",
        ),
    ),
    "hole": Kind(
        Text("空洞", "holes of nobody's"),
        "warning",
        Text("补画洞内区域，或填平该洞。", "Draw the area in the hole, or fill it."),
    ),
    "open_ground": Kind(
        Text("区界内的空洞", "holes of a district"),
        "info",
        Text(
            "合法（飞地等属其他辖区）；若非如此，请填平该洞。",
            "Legal: an enclave of another district; fill it if it is none.",
        ),
    ),
    "enclave": Kind(
        Text("内含区域", "areas within another"),
        "info",
        Text("合法；请确认确属独立区域。", "Legal; see that it is meant to be an area of its own."),
    ),
    "separate": Kind(
        Text("飞地", "separate ground"),
        "info",
        Text("请确认该部分确与主体不相连。", "See that it is meant to be apart from the rest."),
    ),
    "small_area": Kind(Text("面积偏小", "small cells"), "warning", _SIZE),
    "large_area": Kind(Text("面积偏大", "large cells"), "warning", _SIZE),
    "huge_area": Kind(
        Text("面积过大", "huge cells"),
        "error",
        Text("核对层级与坐标单位，或划分该网格。", "Check the level and the unit, or divide the cell."),
        lenient="warning",
    ),
    "outside_parent": Kind(Text("不在上级范围内", "outside their parent"), "error", _NEST, "warning"),
    "partly_outside_parent": Kind(Text("部分超出上级", "partly outside their parent"), "warning", _NEST),
    "layer_outside_parents": Kind(
        Text("整层不在上级范围内", "whole layer outside its parents"),
        "error",
        Text(
            "核对基准（GCJ-02、BD-09 须用 --datum 说明）与坐标系。",
            "Check the datum (say GCJ-02 or BD-09 by --datum) and the coordinate system.",
        ),
    ),
    "unknown_parent": Kind(
        Text("上级不存在", "unknown parents"),
        "error",
        Text("改正编码，或先导入含该上级的图层。", "Correct the code, or import that parent first."),
        lenient="warning",
    ),
    "parent_without_areas": Kind(
        Text("上级内无区域", "parents without areas"),
        "error",
        Text("补画该上级内的区域。", "Draw the areas of that parent."),
        lenient="warning",
    ),
    "parent_uncovered": Kind(
        Text("上级未全覆盖", "parents not covered"),
        "warning",
        Text("补画区域，或核对两层的边界。", "Draw the missing ground, or check the borders of both layers."),
    ),
    "cuts_building": Kind(
        Text("切割建筑", "buildings cut"),
        "warning",
        Text("把边界移到建筑之外。", "Move the border off the building."),
    ),
    "cuts_component": Kind(
        Text("切割部件", "components cut"),
        "warning",
        Text(
            "把边界移到部件之外；跨格的线状部件请在部件表中写明归属。",
            "Move the border off the component; say in the inventory who keeps a line that crosses it.",
        ),
    ),
    "component_on_border": Kind(
        Text("部件在边界上", "components on a border"),
        "info",
        Text(
            "按半开规则归一个网格；如不合意，移动边界。",
            "The half-open rule gives it to one cell; move the border if it is the wrong one.",
        ),
    ),
}
