"""Addresses made from a grammar are understood as they were made, and any text at all is answered in time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.gazetteer import find_places
from gridsvc.gazetteer.normalising import normalised
from gridsvc.gazetteer.tokens import tokens_of
from gridsvc.gazetteer.understanding import Statement, understand
from tests.gazetteer.drawn import town

_TOWN = town()
_STREETS = st.sampled_from(["友谊东路", "太乙路", "文艺路", "含光路", "长安路"])
_JOINED = st.sampled_from(["与", "和", "、", "跟", "同", "及", ""])
_JUNCTION = st.sampled_from(["十字", "十字路口", "路口", "交叉口", "丁字路口", "交汇处", "口"])
_CORNER = st.sampled_from(["东北", "东南", "西北", "西南"])
_WAY = st.sampled_from(["东", "西", "南", "北"])
_HEAD = st.sampled_from(["", "西安市", "碑林区", "陕西省西安市碑林区", "碑林区文艺路街道", "位于"])
_TAIL = st.sampled_from(["", "。", "，井盖丢失", "附近", "处"])


def read(text: str) -> Statement:
    return understand(tokens_of(normalised(text), _TOWN.name_at), _TOWN.is_a)


@given(_HEAD, _STREETS, _JOINED, _STREETS, _JUNCTION, _CORNER, _TAIL)
def test_corners_of_crossings(
    head: str, a: str, joined: str, b: str, junction: str, way: str, tail: str
) -> None:
    statement = read(f"{head}{a}{joined}{b}{junction}{way}角{tail}")
    (anchor,) = (each for each in statement.anchors if each.kind != "area")
    assert (anchor.kind, anchor.names, anchor.closed) == ("crossing", (a, b), True)
    corner = anchor.of("corner")
    assert corner is not None
    assert corner.way == way
    assert statement.unknown == (["井盖丢失"] if "井盖" in tail else [])


@given(_HEAD, _STREETS, st.integers(1, 9999), st.sampled_from(["号", "#", "号院"]), _TAIL)
def test_house_numbers(head: str, street: str, number: int, written: str, tail: str) -> None:
    statement = read(f"{head}{street}{number}{written}{tail}")
    (anchor,) = (each for each in statement.anchors if each.kind != "area")
    assert (anchor.kind, anchor.names) == ("house", (street,))
    assert anchor.number is not None
    assert anchor.number.rstrip("号#院") == str(number)


@given(
    _STREETS, _JOINED, _STREETS, _JUNCTION, st.sampled_from(["向", "往", "以", ""]), _WAY, st.integers(1, 999)
)
def test_distances_from_crossings(
    a: str, joined: str, b: str, junction: str, move: str, way: str, metres: int
) -> None:
    (anchor,) = read(f"{a}{joined}{b}{junction}{move}{way}{metres}米").anchors
    assert anchor.kind == "crossing"
    moved, walked = anchor.of("move"), anchor.of("distance")
    assert moved is not None
    assert walked is not None
    assert (moved.way, walked.metres) == (way, metres)


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_any_text_is_answered(text: str) -> None:
    first = find_places(_TOWN, text)
    assert first == find_places(_TOWN, text)
    assert all(0 <= each.score <= 1 for each in first.candidates)
    if first.verdict == "certain":
        assert first.candidates[0].score >= 0.85


_WORDS = [
    "友谊东路",
    "太乙路",
    "青龙寺",
    "碑林区",
    "与",
    "十字",
    "68号",
    "向北",
    "200米",
    "路",
    "口",
    "附近",
    "，",
]


@given(st.lists(st.sampled_from([*_WORDS, "阳光", "老", "a", "7"]), max_size=40))
@settings(max_examples=300)
def test_any_heap_of_words_is_answered(words: list[str]) -> None:
    find_places(_TOWN, "".join(words))


@pytest.mark.parametrize(
    "piece", ["友谊东路", "友谊东路与太乙路十字向北2米", "路", "一", "a", "1号", "肯德基", "友宜东路与"]
)
@pytest.mark.timeout(60)
def test_a_text_as_long_as_an_address_may_be_is_answered(piece: str) -> None:
    text = (piece * 2000)[:2000]
    assert find_places(_TOWN, text).verdict in ("certain", "ambiguous", "uncertain", "nothing")


def test_it_never_reads_a_part_of_a_longer_word() -> None:
    for text in ("和平门小学", "青龙寺路小区", "太乙路小学", "老太乙路"):
        found = find_places(_TOWN, text)
        assert found.verdict != "certain", found
