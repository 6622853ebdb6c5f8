"""What one phrase of a 处置单位 cell means: a name, or a way to find who it is at a place."""

from __future__ import annotations

import re

from gridsvc.catalog import normalised_name

TERRITORY = r"(?:各?(?:属地|所属|辖区|所在地|所在|当地|本辖区|管辖))"
"""What stands before a body that the place decides."""

_EACH = r"(?:各个|各|所有|相关|有关|其)*"
_BODY = r"(?:责任)?(?:单位|企业|公司|方|者|人)"
_OFFICE = (
    r"(?:街道办事处|街道办|街办|街道|办事处|乡镇人民政府|乡镇政府|镇人民政府|镇政府|街镇|镇街|乡镇|镇|乡)"
)
_STREET_OFFICE = re.compile(
    rf"^(?:(?:{TERRITORY}|[区市县]?(?:各|相关|有关))?(?:街道办事处|街道办|街办|街道|办事处|街镇|镇街|街道乡镇|乡镇街道|乡镇政府|乡镇人民政府)"
    rf"|(?:{TERRITORY}|各){_OFFICE}|{TERRITORY}?{_OFFICE}\({_OFFICE}\)(?:办事处)?)$"
)
_TERRITORIAL = re.compile(rf"^{TERRITORY}")
_OWNER = re.compile(
    rf"^(?:{_EACH}|设施|部件)*"
    r"(?:产权|权属|所有权|业主|所有者|所有人)(?:\([^)]*\)|管理|所有|使用|权属)*"
    r"(?:单位|企业|部门|公司|责任人|人|方|者)?(?:\([^)]*\))?$"
)
_PROPERTY = re.compile(
    rf"^(?:{TERRITORY}|{_EACH})(?:住宅|居民|居住)?(?:小区)?(?:的)?物业"
    r"(?:管理|服务)*(?:单位|企业|公司|服务人|管理人|方|人|处|中心)?(?:\([^)]*\))?$"
)
_MAINTAINER = re.compile(
    rf"^(?:{TERRITORY}(?=绿化|园林|养护|管护)|{_EACH})(?:设施|部件|日常|绿化|绿地|园林|树木|市政|环卫|路灯)*"
    rf"(?:养护|管护|维护|管养|养管|保养|维修)+(?:\([^)]*\)|作业|管理|责任)*{_BODY}$"
)
_ROAD_KEEPER = re.compile(
    rf"^{_EACH}(?:城市|市政|城区)?(?:道路|公路|路面)(?:设施)?(?:的)?(?:管理)?"
    r"(?:管养|养管|养护|管护|维护|管理)+(?:责任)?(?:单位|企业|公司|部门|责任人)$"
)
_SUPERVISOR = re.compile(
    rf"^{_EACH}(?:行业|行政|业务|上级)*(?:主管|监管|监督管理)(?:行政|管理)*(?:部门|单位|机构)$|^{_EACH}行业管理(?:部门|单位)$"
)
_BUILDER = re.compile(
    rf"^{_EACH}(?:项目|工程|工地|现场|道路|挖掘|占道|开挖|拆迁|拆除)*"
    r"(?:建设|施工|开发|代建|参建|总承包|承建)(?:\([^)]*\)|建设|施工|开发|监理|总承包)*"
    rf"{_BODY}$"
)
_COMMUNITY = re.compile(
    r"^(?:社区|村|社区居委会|社区居民委员会|居委会|居民委员会|村委会|村民委员会|社区\(村\)|村\(社区\)|村居|村社区|社区村)$"
)
_GENERIC_START = re.compile(r"^(?:各|相关|有关|其他|其它|所有)")
_GENERIC = re.compile(
    r"^(?:主管|监管|养护|管护|维护|管养|责任|管理|使用|施工|建设|经营|运营|作业|设置|物业|服务|承包|主办|保洁|"
    r"运维|运输|维修|发布|广告|\([^)]*\))*"
    r"(?:(?:环卫|市政|园林|绿化|供水|排水|供气|供热|供电|通信|线缆|电力)*(?:单位|企业|部门|机构)|公司|方|者|人)"
    r"(?:\([^)]*\))?$"
)
# 运城市公安交通管理部门 is the one of that city; 城市管理部门 and 小区物业部门 are of no place.
_PLACE = re.compile(
    r"^[\u4e00-\u9fff]{1,6}?(?:(?<!^城)(?<!^都)市|"
    r"(?<!^城)(?<!主城)(?<!老城)(?<!建成)(?<![市小社景园校辖片厂库地])区|县|旗|州|省)(?=[\u4e00-\u9fff]{2})"
)
_IN_BRACKETS = re.compile(r"^(?P<body>.+)\((?P<inside>[^()]+)\)$")


def meaning(phrase: str) -> str:
    """Return how a phrase is to be read: one of expressions.MEANS."""
    plain = normalised_name(phrase)
    found = _meaning(plain)
    if found == "each_department" and (bracket := _IN_BRACKETS.match(plain)):
        # 维护管理责任人（产权单位）: what stands in brackets says it more exactly.
        inside = _meaning(bracket["inside"])
        if inside not in ("named", "each_department"):
            return inside
    return found


def _meaning(plain: str) -> str:
    for pattern, means in (
        (_STREET_OFFICE, "street_office"),
        (_OWNER, "each_owner"),
        (_PROPERTY, "property_manager"),
        (_ROAD_KEEPER, "road_keeper"),
        (_MAINTAINER, "maintainer"),
        (_SUPERVISOR, "supervisor"),
        (_BUILDER, "builder"),
    ):
        if pattern.match(plain):
            return means
    if _TERRITORIAL.match(plain):
        return "territorial_enforcement" if "执法" in plain else "territorial_department"
    if _GENERIC_START.match(plain) or _GENERIC.match(plain):
        return "each_department"
    if _COMMUNITY.match(plain):
        return "territorial_department"
    if plain.endswith(("部门", "机关")) and not _PLACE.match(plain):
        return "each_department"
    return "named"
