"""Kinds of zones: what a set of cells is for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from gridsvc.errors import Text, WrongUsage

KIND_NAMES: Mapping[str, Text] = {
    "patrol": Text("巡查责任区", "patrol beats"),
    "sanitation": Text("环卫作业标段", "sanitation contracts"),
    "enforcement": Text("执法中队辖区", "enforcement squadrons"),
    "duty": Text("责任网格", "duty grids"),
    "management": Text("管理网格", "management grids"),
    "evaluation": Text("评价网格", "evaluation grids"),
    "surface": Text("路面分区", "surfaces"),
    "compound": Text("住宅小区", "compounds"),
    "construction_site": Text("在建工地", "construction sites"),
    "land_use": Text("用地性质", "land uses"),
    "management_grade": Text("管理等级区", "management grades"),
}
"""The kinds with a name of their own; a city may add others, which are called by their id."""

VALUE_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "surface": {
        "carriageway": ("车行道", "机动车道", "非机动车道"),
        "sidewalk": ("人行道",),
        "building_line": ("建筑退线区", "退线区", "建筑退界", "building line"),
        "green": ("绿地", "绿化带", "绿化", "green strip"),
        "river": ("河道", "水面", "河岸", "river bank"),
        "square": ("广场",),
    },
    "compound": {
        "with": ("有物业", "有", "yes"),
        "without": ("无物业", "无", "没有", "no"),
    },
    "construction_site": {
        "open": ("未移交", "在建", "施工中", "not handed over"),
        "handed_over": ("已移交", "移交", "handed over"),
    },
    "land_use": {},
    "management_grade": {},
}
"""The kinds that tell the resolver a fact of their ground: the words for each value; {} for any text.

The values are those of `handling.facts`. A compound with a unit and no value is managed by that unit.
"""

NEEDS_VALUE = frozenset({"surface", "land_use", "management_grade"})
"""The kinds of which a zone without a value says nothing at all."""


def value_of(kind: str, words: str) -> str | None:
    """Return the value that words in a file mean for a kind of `VALUE_WORDS`, None when they mean none."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)).casefold()
    known = VALUE_WORDS[kind]
    if not known:
        return unicodedata.normalize("NFKC", words).strip() or None
    for value, spellings in known.items():
        if plain in {value, *(re.sub(r"\s+", "", each).casefold() for each in spellings)}:
            return value
    return None


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
