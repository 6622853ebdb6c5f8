"""A CQL2 tree as SQL: a closed list of operators over a closed list of columns, every value bound.

SQL's own three-valued logic is the one that CQL2 asks for. What is not in the lists is refused, so that
nothing of a filter but its shape gets into the statement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gridsvc.errors import WrongUsage
from gridsvc.features.cql import bad_filter, too_long
from gridsvc.features.crs import System
from gridsvc.features.moments import read_date, read_instant
from gridsvc.features.properties import SQL_TYPES, Kind, Property
from gridsvc.features.shapes import read_shape

GEOMETRY = "geometry"
MOST_PARTS = 2_000
"""Conditions and values written in a filter."""
MOST_LISTED = 500
"""Values of one IN."""
MOST_CORNERS = 1_000
"""Corners of all geometries written in a filter: each one is held against every feature."""

_COMPARISONS = {"=": "=", "<>": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_SPATIAL = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_disjoint": "ST_Disjoint",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}
# CQL2 (21-065) 7.7, table of temporal operators: {s}, {e} begin and end the first, {t}, {f} the second.
_TEMPORAL = {
    "t_after": "{s} > {f}",
    "t_before": "{e} < {t}",
    "t_contains": "{s} < {t} AND {e} > {f}",
    "t_disjoint": "{e} < {t} OR {s} > {f}",
    "t_during": "{s} > {t} AND {e} < {f}",
    "t_equals": "{s} = {t} AND {e} = {f}",
    "t_finishedby": "{s} < {t} AND {e} = {f}",
    "t_finishes": "{s} > {t} AND {e} = {f}",
    "t_intersects": "{s} <= {f} AND {e} >= {t}",
    "t_meets": "{e} = {t}",
    "t_metby": "{s} = {f}",
    "t_overlappedby": "{s} > {t} AND {s} < {f} AND {e} > {f}",
    "t_overlaps": "{s} < {t} AND {e} > {t} AND {e} < {f}",
    "t_startedby": "{s} = {t} AND {e} > {f}",
    "t_starts": "{s} = {t} AND {e} < {f}",
}
_ARGUMENTS = {"and": 0, "or": 0, "not": 1, "isnull": 1, "between": 3}
"""How many arguments an operator takes, 0 for two or more; every other one takes two."""
_NUMBERS: frozenset[Kind] = frozenset({"integer", "number"})
_MOMENTS: frozenset[Kind] = frozenset({"date", "instant"})


class _Value(NamedTuple):
    """A scalar: its SQL, its kind, and whether it was written in the filter."""

    sql: str
    kind: Kind
    literal: bool


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition with its parameters."""

    sql: str
    parameters: dict[str, Any]


def compile_filter(tree: Any, properties: Mapping[str, Property], system: System) -> Compiled:
    """Compile a tree of `read_filter`; coordinates in it are in `system`.

    Columns are named as the properties are, and `geometry` is in 4326.

    Raises:
        WrongUsage: `bad_filter`, `unknown_property`.
    """
    compiler = _Compiler(properties, system)
    return Compiled(compiler.condition(tree), compiler.parameters)


class _Compiler:
    def __init__(self, properties: Mapping[str, Property], system: System) -> None:
        self._properties = properties
        self._system = system
        self._parts = 0
        self._corners = 0
        self.parameters: dict[str, Any] = {}

    def condition(self, node: Any) -> str:
        """Return the SQL of a boolean expression, in brackets."""
        self._count()
        if isinstance(node, bool):
            return "TRUE" if node else "FALSE"
        if isinstance(node, dict) and "property" in node:
            value = self._scalar(node)
            if value.kind != "boolean":
                raise bad_filter(
                    f"{node['property']} 不是条件。", f"{node['property']} is not a condition by itself."
                )
            return value.sql
        if not isinstance(node, dict) or "op" not in node:
            raise bad_filter("filter 不是条件。", "filter is not a condition.")
        operator, arguments = str(node["op"]), node.get("args")
        lowered = operator.lower()
        wanted = _ARGUMENTS.get(lowered, 2)
        if not isinstance(arguments, list) or len(arguments) != (wanted or max(len(arguments), 2)):
            raise bad_filter(
                f"{operator} 的参数个数不对。", f"{operator} has not the number of arguments that it wants."
            )
        if lowered in ("and", "or"):
            return "(" + f" {lowered.upper()} ".join(self.condition(each) for each in arguments) + ")"
        if lowered == "not":
            return f"(NOT {self.condition(arguments[0])})"
        if operator in _COMPARISONS:
            left, right = self._pair(arguments[0], arguments[1], by_order=operator not in ("=", "<>"))
            return f"({left} {_COMPARISONS[operator]} {right})"
        if lowered in _SPATIAL:
            left, right = (self._geometry(each) for each in arguments)
            return f"{_SPATIAL[lowered]}({left}, {right})"
        if lowered in _TEMPORAL:
            (s, e), (t, f) = (self._span(each) for each in arguments)
            return "(" + _TEMPORAL[lowered].format(s=s, e=e, t=t, f=f) + ")"
        special = {"isnull": self._is_null, "like": self._like, "between": self._between, "in": self._in}
        if lowered not in special:
            raise bad_filter(f"不支持 {operator}。", f"{operator} is not supported here.")
        return special[lowered](arguments)

    def _is_null(self, arguments: list[Any]) -> str:
        node = arguments[0]
        if isinstance(node, dict) and node.get("property") == GEOMETRY:
            return f"({GEOMETRY} IS NULL)"
        return f"({self._scalar(node).sql} IS NULL)"

    def _like(self, arguments: list[Any]) -> str:
        value, pattern = self._scalar(arguments[0]), self._scalar(arguments[1])
        if value.kind != "text" or not pattern.literal or pattern.kind != "text":
            raise bad_filter("LIKE 比较文本属性与文本。", "LIKE is of a text property and a text.")
        if _ends_in_escape(arguments[1]):
            raise bad_filter("LIKE 的模式以 \\ 结尾。", "The pattern of LIKE ends in a backslash.")
        return f"({value.sql} LIKE {pattern.sql})"

    def _between(self, arguments: list[Any]) -> str:
        low, value = self._pair(arguments[1], arguments[0], by_order=True)
        high, _ = self._pair(arguments[2], arguments[0], by_order=True)
        return f"({value} BETWEEN {low} AND {high})"

    def _in(self, arguments: list[Any]) -> str:
        if not isinstance(arguments[1], list) or not arguments[1]:
            raise bad_filter("IN 需要一个非空列表。", "IN is of a list that is not empty.")
        if len(arguments[1]) > MOST_LISTED:
            raise bad_filter(
                f"IN 的列表最多 {MOST_LISTED} 项。", f"The list of IN has at most {MOST_LISTED} values."
            )
        pairs = [self._pair(arguments[0], each) for each in arguments[1]]
        return f"({pairs[0][0]} IN (" + ", ".join(other for _, other in pairs) + "))"

    def _pair(self, one: Any, other: Any, *, by_order: bool = False) -> tuple[str, str]:
        """Return two scalars that can be compared."""
        left, right = self._scalar(one), self._scalar(other)
        if left.kind == right.kind or {left.kind, right.kind} <= _NUMBERS:
            return (_ordered(left), _ordered(right)) if by_order else (left.sql, right.sql)
        if {left.kind, right.kind} == _MOMENTS:
            # A day against an instant: its first one, in UTC.
            return _instant_of(left), _instant_of(right)
        raise bad_filter(
            f"无法比较 {_called(left.kind)[0]} 与 {_called(right.kind)[0]}。",
            f"A {_called(left.kind)[1]} cannot be compared with a {_called(right.kind)[1]}.",
        )

    def _scalar(self, node: Any) -> _Value:
        if isinstance(node, bool):
            return self._bound(node, "boolean")
        if isinstance(node, int | float):
            if not math.isfinite(node):
                raise bad_filter("filter 中的数字过大。", "A number in the filter is too large.")
            return self._bound(float(node), "number")
        if isinstance(node, str):
            if "\0" in node:
                raise bad_filter("filter 含空字符。", "filter holds a null character.")
            return self._bound(node, "text")
        if isinstance(node, dict) and set(node) == {"property"}:
            found = self._property(str(node["property"]))
            return _Value(found.name, found.kind, literal=False)
        try:
            if isinstance(node, dict) and set(node) == {"timestamp"}:
                return self._bound(read_instant(node["timestamp"]), "instant")
            if isinstance(node, dict) and set(node) == {"date"}:
                return self._bound(read_date(node["date"]), "date")
        except (ValueError, TypeError, OverflowError):
            raise _bad_moment(next(iter(node.values()))) from None
        named = node.get("op") if isinstance(node, dict) else None
        if named is not None:
            raise bad_filter(f"不支持 {named}。", f"{named} is not supported here.")
        raise bad_filter("此处应为属性或值。", "A property or a value is wanted.")

    def _property(self, name: str) -> Property:
        found = self._properties.get(name)
        if found is None:
            if name == GEOMETRY:
                raise bad_filter(
                    "geometry 只能用于空间函数。", "geometry is for spatial functions and IS NULL alone."
                )
            raise unknown_property(name)
        return found

    def _geometry(self, node: Any) -> str:
        if isinstance(node, dict) and set(node) == {"property"}:
            if node["property"] != GEOMETRY:
                self._property(str(node["property"]))
                raise bad_filter(f"{node['property']} 不是几何。", f"{node['property']} is not a geometry.")
            return GEOMETRY
        wkb, corners = read_shape(node, self._system)
        self._corners += corners
        if self._corners > MOST_CORNERS:
            raise bad_filter(
                f"filter 中的几何最多共 {MOST_CORNERS} 个顶点。",
                f"The geometries in a filter have at most {MOST_CORNERS} corners together.",
            )
        return f"ST_GeomFromWKB({self._parameter(wkb)}, 4326)"

    def _span(self, node: Any) -> tuple[str, str]:
        """Return the first and last instant of a temporal argument."""
        if isinstance(node, dict) and set(node) == {"interval"}:
            if not isinstance(node["interval"], list) or len(node["interval"]) != 2:
                raise bad_filter("区间要有起和止。", "An interval has a start and an end.")
            start, end = node["interval"]
            return self._end(start, "-infinity")[0], self._end(end, "infinity")[1]
        return self._end(node, "")

    def _end(self, node: Any, unbounded: str) -> tuple[str, str]:
        if isinstance(node, str):
            if node == ".." and unbounded:
                return (f"CAST('{unbounded}' AS timestamptz)",) * 2
            try:
                node = {"date": node} if len(node) == 10 else {"timestamp": node}
                value = self._scalar(node)
            except WrongUsage:
                raise _bad_moment(str(next(iter(node.values())))) from None
        else:
            value = self._scalar(node)
        if value.kind not in _MOMENTS:
            raise bad_filter("时间函数需要时间。", "A temporal function is of times.")
        if value.kind == "instant":
            return value.sql, value.sql
        # A day lasts to its last microsecond.
        start = _instant_of(value)
        return start, f"({start} + interval '1 day' - interval '1 microsecond')"

    def _bound(self, value: Any, kind: Kind) -> _Value:
        return _Value(f"CAST({self._parameter(value)} AS {SQL_TYPES[kind]})", kind, literal=True)

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise too_long()

    def _parameter(self, value: Any) -> str:
        self._count()
        name = f"filter_{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"


def unknown_property(name: str) -> WrongUsage:
    """Return the error of a property that is not queryable."""
    error = bad_filter(f"没有可查询的属性 {name}。", f"There is no queryable {name!r}.")
    error.code = "unknown_property"
    return error


def _ordered(value: _Value) -> str:
    # By code point, whatever language the database sorts by. Equality wants none, and so finds by an index.
    return f'({value.sql} COLLATE "C")' if value.kind == "text" else value.sql


def _instant_of(value: _Value) -> str:
    if value.kind == "instant":
        return value.sql
    return f"(CAST({value.sql} AS timestamp) AT TIME ZONE 'UTC')"


def _ends_in_escape(pattern: Any) -> bool:
    bare = str(pattern)
    return (len(bare) - len(bare.rstrip("\\"))) % 2 == 1


def _called(kind: Kind) -> tuple[str, str]:
    return {
        "text": ("文本", "text"),
        "integer": ("数字", "number"),
        "number": ("数字", "number"),
        "boolean": ("真假值", "boolean"),
        "date": ("日期", "date"),
        "instant": ("时刻", "timestamp"),
    }[kind]


def _bad_moment(given: Any) -> WrongUsage:
    return bad_filter(
        f"{given!s:.40} 不是日期或带时区的时刻。", f"{given!s:.40} is no date and no instant with its zone."
    )
