"""Cases of a file that have no coordinates, placed by their address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from gridsvc.cases import Addresses
from gridsvc.gazetteer import Gazetteer, load_gazetteer
from gridsvc.responsibility import load_atlas
from gridsvc.settings import Settings
from tests.cases.test_case_import import NOW, Desk
from tests.gazetteer.streetscape import add_places, add_roads
from tests.town import make_town

_NOWHERE = {"经度": "", "纬度": ""}


@pytest.fixture
def desk(connection: Connection, tmp_path: Path) -> Desk:
    town = make_town(connection)
    add_roads(connection, town)
    add_places(connection, town, [("landmark", "肯德基", (0.5, 0.5)), ("landmark", "肯德基", (5.5, 5.5))])
    return Desk(connection, load_atlas(connection, Settings()), town, tmp_path)


@pytest.fixture
def addresses(desk: Desk) -> Addresses:
    return Addresses.of(load_gazetteer(desk.connection, Settings(), NOW), Settings())


def rows(desk: Desk) -> list[dict[str, str]]:
    return [
        desk.row("1", 0.5, 地址="友谊东路与太乙路十字"),
        desk.row("2", **_NOWHERE, 地址="友谊东路与太乙路十字西北角"),
        desk.row("3", **_NOWHERE, 地址="肯德基"),
        desk.row("4", **_NOWHERE, 地址="太乙路"),
        desk.row("5", **_NOWHERE),
        desk.row("6", **_NOWHERE, 地址="友谊东路与太乙路十字西北角"),
    ]


def test_certain_addresses_place_and_are_counted(desk: Desk, addresses: Addresses) -> None:
    done = desk.load_rows(*rows(desk), addresses=addresses, datum="gcj02")
    assert (done.placed_by_address, done.needs_location) == (2, 3)
    first, second, *others = desk.stored()
    # Read as GCJ-02 its coordinates lie elsewhere, but they are its own.
    assert (first.flags, first.placed_by, first.datum, first.accuracy_kind) == (
        ["outside"],
        None,
        "gcj02",
        None,
    )
    assert second.flags == ["placed_by_address"]
    assert (second.datum, second.accuracy_m, second.accuracy_kind) == ("wgs84", 15.0, "geocode")
    assert second.cell_code == desk.town.code(3, 3)
    assert second.placed_by["name"] == "友谊东路与太乙路十字"
    assert (second.lon, second.lat) == (second.placed_by["lon"], second.placed_by["lat"])
    assert [each.flags for each in others] == [["needs_location"]] * 3 + [["placed_by_address"]]
    assert [each.placed for each in others] == [False, False, False, True]


def test_each_address_is_read_once(desk: Desk, addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    from gridsvc.cases import addresses as room

    asked: list[str] = []
    real = room.place_address

    def counted(gazetteer: Any, text: str, **given: Any) -> Any:
        asked.append(text)
        return real(gazetteer, text, **given)

    monkeypatch.setattr(room, "place_address", counted)
    desk.load_rows(*rows(desk), addresses=addresses)
    assert sorted(asked) == sorted({"友谊东路与太乙路十字西北角", "肯德基", "太乙路"})


def test_a_gazetteer_is_loaded_once_and_only_for_addresses(desk: Desk, addresses: Addresses) -> None:
    loaded: list[int] = []

    def load() -> Gazetteer:
        loaded.append(1)
        return addresses.gazetteer

    later = Addresses.later(load, Settings())
    desk.load_rows(desk.row("91", 0.5), desk.row("92", **_NOWHERE, 地址=""), addresses=later)
    assert loaded == []
    done = desk.load_rows(*rows(desk), addresses=later)
    assert (loaded, done.placed_by_address) == ([1], 2)


def test_without_a_gazetteer_nothing_changes_and_again_changes_nothing(
    desk: Desk, addresses: Addresses
) -> None:
    path = desk.write(rows(desk))
    assert desk.load(path).needs_location == 5
    again = desk.load(path, addresses=addresses)
    assert (again.imported, again.already_there) == (0, 6)
