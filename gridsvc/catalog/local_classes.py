"""Classes that a city adds to a published scheme: numbers counted down, a name that says so.

Two-digit minors run down from 99 (old practice); three-digit ones from 999 to 080, 001 to 079 being the
standard's, and the name is marked （自定义）.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, insert, text

from gridsvc.catalog.class_extras import add_shipped_extras
from gridsvc.catalog.classes import KINDS, Class, load_classes
from gridsvc.catalog.schemes import CODE_DIGITS, checked_scheme
from gridsvc.catalog.tables import class_
from gridsvc.errors import Conflict, NotFound, Text, WrongUsage
from gridsvc.postgres import announce_change

MARK = "（自定义）"
_KIND_WORDS = {"component": "部件", "event": "事件"}
_FIRST_LOCAL = 80
"""Of three-digit minors; the smaller ones are kept for the standard."""


def add_local_class(
    connection: Connection,
    name: str,
    *,
    scheme: str,
    kind: str,
    major: str,
    name_en: str | None = None,
    source: str | None = None,
) -> Class:
    """Add a class to a major class of `scheme` under the next free number downwards.

    Raises NotFound (unknown_scheme, unknown_major), Conflict (class_exists, no_number_left), WrongUsage
    (bad_name).
    """
    scheme, name = checked_scheme(scheme), name.strip()
    if not name or len(name) > 200 or re.search(r"[\x00-\x1f]", name) or kind not in KINDS:
        raise WrongUsage(
            "bad_name",
            Text(
                "名称须为 1 至 200 个可见字符，类型为部件或事件",
                "a name of 1 to 200 visible characters, and a kind",
            ),
        )
    # Two at once take turns, so that they do not take one number.
    connection.execute(text("LOCK TABLE class IN SHARE ROW EXCLUSIVE MODE"))
    there = [each for each in load_classes(connection, scheme) if each.kind == kind]
    if not there:
        raise NotFound(
            "unknown_scheme",
            Text(
                f"方案 {scheme} 没有{_KIND_WORDS[kind]}类别，先用 class import 载入",
                f"scheme {scheme} has no classes of the kind {kind}; load them by class import first",
            ),
        )
    majors = {each.major_code: each.major_name for each in there}
    if major not in majors:
        known = "、".join(f"{code} {title}" for code, title in sorted(majors.items()))
        raise NotFound(
            "unknown_major",
            Text(
                f"方案 {scheme} 的{_KIND_WORDS[kind]}没有大类 {major}；有：{known}",
                f"{scheme} has no major class {major} of {kind}; there are: {known}",
            ),
        )
    digits = _minor_digits(scheme, major, there)
    if digits > 2 and not name.endswith(MARK):
        name += MARK
    same = next((each for each in there if each.name.removesuffix(MARK) == name.removesuffix(MARK)), None)
    if same is not None:
        raise Conflict(
            "class_exists",
            Text(f"“{name}”已是 {same.code}", f"“{name}” is {same.code} already"),
            remedy=Text("请用这个代码，或换一个名称", "use that code, or another name"),
        )
    code = _free(major, digits, there)
    if code is None:
        raise Conflict(
            "no_number_left",
            Text(f"大类 {major} 没有可用的自定义号码", f"major class {major} has no local number left"),
        )
    made = Class(
        scheme=scheme,
        kind=kind,
        code=code,
        name=name,
        name_en=name_en,
        major_code=major,
        major_name=majors[major],
        source=source or "自定义 local",
        confidence="local",
    )
    connection.execute(insert(class_), [made.as_dict()])
    add_shipped_extras(connection)
    announce_change(connection, "classes")
    return made


def _minor_digits(scheme: str, major: str, there: list[Class]) -> int:
    if scheme in CODE_DIGITS:
        return CODE_DIGITS[scheme][1]
    return max(len(each.code) - len(major) for each in there if each.major_code == major)


def _free(major: str, digits: int, there: list[Class]) -> str | None:
    """Return the largest number that is free above the standard's own."""
    taken = {each.code for each in there}
    own = [
        int(minor)
        for each in there
        if each.major_code == major
        and each.confidence != "local"
        and (minor := each.code[len(major) :]).isdigit()
    ]
    if digits > 2:
        lowest = _FIRST_LOCAL
    else:
        # 99 其他 of the 2007 standard is no end of its numbering.
        lowest = max((number for number in own if number < _FIRST_LOCAL), default=0) + 1
    numbers = range(10**digits - 1, lowest - 1, -1)
    return next((code for n in numbers if (code := f"{major}{n:0{digits}d}") not in taken), None)
