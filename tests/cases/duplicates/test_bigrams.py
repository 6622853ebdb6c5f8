"""Texts are alike by what is rare in them; marks, width and case do not count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.cases.duplicates.bigrams import likeness, plain, weighted_bigrams


def _alike(texts: list[str], one: int = 0, other: int = 1) -> float:
    rows = weighted_bigrams(texts, np.zeros(len(texts), np.int64))
    return float(likeness(rows, np.array([one]), np.array([other]))[0])


def test_the_same_words_are_wholly_alike_in_any_width_and_with_any_marks() -> None:
    assert _alike(["电杆上 贴着ABC广告！", "电杆上贴着ａｂｃ广告。", "别的"]) == pytest.approx(1.0)
    assert plain("友谊西路１２号 门前！") == "友谊西路12号门前"


def test_quite_other_words_are_not() -> None:
    assert _alike(["墙上贴满小广告", "路灯不亮"]) == 0.0


@pytest.mark.parametrize("blank", ["", "!?。", "路", "\n \t"])
def test_a_blank_text_is_like_nothing(blank: str) -> None:
    assert _alike([blank, "路灯不亮"]) == 0.0
    assert _alike([blank, blank]) == 0.0


def test_what_everybody_says_weighs_little() -> None:
    common = ["请尽快处理"] * 50
    rare = _alike([*common, "榆林苑七号楼，请尽快处理", "榆林苑七号楼冒烟"], 50, 51)
    usual = _alike([*common, "榆林苑七号楼，请尽快处理", "树枝断了，请尽快处理"], 50, 51)
    assert rare > usual


@given(st.lists(st.text(max_size=30), min_size=2, max_size=8))
def test_likeness_is_symmetric_and_between_0_and_1(texts: list[str]) -> None:
    rows = weighted_bigrams(texts, np.zeros(len(texts), np.int64))
    one, other = np.array([0, 1, 0]), np.array([1, 0, 0])
    found = likeness(rows, one, other)
    assert found[0] == pytest.approx(found[1])
    assert ((found >= 0) & (found <= 1)).all()
    assert found[2] == pytest.approx(1.0) or len(plain(texts[0])) < 2
