"""Which class a code means, when it comes with or without its scheme and kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gridsvc.catalog import Class
from gridsvc.errors import Fault, Place, Text

_KIND_ZH = {"component": "部件", "event": "事件"}


@dataclass(frozen=True, slots=True)
class ClassBook:
    """All classes by code; `in_force` are the indexes of those that the editions in force cover."""

    rows: tuple[Class, ...]
    by_code: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, rows: Iterable[Class]) -> ClassBook:
        """Index the rows by code."""
        listed = tuple(rows)
        by_code: dict[str, list[int]] = {}
        for index, row in enumerate(listed):
            by_code.setdefault(row.code, []).append(index)
        return cls(listed, {code: tuple(indexes) for code, indexes in by_code.items()})

    def find(self, scheme: str | None, kind: str | None, code: str, in_force: frozenset[int]) -> int | Fault:
        """Return the index of the class that is meant, or the fault `unknown_class` or `ambiguous_class`.

        Without scheme or kind the classes of the editions in force are meant; if none of them has the code,
        the classes of the one scheme in force, and only then the others that are loaded.
        """
        known = self.by_code.get(code, ())
        fitting = [
            index
            for index in known
            if scheme in (None, self.rows[index].scheme) and kind in (None, self.rows[index].kind)
        ]
        meant = [index for index in fitting if index in in_force]
        if not meant:
            schemes = {self.rows[each].scheme for each in in_force if kind in (None, self.rows[each].kind)}
            # Of one scheme in force the class is meant, though no clause is about it: the answer says that.
            of_scheme = [index for index in fitting if {self.rows[index].scheme} == schemes]
            meant = of_scheme or fitting
        if len(meant) == 1:
            return meant[0]
        place = Place(column="class", value=code)
        if meant:
            listed = self._listed(meant)
            return Fault(
                "ambiguous_class",
                Text(f"类别代码 {code} 有多种含义：{listed}。", f"The class code {code} may mean: {listed}."),
                place,
                self._missing(meant),
            )
        asked = "/".join(part for part in (scheme, kind) if part)
        if known:
            listed = self._listed(known)
            return Fault(
                "unknown_class",
                Text(
                    f"{asked} 中没有类别代码 {code}；另有：{listed}。",
                    f"{asked} has no class {code}; it exists as: {listed}.",
                ),
                place,
                Text("请核对分类标准与部件/事件类型。", "Check the scheme and the kind."),
            )
        return Fault(
            "unknown_class",
            Text(f"没有类别代码 {code}。", f"There is no class {code}."),
            place,
            Text("可用 gridsvc class find 查找。", "Look it up with gridsvc class find."),
        )

    def _missing(self, indexes: Iterable[int]) -> Text:
        """Return what would tell these classes apart: they differ in scheme or kind, which was not given."""
        rows = [self.rows[index] for index in indexes]
        differing = {
            "scheme": len({row.scheme for row in rows}) > 1,
            "kind": len({row.kind for row in rows}) > 1,
        }
        names = [name for name, differs in differing.items() if differs]
        return Text(f"请同时给出 {' 和 '.join(names)}。", f"Give {' and '.join(names)} with it.")

    def _listed(self, indexes: Iterable[int]) -> str:
        rows = [self.rows[index] for index in indexes]
        return "；".join(f"{row.scheme} {row.kind} {_KIND_ZH[row.kind]} {row.name}" for row in rows[:6])
