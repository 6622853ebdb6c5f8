"""Which column of a case file holds what: by the user's word, or by the names that vendors give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridsvc.errors import Fault, Place, Text, WrongUsage

FIELDS = (
    "id",
    "lon",
    "lat",
    "kind",
    "class",
    "opened",
    "closed",
    "due",
    "source",
    "text",
    "address",
    "unit",
    "heading",
    "house_number",
)

# Names as `_plain` leaves them; the earlier of two that a file has wins. A code says more than a name, a
# minor class more than a major one.
_KNOWN = {
    "id": (
        "id caseid casenumber reportid 案件编号 案件号"
        " 案卷编号 案卷号 任务号 任务编号 任务单号 工单编号 工单号"
        " 问题编号 受理编号 流水号 编号 tasknum taskno recid eventid messageid servicerequestid srrecordid"
        " servicerequestnum"
    ),
    "lon": "lon lng long longitude 经度 经度坐标 x坐标 坐标x 横坐标 coordinatex lonwgs84 lngwgs84 x",
    "lat": "lat latitude 纬度 纬度坐标 y坐标 坐标y 纵坐标 coordinatey latwgs84 y",
    "kind": "kind 类型 案件类型 问题类型 部件事件 部事件类型 事部件类型 eventtype rectype",
    "class": (
        "class classcode 小类代码 小类编码 小类编号 问题小类代码"
        " subtypeid minorcode 小类 小类名称 问题小类 案件小类"
        " subtype minorname 类别代码 类别 category srtype servicecode requesttype servicename class3 class2"
        " class1 大类代码 大类 大类名称 问题大类 案件大类"
    ),
    "opened": (
        "opened openedat 上报时间 采集时间 发现时间 受理时间"
        " 登记时间 立案时间 创建时间 上报日期 案发时间 created"
        " createdat createddate createtime createdtime reporttime requesteddatetime opendate openeddate"
    ),
    "closed": (
        "closed closedat 结案时间 办结时间 结束时间"
        " 结案日期 closedate closeddate closetime closedtime archivetime"
    ),
    "due": (
        "due dueat duedate 截止时间 处置截止时间 处理截止时间 应结案时间 办理期限 截止日期 deadline"
        " expecteddatetime bundledeadline"
    ),
    "source": (
        "source 来源 案件来源 问题来源 信息来源"
        " 上报来源 上报渠道 methodreceived eventsrc eventsrcname channel"
    ),
    "text": (
        "text 问题描述 案件描述 描述 情况描述 事件描述"
        " 内容 诉求内容 eventdesc description requestdetails details"
        " title 标题"
    ),
    "address": ("address 地址 地址描述 位置描述 事发地址 事发位置 详细地址 案发地址 具体位置 位置 location"),
    "unit": (
        "unit 处置单位 责任单位 处置部门 责任部门"
        " 专业部门 承办单位 主办单位 处理单位 agency responsibleagency"
        " agencyresponsible firstunitname unitname"
    ),
    "heading": "headingdeg 行车方向 行驶方向",
    "house_number": "housenumber 门牌号 门牌号码 门牌",
}

_PUNCTUATION = re.compile(r"[\s_\-./()（）:：*\[\]【】#]+")


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Where each field is: its column's name and number; a field that the file has not is absent."""

    names: dict[str, str]
    numbers: dict[str, int]
    unused: list[str]


def choose_columns(
    header: Sequence[str], given: Mapping[str, str], file: str
) -> tuple[ColumnChoice, list[Fault]]:
    """Match the header with the fields; `given` maps fields to column names and goes first.

    Returns the choice and the faults that make the file unusable.

    Raises:
        WrongUsage: `given` names a field that does not exist.
    """
    for field in given:
        if field not in FIELDS:
            raise WrongUsage(
                "unknown_field",
                Text(f"没有字段“{field}”。", f"There is no field {field!r}."),
                remedy=Text("可用字段：" + "、".join(FIELDS), "Fields: " + ", ".join(FIELDS)),
            )
    faults: list[Fault] = []
    exact: dict[str, int] = {}
    plain: dict[str, int] = {}
    for number, name in enumerate(header):
        exact.setdefault(name.strip(), number)
        plain.setdefault(_plain(name), number)
    numbers: dict[str, int] = {}
    for field, wanted in given.items():
        found = exact.get(wanted.strip(), plain.get(_plain(wanted)))
        if found is None:
            faults.append(
                Fault(
                    "missing_column",
                    Text(f"文件没有“{wanted}”这一列。", f"The file has no column {wanted!r}."),
                    Place(file=file, row=1, column=wanted),
                    Text("现有的列：" + "、".join(header), "Its columns: " + ", ".join(header)),
                )
            )
        else:
            numbers[field] = found
    taken = set(numbers.values())
    for field in FIELDS:
        if field in given:
            continue
        for name in _KNOWN[field].split():
            found = plain.get(name)
            if found is not None and found not in taken:
                numbers[field] = found
                taken.add(found)
                break
    if not faults:
        faults += _missing(numbers, header, file)
    names = {field: header[numbers[field]] for field in FIELDS if field in numbers}
    unused = [name for number, name in enumerate(header) if number not in taken]
    return ColumnChoice(names, numbers, unused), faults


def _plain(name: str) -> str:
    return _PUNCTUATION.sub("", name).casefold()


def _missing(numbers: Mapping[str, int], header: Sequence[str], file: str) -> list[Fault]:
    wanted: list[tuple[str, Text]] = []
    if "opened" not in numbers:
        wanted.append(
            ("opened", Text("认不出上报时间所在的列。", "No column with the opening time was found."))
        )
    for field, other in (("lon", "lat"), ("lat", "lon")):
        if field not in numbers and other in numbers:
            zh, en = {"lon": ("经度", "longitude"), "lat": ("纬度", "latitude")}[field]
            wanted.append((field, Text(f"认不出{zh}所在的列。", f"No column with the {en} was found.")))
    listed = ", ".join(header)
    return [
        Fault(
            "missing_column",
            text,
            Place(file=file, row=1, column=field),
            Text(
                f"请用 --column {field}=列名 指定；现有的列：{listed}",
                f"Name it: --column {field}=NAME; columns: {listed}",
            ),
        )
        for field, text in wanted
    ]
