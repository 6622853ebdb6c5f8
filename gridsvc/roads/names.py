"""What a road's name says: whether it is one, and what kind of carriageway bears it."""

from __future__ import annotations

import re
import unicodedata

ROLES = ("road", "side", "elevated", "ramp", "turn", "roundabout")

# Words that map makers write where a road has no name (SOURCES.md "Road network", and OpenStreetMap's).
_NO_NAME = frozenset(
    {
        "",
        "无",
        "无名",
        "无名路",
        "无名道路",
        "未命名",
        "未命名道路",
        "路口转向",
        "转向",
        "none",
        "null",
        "nan",
    }
    | {"unnamed", "unnamed road", "no name", "noname", "-", "/"}
)
_TURN = frozenset({"路口转向", "转向"})
_ROLE_OF_ENDING = (
    ("side", re.compile(r"(?<=.)(?:辅路|辅道|侧道)$")),
    ("ramp", re.compile(r"(?<=.)(?:入口|出口|匝道|联络线)$")),
    ("roundabout", re.compile(r"(?<=.)(?:环岛|转盘)$")),
    ("elevated", re.compile(r"(?<=.)(?:高架桥|高架路|高架|立交桥|立交|隧道|隧洞)$")),
)
# OpenStreetMap's highway=trunk_link and its kin.
_LINK_GRADE = re.compile(r"_link$")


def clean_name(text: str) -> str | None:
    """Return a road's name in one width without outer or double blanks; None where the words are no name.

    无名道路, 路口转向 (a turning link at a crossing) and the like are no names.
    """
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    return None if name.casefold() in _NO_NAME else name


def role_of(text: str, grade: str | None = None) -> str:
    """Return what kind of carriageway a link is, by its name as given and its grade: one of ROLES.

    `turn`: a turning link at a crossing; `side`: a side road (辅路) beside the main one; `ramp`: an entrance
    or exit; `elevated`: above or below the street (高架, 立交, 隧道); `roundabout`; else `road`.
    """
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if name in _TURN:
        return "turn"
    for role, ending in _ROLE_OF_ENDING:
        if ending.search(name):
            return role
    return "ramp" if grade and _LINK_GRADE.search(grade.strip()) else "road"
