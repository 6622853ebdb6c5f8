"""Keys of given places: the same from day to day, whatever else the list has."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

from gridsvc.patrol.value.given import GivenPlace
from gridsvc.patrol.value.given_keys import given_keys

NINE = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_an_identifier_names_the_place_wherever_it_stands() -> None:
    gate, market = GivenPlace(108.95, 34.25, "校门", id="S7"), GivenPlace(108.96, 34.24, "夜市", id="M1")
    assert given_keys([gate, market]) == ["given:id:S7", "given:id:M1"]
    assert given_keys([market]) == ["given:id:M1"]


def test_without_one_the_place_is_the_key() -> None:
    here, there = GivenPlace(108.95, 34.25, "校门"), GivenPlace(108.96, -0.000001, "夜市")
    assert given_keys([here, there]) == ["given:at:108.95000,34.25000", "given:at:108.96000,0.00000"]
    assert given_keys([there, GivenPlace(108.950001, 34.250001, "省实验校门")])[1] == given_keys([here])[0]
    twice = [GivenPlace(108.95, 34.25, id="7"), GivenPlace(108.96, 34.25, id="7")]
    assert given_keys(twice) == ["given:at:108.95000,34.25000", "given:at:108.96000,34.25000"]


def test_rows_at_one_place_are_told_apart_alike_in_any_order() -> None:
    rows = [
        GivenPlace(108.95, 34.25, "校门"),
        GivenPlace(108.95, 34.25, "校门", begins=NINE),
        GivenPlace(108.95, 34.25, "校门", begins=NINE + timedelta(hours=8)),
        GivenPlace(108.95, 34.25, "校门:2"),
        GivenPlace(108.95, 34.25, "报亭"),
        GivenPlace(108.95, 34.25),
    ]
    known = dict(zip(map(id, rows), given_keys(rows), strict=True))
    assert len(set(known.values())) == len(rows)
    at = "given:at:108.95000,34.25000"
    assert [known[id(row)] for row in rows] == [
        f"{at}:校门", f"{at}:校门:3", f"{at}:校门:4", f"{at}:校门:2", f"{at}:报亭", at,
    ]  # fmt: skip
    for order in permutations(rows):
        assert given_keys(order) == [known[id(row)] for row in order]
