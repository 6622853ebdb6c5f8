"""What is kept is what was built of the same things."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection, text

from gridsvc.geography import load_layer
from gridsvc.hotspots.cells import cells_in_force
from gridsvc.hotspots.neighbours import neighbourhood
from gridsvc.hotspots.recent import Recent
from tests.hotspots.district import ZONE, make_district

NOW = datetime(2026, 11, 22, tzinfo=ZONE)


def test_the_last_few_are_kept():
    kept: Recent[int] = Recent(2)
    built = []

    def get(key: int) -> int:
        return kept.get(key, lambda: built.append(key) or key * 10)

    assert [get(key) for key in (1, 2, 1, 3, 1, 2)] == [10, 20, 10, 30, 10, 20]
    assert built == [1, 2, 3, 2]


def test_threads_get_what_they_ask_for():
    kept: Recent[int] = Recent(3)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda key: kept.get(key % 5, lambda: key % 5), range(2000)))
    assert found == [key % 5 for key in range(2000)]


@pytest.mark.parametrize("digest", ["a" * 64, "word"])
def test_cells_of_one_edition_are_built_once_and_of_another_anew(connection: Connection, digest: str):
    district = make_district(connection, 3)
    connection.execute(text("UPDATE area_edition SET digest = :digest"), {"digest": digest})
    first = cells_in_force(connection, NOW, snap_outside_m=30)
    again = cells_in_force(connection, NOW, snap_outside_m=30)
    assert (again.grid is first.grid) == (len(digest) == 64)
    assert cells_in_force(connection, NOW, snap_outside_m=10).grid is not first.grid
    make_district(connection, 4, name="新", effective=datetime(2026, 5, 1, tzinfo=ZONE))
    assert len(cells_in_force(connection, NOW, snap_outside_m=30).layer.codes) == 16
    connection.execute(text("UPDATE area_edition SET name = '改名' WHERE id = :id"), {"id": district.edition})
    before = datetime(2026, 4, 1, tzinfo=ZONE)
    assert cells_in_force(connection, before, snap_outside_m=30).edition.name == "改名"


def test_the_neighbourhood_of_an_edition_is_built_once(connection: Connection):
    layer = load_layer(connection, make_district(connection, 3).edition)
    assert neighbourhood(layer) is not neighbourhood(layer)
    named = replace(layer, digest="b" * 64)
    assert neighbourhood(named) is neighbourhood(named)
    assert neighbourhood(named).digest == neighbourhood(layer).digest
