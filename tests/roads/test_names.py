"""Road names as map makers write them."""

from __future__ import annotations

import pytest

from gridsvc.roads import clean_name, role_of
from gridsvc.roads.centring import base_name
from gridsvc.roads.stretches import crossing_road


@pytest.mark.parametrize("words", ["无名道路", "路口转向", "", "  ", "无名路", "None", "unnamed road", "－"])
def test_words_that_are_no_name(words: str) -> None:
    assert clean_name(words) is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (" 友谊西路 ", "友谊西路"),
        ("Ｇ３０　高速", "G30 高速"),
        ("无名英雄路", "无名英雄路"),
        ("转向架厂路", "转向架厂路"),
    ],
)
def test_names_in_one_width(words: str, name: str) -> None:
    assert clean_name(words) == name


@pytest.mark.parametrize(
    ("name", "grade", "role"),
    [
        ("友谊西路", None, "road"), ("友谊西路辅路", None, "side"), ("西汉高速辅道", None, "side"),
        ("建工路高架", None, "elevated"), ("太乙立交", None, "elevated"), ("文昌门-和平门隧道", None, "elevated"),
        ("二环南路西段入口", None, "ramp"), ("南三环出口", None, "ramp"), ("含光路环岛", None, "roundabout"),
        ("路口转向", None, "turn"), ("立交东路", None, "road"), ("", "trunk_link", "ramp"), ("辅路", None, "road"),
    ],
)  # fmt: skip
def test_what_kind_of_carriageway_a_name_means(name: str, grade: str | None, role: str) -> None:
    assert role_of(name, grade) == role


def test_a_side_road_belongs_to_its_road() -> None:
    assert base_name("友谊西路辅路") == base_name("友谊西路") == "友谊西路"
    assert base_name("含光路环岛") == "含光路"


@pytest.mark.parametrize(
    ("words", "road"),
    [
        ("太乙路", "太乙路"),
        ("与太乙路十字", "太乙路"),
        ("南起友谊东路口", "友谊东路"),
        ("至 长安北路交叉口", "长安北路"),
    ],
)
def test_the_crossing_that_an_end_names(words: str, road: str) -> None:
    assert crossing_road(words.replace(" ", "")) == road
