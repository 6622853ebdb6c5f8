"""Codes under the profiles that ship, and under those of other places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.geography.codes import LEVEL_NAMES, LONGEST, CodeProfile
from gridsvc.geography.profiles import code_profile, profile_from_document

GBT, GBT14, LETTERS, FREE = (code_profile(name) for name in ("gbt", "gbt14", "gbt-letters", "free"))
# as Statistics Netherlands writes them: each level has letters of its own, the digits go on
DUTCH = profile_from_document(
    {
        "name": "nl-cbs",
        "levels": {
            "district": "GM{town}",
            "street": "WK{town}{quarter}",
            "community": "BU{town}{quarter}{part}",
        },
        "fields": {"town": {"width": 4}, "quarter": {"width": 2}, "part": {"width": 2}},
    }
)
WARDS = profile_from_document(
    {
        "name": "wards",
        "levels": {"community": "Ward {ward}", "cell": "Ward {ward}/{block}"},
        "fields": {"ward": {"width": [1, 3]}, "block": {"width": 2, "alphabet": "A-HJ-NP-Z", "ranges": []}},
    }
)
_DIGITS = {"district": 6, "street": 9, "community": 12, "cell": 15}


def valid(profile: CodeProfile, level: str) -> st.SearchStrategy[dict[str, str]]:
    """Fields of a code that the profile takes."""
    held = [part for part in profile.levels[level] if not isinstance(part, str)]
    return st.fixed_dictionaries(
        {
            each.name: st.from_regex(f"[{each.alphabet}]{{{each.least},{each.most}}}", fullmatch=True).filter(
                lambda text, each=each: (
                    text.isascii() and not (each.first and text.isdecimal() and int(text) < each.first)
                )
            )
            for each in held
        }
    )


levels = st.sampled_from(
    [(profile, level) for profile in (GBT, GBT14, LETTERS, DUTCH, WARDS) for level in profile.levels]
)


@given(data=st.data(), at=levels)
def test_what_is_built_is_read_again(data: st.DataObject, at: tuple[CodeProfile, str]) -> None:
    profile, level = at
    fields = data.draw(valid(profile, level))
    code = profile.build(level, fields)
    assert profile.fault(level, code) is None
    assert profile.parse(level, code) == fields
    assert profile.level_of(code) == level


@given(data=st.data(), at=levels)
def test_damage_of_one_character_is_caught(data: st.DataObject, at: tuple[CodeProfile, str]) -> None:
    profile, level = at
    code = profile.build(level, data.draw(valid(profile, level)))
    place = data.draw(st.integers(0, len(code) - 1))
    assert profile.fault(level, code[:place] + "*" + code[place + 1 :]) is not None
    assert profile.fault(level, code[:place] + " " + code[place:]) is not None
    if profile is not WARDS:  # whose ward numbers have one to three digits
        assert profile.fault(level, code[:place] + code[place + 1 :]) is not None
        assert profile.fault(level, code[:place] + code[place] + code[place:]) is not None


@given(level=st.sampled_from(list(_DIGITS)), digits=st.text("123456789", min_size=1, max_size=20))
def test_gbt_takes_exactly_the_digits_of_the_level(level: str, digits: str) -> None:
    assert (GBT.fault(level, digits) is None) == (len(digits) == _DIGITS[level])
    older = 14 if level == "cell" else _DIGITS[level]
    assert (GBT14.fault(level, digits) is None) == (len(digits) == older)


@given(data=st.data(), at=levels)
def test_a_valid_code_names_valid_areas_above(data: st.DataObject, at: tuple[CodeProfile, str]) -> None:
    profile, level = at
    code = profile.build(level, data.draw(valid(profile, level)))
    while (above := profile.above(level)) is not None:
        parent = profile.parent(level, code)
        assert parent is not None
        assert profile.fault(above, parent) is None
        assert profile.ancestors(level, [code], above) == [parent]
        assert profile.parse(above, parent).items() <= profile.parse(level, code).items()
        level, code = above, parent
    assert profile.parent(level, code) is None


def test_prefixes() -> None:
    code = "610103001002003"
    assert [GBT.ancestors("cell", [code], level) for level in ("community", "street", "district")] == [
        ["610103001002"],
        ["610103001"],
        ["610103"],
    ]
    assert GBT.ancestors("cell", ["no code"], "street") == [None]
    assert GBT.parse("cell", code) == {
        "district": "610103",
        "street": "001",
        "community": "002",
        "sequence": "003",
    }
    assert GBT.build("cell", {"district": "610103", "street": 1, "community": 2, "sequence": 3}) == code
    assert DUTCH.parent("community", "BU03630102") == "WK036301"
    assert DUTCH.parent("street", "WK036301") == "GM0363"
    assert WARDS.parent("cell", "Ward 12/AB") == "Ward 12"
    assert WARDS.parent("community", "Ward 12") is None


@given(code=st.text(min_size=1, max_size=LONGEST).filter(lambda text: text.isprintable()))
def test_free_takes_any_code_and_knows_no_parent(code: str) -> None:
    assert FREE.fault("cell", code) is None
    assert FREE.parent("cell", code) is None
    assert FREE.parse("cell", code) == {}
    assert FREE.meaning("cell", code) is None


@pytest.mark.parametrize(
    "code", ["１６１０１０３００１００１００", "61010300100100A", "6101030010010 1", "٠" * 15]
)
def test_other_digits_and_letters_are_no_standard_code(code: str) -> None:
    fault = GBT.fault("cell", code)
    assert fault is not None
    assert fault.code == "bad_code"


def test_letters_have_a_profile_of_their_own() -> None:
    assert LETTERS.fault("cell", "61010300A00100B") is None
    assert LETTERS.fault("cell", "61010A00A00100B") is not None  # the district is of GB/T 2260
    assert LETTERS.parent("cell", "61010300A00100B") == "61010300A001"
    assert LETTERS.meaning("street", "61010300A") is None


def test_messages_help() -> None:
    old = GBT.fault("cell", "61010300100101")
    assert old is not None
    assert old.code == "retired_code"
    assert "14" in old.message.zh
    assert "gbt14" in old.message.en
    now = GBT14.fault("cell", "610103001001001")
    assert now is not None
    assert now.code == "retired_code"
    street = GBT.fault("cell", "610103001")
    assert street is not None
    assert "街道" in street.message.zh
    assert "street" in street.message.en
    padded = GBT.fault("community", "610103001000")
    assert padded is not None
    assert "社区" in padded.message.zh
    assert "zeros" in padded.message.en
    dutch = DUTCH.fault("street", "BU03630102")
    assert dutch is not None
    assert "WK{town}{quarter}" in dutch.message.en
    for profile in (GBT, FREE):
        for code, expected in (("", "blank_code"), ("x" * 65, "bad_code"), ("a\nb", "bad_code")):
            fault = profile.fault("cell", code)
            assert fault is not None
            assert fault.code == expected


@pytest.mark.parametrize(
    ("level", "code", "meaning"),
    [
        ("street", "610103001", "街道"),
        ("street", "610103099", "街道"),
        ("street", "610103100", "镇"),
        ("street", "610103399", "乡"),
        ("street", "610103400", None),
        ("community", "610103001199", "居委会"),
        ("community", "610103001200", "村"),
        ("cell", "610103001001001", None),
        ("street", "61010300", None),
    ],
)
def test_what_a_number_says(level: str, code: str, meaning: str | None) -> None:
    found = GBT.meaning(level, code)
    assert (found and found.zh) == meaning


@pytest.mark.parametrize(
    ("level", "fields"),
    [
        ("cell", {"district": "610103", "street": 1, "community": 2, "sequence": 1000}),
        ("cell", {"district": "610103", "street": 1, "community": 2}),
        ("cell", {"district": "610103", "street": 0, "community": 2, "sequence": 1}),
        ("street", {"district": "61010", "street": "0001"}),
    ],
)
def test_what_no_code_can_hold_is_not_built(level: str, fields: dict[str, Any]) -> None:
    with pytest.raises(InputRefused):
        GBT.build(level, fields)


def test_a_profile_without_a_rule_builds_nothing() -> None:
    with pytest.raises(InputRefused) as caught:
        FREE.build("cell", {})
    assert caught.value.code == "no_code_rule"
    assert set(GBT.levels) == set(LEVEL_NAMES)
