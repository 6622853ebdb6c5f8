"""Ids of components by the standards' fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.catalog.component_ids import (
    ComponentId,
    build_component_id,
    component_id_fault,
    parse_component_id,
)
from gridsvc.errors import InputRefused

DIGITS = "0123456789"
district = st.text(DIGITS, min_size=6, max_size=6)
class_code = st.one_of(st.text(DIGITS, min_size=4, max_size=4), st.text(DIGITS, min_size=5, max_size=5))
sequence = st.integers(1, 999_999)


@given(district=district, class_code=class_code, sequence=sequence)
def test_what_is_built_is_read(district: str, class_code: str, sequence: int) -> None:
    code = build_component_id(district, class_code, sequence)
    fields = parse_component_id(code)
    assert (fields.district, fields.class_code, int(fields.sequence)) == (district, class_code, sequence)
    assert str(fields) == code
    assert component_id_fault(code) is None


def test_published_example() -> None:
    # sources.md [S34]: Suzhou Gusu, component 1 of class 0101
    assert parse_component_id("3205080101000001") == ComponentId("320508", "01", "01", "000001")
    assert parse_component_id("61010301037000012").class_code == "01037"


@given(
    code=st.from_regex(r"[0-9]{16}|[0-9]{17}", fullmatch=True).filter(
        lambda code: code.isascii() and int(code[-6:])
    ),
    data=st.data(),
)
def test_structural_damage_is_caught(code: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(code) - 1))
    assert component_id_fault(code[:at] + "O" + code[at + 1 :]) is not None
    scheme = "gbt47678.5-2026" if len(code) == 17 else "gbt30428.2-2013"
    assert component_id_fault(code, scheme=scheme) is None
    assert component_id_fault(code[:at] + code[at + 1 :], scheme=scheme) is not None
    assert component_id_fault(code[:at] + "1" + code[at:], scheme=scheme) is not None


@pytest.mark.parametrize(
    ("code", "options", "expected"),
    [
        ("", {}, "blank_code"),
        ("61010301", {}, "bad_component_id"),
        ("６101030101000001", {}, "bad_component_id"),
        ("6101030101000000", {}, "bad_component_id"),
        ("6101030101000001", {"scheme": "gbt47678.5-2026"}, "component_id_of_other_scheme"),
        ("61010301001000001", {"scheme": "gbt30428.2-2013"}, "component_id_of_other_scheme"),
        ("LAMP-1", {"scheme": "city"}, None),
    ],
)
def test_faults(code: str, options: dict[str, str], expected: str | None) -> None:
    fault = component_id_fault(code, **options)
    assert (fault and fault.code) == expected


def test_an_id_of_a_citys_own_scheme_has_no_fields() -> None:
    with pytest.raises(InputRefused):
        parse_component_id("LAMP-1", "city")


@pytest.mark.parametrize(
    "arguments", [("61010", "0101", 1), ("610103", "0101", 0), ("610103", "0101", 10**6), ("610103", "01", 1)]
)
def test_what_no_id_can_hold_is_refused(arguments: tuple[str, str, int]) -> None:
    with pytest.raises(InputRefused) as caught:
        build_component_id(*arguments)
    assert caught.value.code == "bad_component_id"
