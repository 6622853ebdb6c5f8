"""The inventory as arrays: the same from PostGIS as from plain values, in the order of the ids."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gridsvc.catalog.inventory import (
    ABANDONED,
    COMPONENT_STATES,
    IN_USE,
    REMOVED,
    Body,
    Component,
    Inventory,
    Profile,
    load_inventory,
)
from gridsvc.postgres import copy_rows, open_engine

SCHEME, OTHER = "gbt30428.2-2013", "gbt47678.5-2026"
WATER = Profile(owner=Body(unit="W"), supervisor=Body(name="没有登记的局"))
NOBODY = Profile()
LINE = shapely.LineString([(108.95, 34.24), (108.951, 34.24)])
GREEN = shapely.box(108.95, 34.24, 108.951, 34.241)


def point(x: float = 108.95, y: float = 34.25) -> shapely.Point:
    return shapely.Point(x, y)


COMPONENTS = (
    Component("b,2", SCHEME, "0137", point(108.123456789012345), WATER, "damaged", "C"),
    Component("A\n9", OTHER, "01001", point(), NOBODY, "removed"),
    Component("é", SCHEME, "0101", LINE, Profile(maintainer=Body(unit="W")), location_class="A"),
    Component("a", SCHEME, "0101", GREEN, WATER, "abandoned", "B"),
    Component('"', SCHEME, "0101", point(), WATER),
)


def store(connection: Connection) -> None:
    connection.execute(text("INSERT INTO unit (code, name, kind) VALUES ('W', '供水公司', 'company')"))
    connection.execute(
        text(
            "INSERT INTO class VALUES"
            " (:s, 'component', '0101', '供水井盖', NULL, '01', '公用', 't', 'local'),"
            " (:s, 'component', '0137', '路灯', NULL, '01', '公用', 't', 'local'),"
            " (:o, 'component', '01001', '供水井盖', NULL, '01', '公用', 't', 'local')"
        ),
        {"s": SCHEME, "o": OTHER},
    )
    columns = ["id", "scheme", "class_code", "state", "location_class", "geom", "source"]
    columns += [f"{role}{part}" for role in ("owner", "maintainer", "supervisor") for part in ("_code", "")]
    copy_rows(connection, "component", columns, [_row(each) for each in COMPONENTS])


@pytest.fixture
def stored(connection: Connection) -> Connection:
    store(connection)
    return connection


def _row(each: Component) -> list[object]:
    shape = shapely.to_wkb(shapely.set_srid(each.shape, 4326), hex=True, include_srid=True)
    row = [each.id, each.scheme, each.class_code, each.state, each.location_class, shape, "test"]
    for body in (each.profile.owner, each.profile.maintainer, each.profile.supervisor):
        # What the file calls a unit of the list does not make it another one.
        row += [body.unit or None, body.name or ("供水 公司" if body.unit else None)]
    return row


def same(one: Inventory, other: Inventory) -> bool:
    columns = ("class_", "lon", "lat", "shape_of", "state", "location_class", "profile")
    return (
        one.digest == other.digest
        and list(one.ids) == list(other.ids)
        and (one.classes, one.profiles) == (other.classes, other.profiles)
        and all(
            np.array_equal(getattr(one, each), getattr(other, each), equal_nan=each in ("lon", "lat"))
            for each in columns
        )
        and bool(shapely.equals_exact(one.shapes, other.shapes).all())
    )


def test_what_is_stored_comes_back_as_arrays(stored: Connection) -> None:
    inventory = load_inventory(stored)
    assert list(inventory.ids) == ['"', "A\n9", "a", "b,2", "é"]
    assert inventory.classes == ((SCHEME, "0101"), (SCHEME, "0137"), (OTHER, "01001"))
    assert inventory.class_.tolist() == [0, 2, 0, 1, 0]
    assert inventory.state.tolist() == [IN_USE, REMOVED, ABANDONED, COMPONENT_STATES.index("damaged"), IN_USE]
    assert inventory.location_class.tolist() == [-1, -1, 1, 2, 0]
    assert inventory.shape_of.tolist() == [2, 4]
    assert [inventory.profiles[k] for k in inventory.profile] == [
        WATER,
        NOBODY,
        WATER,
        WATER,
        Profile(maintainer=Body(unit="W")),
    ]
    assert inventory.lon[3] == 108.123456789012345
    assert np.isnan(inventory.lon[[2, 4]]).all()
    assert shapely.equals_exact(inventory.shapes, [GREEN, LINE]).all()
    assert [inventory.find(each) for each in ("é", "A\n9", "", "zzz", "0")] == [4, 1, -1, -1, -1]
    assert same(inventory, Inventory.of(COMPONENTS))


def test_the_outline_of_a_river_comes_back_whole(stored: Connection) -> None:
    river = shapely.Point(108.95, 34.24).buffer(0.01, quad_segs=30_000)
    copy_rows(
        stored,
        "component",
        ["id", "scheme", "class_code", "geom", "source"],
        [
            (
                "r",
                SCHEME,
                "0101",
                shapely.to_wkb(shapely.set_srid(river, 4326), hex=True, include_srid=True),
                "t",
            )
        ],
    )
    inventory = load_inventory(stored)
    held = inventory.shapes[inventory.shape_of.tolist().index(inventory.find("r"))]
    assert held.equals_exact(river)


def test_an_empty_table_is_an_empty_inventory(connection: Connection) -> None:
    inventory = load_inventory(connection)
    assert (len(inventory), inventory.classes, inventory.profiles) == (0, (), ())
    assert same(inventory, Inventory.of())
    assert inventory.find("a") == -1


@given(st.permutations(COMPONENTS))
def test_the_order_in_which_components_come_does_not_matter(components: list[Component]) -> None:
    assert same(Inventory.of(components), Inventory.of(COMPONENTS))


@pytest.mark.parametrize(
    "other",
    [
        Component("a", SCHEME, "0101", GREEN, WATER, "in_use", "B"),
        Component("a", SCHEME, "0101", GREEN, WATER, "abandoned", "C"),
        Component("a", SCHEME, "0101", GREEN, NOBODY, "abandoned", "B"),
        Component("a", SCHEME, "0137", GREEN, WATER, "abandoned", "B"),
        Component("a", SCHEME, "0101", LINE, WATER, "abandoned", "B"),
        Component("a2", SCHEME, "0101", GREEN, WATER, "abandoned", "B"),
    ],
)
def test_whatever_changes_changes_the_digest(other: Component) -> None:
    changed = [other if each.id == "a" else each for each in COMPONENTS]
    assert Inventory.of(changed).digest != Inventory.of(COMPONENTS).digest


def test_a_body_is_somebody_or_nobody() -> None:
    assert not Body()
    assert Body(unit="W")
    assert Body(name="没有登记的局")


def test_an_inventory_in_which_nothing_changed_is_not_read_again(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        store(connection)
        own = load_inventory(connection)
        assert load_inventory(connection, own) is not own, "who writes cannot tell"
    with engine.connect() as connection:
        last = load_inventory(connection, own)
        assert load_inventory(connection, last) is last
    for change in (
        "UPDATE component SET owner = '别家', owner_code = NULL WHERE id = 'a'",
        "UPDATE unit SET code = 'W2' WHERE code = 'W'",
        "DELETE FROM component WHERE id = 'a'",
        "WITH gone AS (DELETE FROM component WHERE id = 'b,2') INSERT INTO component"
        """ SELECT (jsonb_populate_record(c, '{"id": "a"}')).* FROM component c WHERE id = 'é'""",
    ):
        with engine.begin() as connection:
            connection.execute(text(change))
        with engine.connect() as connection:
            found = load_inventory(connection, last)
            assert found.digest != last.digest
            assert load_inventory(connection, found) is found
        last = found
    engine.dispose()
