"""Code profiles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.geography.codes import LONGEST, PROFILES, code_profile

GBT, FREE = PROFILES["gbt"], PROFILES["free"]
_DIGITS = {"district": 6, "street": 9, "community": 12, "cell": 15}


@given(level=st.sampled_from(list(_DIGITS)), digits=st.text("0123456789", min_size=1, max_size=20))
def test_gbt_takes_exactly_the_digits_of_the_level(level: str, digits: str) -> None:
    fault = GBT.fault(level, digits)
    assert (fault is None) == (len(digits) == _DIGITS[level])


@given(code=st.from_regex(r"[0-9]{15}", fullmatch=True).filter(str.isascii))
def test_a_valid_code_begins_with_a_valid_parent(code: str) -> None:
    level = "cell"
    for above in ("community", "street", "district"):
        parent = GBT.parent(level, code)
        assert parent is not None
        assert code.startswith(parent)
        assert GBT.fault(above, parent) is None
        level, code = above, parent
    assert GBT.parent("district", code) is None


@given(code=st.text(min_size=1, max_size=LONGEST).filter(lambda text: text.isprintable()))
def test_free_takes_any_code_and_knows_no_parent(code: str) -> None:
    assert FREE.fault("cell", code) is None
    assert FREE.parent("cell", code) is None


@pytest.mark.parametrize(
    "code", ["１６１０１０３００１００１００", "61010300100100A", "6101030010010 1", "٠" * 15]
)
def test_other_digits_and_letters_are_no_standard_code(code: str) -> None:
    fault = GBT.fault("cell", code)
    assert fault is not None
    assert fault.code == "bad_code"


def test_messages_help() -> None:
    old = GBT.fault("cell", "61010300100101")
    assert old is not None
    assert old.code == "retired_code"
    assert "14" in old.message.zh
    street = GBT.fault("cell", "610103001")
    assert street is not None
    assert "街道" in street.message.zh
    assert "street" in street.message.en
    for profile in (GBT, FREE):
        assert profile.fault("cell", "").code == "blank_code"  # type: ignore[union-attr]
        assert profile.fault("cell", "x" * 65).code == "bad_code"  # type: ignore[union-attr]
        assert profile.fault("cell", "a\nb").code == "bad_code"  # type: ignore[union-attr]


def test_unknown_profile() -> None:
    with pytest.raises(InputRefused) as caught:
        code_profile("nl")
    assert caught.value.code == "unknown_profile"
    assert "gbt, free" in caught.value.remedy.en  # type: ignore[union-attr]
