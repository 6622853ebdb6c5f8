"""Zones as a file gives them, before anything is stored, and what was found wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridsvc.errors import Fault, InputRefused, Place, Text, WrongUsage

FIELDS = ("code", "name", "unit", "value", "cells")
LONGEST = {"code": 64, "name": 200, "unit": 200, "value": 64, "cells": 1_000_000}

# Cell codes stand in tables of cells, where 网格编码 is the cell's; in a layer of polygons it is the zone's.
_ZONE = (
    "zone",
    "zone_code",
    "责任网格编码",
    "责任网格代码",
    "责任网格编号",
    "责任网格",
    "管理网格编码",
    "管理网格",
)
TABLE_WORDS = {
    "code": (*_ZONE, "片区编码", "片区编号", "标段编号", "标段", "片区", "code", "编码", "代码", "编号"),
    "name": ("zone_name", "name", "责任网格名称", "管理网格名称", "片区名称", "标段名称", "中队名称", "名称"),
    "unit": (
        "unit", "unit_code", "责任单位", "责任单位编码", "责任单位名称", "责任部门", "管理单位", "作业单位",
        "承包单位", "巡查单位", "执法中队", "责任中队", "单位", "部门",
    ),
    "value": (
        "value", "取值", "管理等级", "区域等级", "用地性质", "用地类型", "有无物业", "是否移交", "移交情况",
    ),
    "cells": (
        "cells", "cell", "cell_code", "单元网格编码", "单元网格代码", "单元网格标识码", "单元网格",
        "所含网格", "包含网格", "网格编码", "网格代码", "网格范围", "网格", "dywgcode", "bgid",
    ),
}  # fmt: skip
LAYER_WORDS = {
    field: (*words, "网格编码", "网格代码", "网格编号") if field == "code" else words
    for field, words in TABLE_WORDS.items()
    if field != "cells"
}


@dataclass(slots=True)
class Draft:
    """One zone of a file. `cells` has where each code stands; `feature` counts the polygons from 0."""

    code: str
    name: str
    unit: str
    value: str
    place: Place
    unit_place: Place
    value_place: Place
    cells: dict[str, Place] = field(default_factory=dict)
    feature: int | None = None
    unit_code: str | None = None


@dataclass(slots=True)
class Notes:
    """What was found: faults that refuse a row or a zone, doubts that do not, and what was mended."""

    refused: list[Fault] = field(default_factory=list)
    doubtful: list[Fault] = field(default_factory=list)
    repaired: list[Fault] = field(default_factory=list)

    def refuse(self, code: str, message: Text, place: Place, remedy: Text | None = None) -> None:
        """Note a fault that stops the import, or leaves its row out."""
        self.refused.append(Fault(code, message, place, remedy))

    def doubt(self, code: str, message: Text, place: Place, remedy: Text | None = None) -> None:
        """Note a fault that is taken as it is."""
        self.doubtful.append(Fault(code, message, place, remedy))

    def refusal(self, file: str) -> InputRefused:
        """Return the error that names every refused fault."""
        count = len(self.refused)
        return InputRefused(
            "zones_refused",
            Text(
                f"发现 {count} 处错误，未导入任何责任网格。",
                f"{count} faults were found and no zone was imported.",
            ),
            place=Place(file=file),
            faults=sorted(self.refused, key=lambda fault: fault.place.row or 0),
        )


def check_fields(columns: dict[str, str]) -> None:
    """Refuse the name of a field that zones have not; raises WrongUsage (`unknown_field`)."""
    for name in columns:
        if name not in FIELDS:
            raise WrongUsage(
                "unknown_field",
                Text(f"没有字段“{name}”。", f"There is no field {name!r}."),
                remedy=Text("可用字段：" + "、".join(FIELDS), "Fields: " + ", ".join(FIELDS)),
            )
