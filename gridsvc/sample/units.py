"""The units of the sample: street offices, enforcement squads, bureaus, and owners with invented names.

Only the street offices' names belong to real bodies. Every telephone number is made of zeros.
"""

from __future__ import annotations

from gridsvc.sample.names import DISTRICT, STREETS

UNIT_COLUMNS = ("code", "name", "kind", "area_code", "parent_code", "contact")

GOVERNMENT = ("QZF", "示例区人民政府")
_BUREAUS = (
    ("CSGL", "示例区城市管理局"),
    ("ZHZF", "示例区综合行政执法大队"),
    ("SZSS", "示例区市政设施养护中心"),
    ("HJWS", "示例区环境卫生服务中心"),
    ("YLLH", "示例区园林绿化中心"),
    ("CSZM", "示例区照明管理中心"),
    ("PSGL", "示例区排水管理中心"),
    ("TCGL", "示例区停车管理服务中心"),
    ("ZFJS", "示例区住房和城乡建设局"),
    ("SWJ", "示例区水务局"),
    ("JJDD", "示例区公安交警大队"),
    ("GAFJ", "示例区公安分局"),
    ("SCJG", "示例区市场监督管理局"),
    ("STHJ", "示例区生态环境分局"),
    ("WSJK", "示例区卫生健康局"),
    ("MZJ", "示例区民政局"),
    ("WHLY", "示例区文化和旅游局"),
    ("YJGL", "示例区应急管理局"),
    ("XFJY", "示例区消防救援大队"),
    ("RMFK", "示例区人民防空办公室"),
    ("JYTY", "示例区教育体育局"),
    ("QXJ", "示例区气象局"),
)
# Parts of the bureau of urban management.
_OF_MANAGEMENT = ("ZHZF", "SZSS", "HJWS", "YLLH", "CSZM", "PSGL", "TCGL")
_COMPANIES = (
    ("GS", "示例供水公司"),
    ("GD", "示例供电公司"),
    ("RQ", "示例燃气公司"),
    ("RL", "示例热力公司"),
    ("TXJ", "示例通信甲公司"),
    ("TXY", "示例通信乙公司"),
    ("TXB", "示例通信丙公司"),
    ("GDWL", "示例广电网络公司"),
    ("GJ", "示例公交公司"),
    ("YZ", "示例邮政公司"),
    ("SY", "示例石油公司"),
    ("WYA", "示例物业甲公司"),
    ("WYB", "示例物业乙公司"),
    ("JZ", "示例建筑公司"),
)
PROPERTY_MANAGERS = ("示例物业甲公司", "示例物业乙公司")
BUILDER = "示例建筑公司"
ROAD_KEEPER = "示例区市政设施养护中心"
# What 属地环卫部门 and the like lead to: trades by which a district's bodies are looked up.
_TRADES = {"SZSS": "municipal", "HJWS": "sanitation", "YLLH": "greening", "JJDD": "police"}

CALENDAR_ROWS = (
    {"code": "sample-emergency", "name": "示例抢修值班", "rule": "每天", "hours": "00:00-24:00"},
    {"code": "sample-cleaning", "name": "示例环卫作业", "rule": "每天", "hours": "06:00-12:00,13:00-21:00"},
)
"""Rows of the workbook's calendars, by field: who repairs at any hour, who cleans every day."""
_CALENDARS = {
    **dict.fromkeys(("CQ-GS", "CQ-GD", "CQ-RQ", "CQ-RL"), "sample-emergency"),
    "QJ-HJWS": "sample-cleaning",
}


def office_name(street: str) -> str:
    """Return the street office's name for 某某街道."""
    return f"{street}办事处"


def squad_name(street: str) -> str:
    """Return the enforcement squad's name for 某某街道."""
    return f"{street}综合行政执法队"


def unit_rows() -> list[tuple[str, str, str, str, str, str]]:
    """Return the rows of the unit list in the order of UNIT_COLUMNS; "" where a field is empty."""
    district = DISTRICT[0]
    rows = [(*GOVERNMENT, "government", district, "")]
    for code, name in _BUREAUS:
        parent = "QJ-CSGL" if code in _OF_MANAGEMENT else GOVERNMENT[0]
        rows.append((f"QJ-{code}", name, _TRADES.get(code, "bureau"), district, parent))
    for area, street in STREETS:
        rows.append((f"JB-{area}", office_name(street), "street_office", area, GOVERNMENT[0]))
        rows.append((f"ZF-{area}", squad_name(street), "enforcement", area, "QJ-ZHZF"))
    rows += [(f"CQ-{code}", name, "company", "", "") for code, name in _COMPANIES]
    return [(*row, f"000-0000{number:04d}（示例号码）") for number, row in enumerate(rows, 1)]


def workbook_units() -> list[dict[str, str]]:
    """Return the rows of the workbook's units, by field: the same units, with the calendars of some."""
    return [
        dict(zip(UNIT_COLUMNS, row, strict=True)) | {"calendar_code": _CALENDARS.get(row[0], "")}
        for row in unit_rows()
    ]
