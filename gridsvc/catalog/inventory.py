"""The component inventory as arrays: what reports about components are matched against."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]

IN_USE, DAMAGED, LOST, ABANDONED, REMOVED = range(5)
COMPONENT_STATES = ("in_use", "damaged", "lost", "abandoned", "removed")
"""What `Inventory.state` numbers; `component_checks.STATES` has the words of files for them."""
LOCATION_CLASSES = ("A", "B", "C")
_ROLES = ("owner", "maintainer", "supervisor")


@dataclass(frozen=True, slots=True, order=True)
class Body:
    """Somebody named in the inventory: `unit` is the code of a unit of the list.

    `name` is what the file says, and stands only where no unit of the list has that name. Neither: nobody is
    named, the normal case of a fifth of all components.
    """

    unit: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.unit or self.name)


@dataclass(frozen=True, slots=True, order=True)
class Profile:
    """Whose a component is: owner 权属单位, maintainer 养护单位, supervisor 主管部门."""

    owner: Body = Body()
    maintainer: Body = Body()
    supervisor: Body = Body()


@dataclass(frozen=True, slots=True)
class Component:
    """One component as plain values; `shape` in lon, lat of WGS 84, a shapely geometry."""

    id: str
    scheme: str
    class_code: str
    shape: Any
    profile: Profile = Profile()
    state: str = "in_use"
    location_class: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """n components in the order of their ids (by code point); columns have shape (n,).

    `class_` numbers `classes`, (scheme, code) in order; `state` numbers COMPONENT_STATES, `location_class`
    LOCATION_CLASSES (-1: not known), `profile` numbers `profiles`. A point has `lon`, `lat` (degrees, WGS
    84); of anything else they are NaN, and `shapes[k]` is the geometry of the component `shape_of[k]`,
    ascending. Two inventories share a `digest` exactly when they hold the same.
    """

    ids: Sequence[str]
    classes: tuple[tuple[str, str], ...]
    class_: Indexes
    lon: Floats
    lat: Floats
    shape_of: Indexes
    shapes: NDArray[np.object_]
    state: NDArray[np.int8]
    location_class: NDArray[np.int8]
    profile: Indexes
    profiles: tuple[Profile, ...]
    digest: str
    stamp: tuple[int, int, int] | None = None
    """By what `load_inventory` knows that nothing has changed since; None for one that was not loaded."""

    @classmethod
    def of(cls, components: Iterable[Component] = ()) -> Inventory:
        """Gather components given one by one, in any order; ids must differ."""
        import pyarrow as pa

        listed = sorted(components, key=lambda each: each.id)
        points = [each.shape.geom_type == "Point" for each in listed]
        columns: dict[str, Any] = {
            "id": [each.id for each in listed],
            "scheme": [each.scheme for each in listed],
            "class_code": [each.class_code for each in listed],
            "state": [each.state for each in listed],
            "location_class": [each.location_class or "" for each in listed],
        }
        for role in _ROLES:
            bodies = [getattr(each.profile, role) for each in listed]
            columns[f"{role}_code"] = [each.unit for each in bodies]
            columns[role] = [each.name for each in bodies]
        table = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        table["x"], table["y"] = (
            pa.array(
                [
                    getattr(each.shape, axis) if point else None
                    for each, point in zip(listed, points, strict=True)
                ],
                pa.float64(),
            )
            for axis in ("x", "y")
        )
        table["shape"] = pa.array(
            [
                "" if point else shapely.to_wkb(each.shape, hex=True).lower()
                for each, point in zip(listed, points, strict=True)
            ],
            pa.string(),
        )
        return _gathered(table)

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, identifier: str) -> int:
        """Return the index of the component with an id, -1 when there is none."""
        at = bisect_left(self.ids, identifier)
        return at if at < len(self.ids) and self.ids[at] == identifier else -1


# One pass in the order of the ids, by code point as Python sorts; a name counts only where no unit was found.
_COPY = (
    "COPY (SELECT id, scheme, class_code, state, coalesce(location_class, '') AS location_class, "
    + ", ".join(
        f"coalesce({role}_code, '') AS {role}_code,"
        f" CASE WHEN {role}_code IS NULL THEN coalesce({role}, '') ELSE '' END AS {role}"
        for role in _ROLES
    )
    + ", CASE WHEN GeometryType(geom) = 'POINT' THEN ST_X(geom) END AS x"
    ", CASE WHEN GeometryType(geom) = 'POINT' THEN ST_Y(geom) END AS y"
    ", CASE WHEN GeometryType(geom) = 'POINT' THEN '' ELSE encode(ST_AsBinary(geom), 'hex') END AS shape"
    ' FROM component ORDER BY id COLLATE "C") TO STDOUT (FORMAT csv, HEADER)'
)
_TEXTS = ("id", "scheme", "class_code", "state", "location_class", "shape")


# Every row that comes or changes has a later xmin than all that go: with as many rows as before, a change
# makes the sum larger. A restored table is another one. Who writes himself cannot tell by that: no stamp.
_STAMP = """
SELECT CAST(CAST('component' AS regclass) AS oid) AS relation, count(*) AS n,
       coalesce(sum(CAST(CAST(xmin AS text) AS bigint)), 0) AS changes,
       pg_current_xact_id_if_assigned() IS NOT NULL AS writing
  FROM component
"""


def load_inventory(connection: Connection, previous: Inventory | None = None) -> Inventory:
    """Return every component that is stored, read by one COPY; `previous` itself when nothing has changed.

    Removed ones are in it, for a report may name one by its id; the matcher offers none of them.
    """
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    # Taken before the rows: what changes in between makes the next stamp another one.
    found = connection.execute(text(_STAMP)).one()
    stamp = None if found.writing else (found.relation, found.n, int(found.changes))
    if stamp is not None and previous is not None and previous.stamp == stamp:
        return previous
    raw = connection.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor, cursor.copy(_COPY) as copy:
        content = b"".join(copy)
    names = (*_TEXTS, *_ROLES, *(f"{role}_code" for role in _ROLES))
    options = arrow_csv.ConvertOptions(
        column_types={**dict.fromkeys(names, pa.string()), "x": pa.float64(), "y": pa.float64()},
        strings_can_be_null=False,
    )
    parsed = arrow_csv.read_csv(
        pa.py_buffer(content),
        # In one block: the outline of a river may be longer than any usual one.
        read_options=arrow_csv.ReadOptions(block_size=min(len(content), 2**31 - 1)),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )
    columns = {name: parsed[name].combine_chunks() for name in parsed.column_names}
    return replace(_gathered(columns), stamp=stamp)


def _gathered(table: Mapping[str, Any]) -> Inventory:
    """Build an inventory from Arrow columns in the order of the ids, blanks as "" and NULL for no number."""
    pairs, class_ = _combined([_encoded(table["scheme"]), _encoded(table["class_code"])])
    bodies, profile = _combined(
        [_encoded(table[f"{role}{part}"]) for role in _ROLES for part in ("_code", "")]
    )
    lon, lat = (np.asarray(table[axis].to_numpy(zero_copy_only=False), np.float64) for axis in ("x", "y"))
    shape_of = np.flatnonzero(np.isnan(lon)).astype(np.int32)
    shapes = np.empty(len(shape_of), object)
    written = table["shape"].take(shape_of).to_pylist() if len(shape_of) else []
    shapes[:] = shapely.from_wkb(written) if written else []
    digest = hashlib.sha256()
    for name in sorted(table):
        values, number = (
            _encoded(table[name]) if name not in ("x", "y") else ((), lon if name == "x" else lat)
        )
        digest.update(repr((name, values)).encode())
        digest.update(np.ascontiguousarray(number).tobytes())
    return Inventory(
        ids=table["id"].to_pylist(),
        classes=tuple((scheme, code) for scheme, code in pairs),
        class_=class_,
        lon=lon,
        lat=lat,
        shape_of=shape_of,
        shapes=shapes,
        state=_numbered(table["state"], COMPONENT_STATES),
        location_class=_numbered(table["location_class"], LOCATION_CLASSES),
        profile=profile,
        profiles=tuple(Profile(Body(*given[0:2]), Body(*given[2:4]), Body(*given[4:6])) for given in bodies),
        digest=digest.hexdigest(),
    )


def _encoded(column: Any) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the distinct texts of a column in order, and which of them each row has."""
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    order = sorted(range(len(texts)), key=texts.__getitem__)
    rank = np.empty(len(texts), np.int64)
    rank[order] = np.arange(len(texts))
    return tuple(texts[k] for k in order), rank[encoded.indices.to_numpy()]


def _combined(
    columns: Sequence[tuple[tuple[str, ...], NDArray[np.int64]]],
) -> tuple[list[tuple[str, ...]], Indexes]:
    """Return the distinct rows of encoded columns in order, and which of them each row is."""
    number = np.zeros(len(columns[0][1]), np.int64)
    found: list[tuple[str, ...]] = [()]
    for texts, codes in columns:
        present, which = np.unique(number * max(len(texts), 1) + codes, return_inverse=True)
        found = [(*found[key // len(texts)], texts[key % len(texts)]) for key in present.tolist()]
        number = which
    return found, number.astype(np.int32)


def _numbered(column: Any, words: Sequence[str]) -> NDArray[np.int8]:
    texts, number = _encoded(column)
    numbers = [words.index(word) if word in words else -1 for word in texts]
    return np.array(numbers, np.int8)[number]
