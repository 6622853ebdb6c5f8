"""Kinds of zones: what a set of cells is for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gridsvc.errors import Text, WrongUsage

KIND_NAMES: Mapping[str, Text] = {
    "patrol": Text("巡查责任区", "patrol beats"),
    "sanitation": Text("环卫作业标段", "sanitation contracts"),
    "enforcement": Text("执法中队辖区", "enforcement squadrons"),
    "duty": Text("责任网格", "duty grids"),
    "management": Text("管理网格", "management grids"),
    "evaluation": Text("评价网格", "evaluation grids"),
}
"""The kinds with a name of their own; a city may add others, which are called by their id."""


def check_kind(kind: str) -> None:
    """Refuse an id that the table cannot hold; raises WrongUsage (`bad_kind`)."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", kind):
        known = ", ".join(KIND_NAMES)
        raise WrongUsage(
            "bad_kind",
            Text(
                f"责任网格类型“{kind[:40]}”只能用小写字母、数字和下划线。",
                f"The kind {kind[:40]!r}: lower-case letters, digits and underscores only.",
            ),
            remedy=Text(f"常用：{known}；也可自定。", f"Common ones: {known}; a city may have its own."),
        )
