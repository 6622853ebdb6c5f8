from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.gazetteer.normalising import LONGEST, normalised
from gridsvc.gazetteer.variants import SIMPLIFIED
from gridsvc.pinyin import spellings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("西安市碑林區　文藝路６８號", "西安市碑林区文艺路68号"),
        ("十号", "10号"),
        ("一百零二号楼", "102号楼"),
        ("二〇一号", "201号"),
        ("两百米", "200米"),
        ("五路口", "五路口"),
        ("二环南路东段", "二环南路东段"),
        ("Real  Love (7th FLOOR)", "real love(7th floor)"),
        ("友谊路 乐居场路口（西铁局）", "友谊路乐居场路口(西铁局)"),
        ("6—8号", "6-8号"),
    ],
)
def test_one_form_for_what_means_the_same(text: str, expected: str) -> None:
    assert normalised(text) == expected


@given(st.text(max_size=80))
def test_normalising_twice_is_once(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert len(once) <= LONGEST


@given(st.text(alphabet="零〇一二三四五六七八九十百千两号米", max_size=20))
def test_any_written_number_is_read_or_left(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


def test_no_simplified_form_is_a_traditional_one() -> None:
    assert not {code for code in SIMPLIFIED.values() if code in SIMPLIFIED}


def test_every_reading_of_a_polyphone_spells_the_name() -> None:
    full, initials = spellings("长安路")
    assert {"changanlu", "zhanganlu"} <= full
    assert {"cal", "zal"} <= initials
    assert len(spellings("长长长长长长长行行行行行行行行行")[0]) <= 16
