"""Which edition is meant: by its name, or the one in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gridsvc.errors import NotFound, Text, WrongUsage
from gridsvc.handling.specifications import Specification, in_force


def chosen_edition(editions: Sequence[Specification], name: str | None, at: datetime) -> Specification:
    """Return the edition of a name, withdrawn or not, or the one in force at an instant (aware).

    Raises NotFound (unknown_edition, no_edition_in_force), WrongUsage (several_editions) when more than one
    is in force.
    """
    if name is not None:
        found = next((each for each in editions if each.name == name), None)
        if found is None:
            raise NotFound(
                "unknown_edition",
                Text(f"没有版本“{name}”", f"there is no edition “{name}”"),
                remedy=Text("gridsvc spec list 列出全部版本", "`gridsvc spec list` has them"),
            )
        return found
    current = {each.id: each for each in in_force(editions, at).values()}
    if not current:
        raise NotFound(
            "no_edition_in_force",
            Text("没有在用的处置规范", "no handling specification is in force"),
            remedy=Text("先用 spec import 导入", "load one by spec import"),
        )
    if len(current) > 1:
        names = sorted(each.name for each in current.values())
        raise WrongUsage(
            "several_editions",
            Text("有几个版本在用：" + "、".join(names), "several editions are in force: " + ", ".join(names)),
            remedy=Text("写明版本名称", "name the one that is meant"),
        )
    return next(iter(current.values()))
