"""Which bodies two lists of units have in common: by what they mean, not by how they are written."""

from __future__ import annotations

from collections.abc import Sequence

from gridsvc.handling.comparing.wording import plain
from gridsvc.handling.rules import RuleUnit
from gridsvc.handling.specifications import ClauseUnit

Body = ClauseUnit | RuleUnit
Key = tuple[str, str]

# 属地住建部门 and 属地水务部门 are two bodies, 所属街办 and 街道办事处 are one.
_BY_WORDS = frozenset({"territorial_department", "each_department"})


def key_of(body: Body) -> Key:
    """Return what two phrases share exactly when they lead to the same body."""
    if body.means == "named":
        return "named", body.unit_code or plain(body.text)
    return body.means, plain(body.text) if body.means in _BY_WORDS else ""


def by_key(bodies: Sequence[Body]) -> dict[Key, Body]:
    """Return the bodies in order, each once."""
    found: dict[Key, Body] = {}
    for body in bodies:
        found.setdefault(key_of(body), body)
    return found


def listed(bodies: Sequence[Body]) -> str:
    """Return a list of bodies as written, those who assist in brackets."""
    return "、".join(body.text if body.role == "lead" else f"（配合）{body.text}" for body in bodies)
