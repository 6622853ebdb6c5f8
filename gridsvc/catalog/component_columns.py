"""Which column of an inventory holds what: by the user's word, or by the names of the standards' tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridsvc.catalog.records import plain_header
from gridsvc.errors import InputRefused, Place, Text, WrongUsage

# GB/T 47678.5-2026 (GLBJBSM …) and the older layers seen in the field (ObjID …): domain/classes.md. A code
# says more than a name: 部件名称 is the class's name, and counts as the class when no code stands beside it.
WORDS: Mapping[str, Sequence[str]] = {
    "id": (
        "id", "component_id", "管理部件标识码", "部件标识码", "标识码", "部件编码", "部件编号", "部件代码",
        "glbjbsm", "objid", "objcode",
    ),
    "class": (
        "class", "class_code", "部件小类代码", "小类代码", "小类编码", "类别代码", "部件小类", "小类名称",
        "小类", "类别", "管理部件名称", "部件名称", "glbjmc", "objname",
    ),
    "name": ("name", "管理部件名称", "部件名称", "名称", "glbjmc", "objname"),
    "supervisor": ("supervisor", "主管部门名称", "主管部门", "主管单位", "zgbmmc", "deptname1"),
    "owner": ("owner", "权属单位名称", "权属单位", "产权单位", "qsdwmc", "deptname2"),
    "maintainer": ("maintainer", "养护单位名称", "养护单位", "管护单位", "yhdwmc", "deptname3"),
    "state": ("state", "管理部件状态", "部件状态", "状态", "glbjzt", "objstate"),
    "location_class": ("location_class", "定位精度", "精度等级", "定位等级", "位置精度"),
    "surveyed_on": ("surveyed_on", "初始日期", "普查日期", "采集日期", "csrq", "ordate"),
    "cell": (
        "cell", "cell_code", "所在单元网格标识码", "所在单元网格", "单元网格编码", "单元网格", "szdywgbsm",
        "bgid",
    ),
    "lon": ("lon", "lng", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
}  # fmt: skip
STORED = ("name", "supervisor", "owner", "maintainer", "state", "location_class", "surveyed_on")
"""Fields that a file may lack: what is stored of them then stays."""


def choose_component_columns(
    file: str, names: Sequence[str], given: Mapping[str, str], *, with_place: bool
) -> dict[str, str]:
    """Return the column of each field that the file has; `given` maps fields to columns and goes first.

    `with_place`: longitude and latitude are columns. Raises WrongUsage (`unknown_field`) and InputRefused
    (`unknown_column`, `missing_column`).
    """
    for field in given:
        if field not in WORDS:
            raise WrongUsage(
                "unknown_field",
                Text(f"没有字段“{field}”。", f"There is no field {field!r}."),
                remedy=Text("可用字段：" + "、".join(WORDS), "Fields: " + ", ".join(WORDS)),
            )
    listed = Text("现有列：" + "、".join(names), "Its columns: " + ", ".join(names))
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(plain_header(name), name)
    found: dict[str, str] = {}
    for field, words in WORDS.items():
        if field in ("lon", "lat") and not with_place:
            continue
        if field in given:
            column = given[field] if given[field] in names else plain.get(plain_header(given[field]))
            if column is None:
                raise InputRefused(
                    "unknown_column",
                    Text(f"文件中没有列“{given[field]}”。", f"The file has no column {given[field]!r}."),
                    place=Place(file=file, column=given[field]),
                    remedy=listed,
                )
            found[field] = column
            continue
        taken = {*found.values(), *given.values()}
        known = (plain.get(plain_header(word)) for word in words)
        column = next((name for name in known if name is not None and name not in taken), None)
        if column is not None:
            found[field] = column
    for field in ("id", *(("lon", "lat") if with_place else ())):
        if field not in found:
            raise InputRefused(
                "missing_column",
                Text(f"认不出 {field} 所在的列。", f"No column with the {field} was found."),
                place=Place(file=file),
                remedy=Text(
                    f"用 --column {field}=列名 指明。{listed.zh}",
                    f"Name it by --column {field}=NAME. {listed.en}",
                ),
            )
    return found
