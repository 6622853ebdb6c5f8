"""The order of rules: numbers as written, 先于 and 后于 as numbers, circles found."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.handling.workbook.priorities import LARGEST, Order, number_rules, read_order

CODES = tuple("ABCDEFG")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("10", Order(10)),
        ("０", Order(0)),
        ("先于 R20", Order(before=("R20",))),
        ("后于R10、R11", Order(after=("R10", "R11"))),
        ("后于 R10；先于 R20", Order(before=("R20",), after=("R10",))),
        ("after R10; before R20", Order(before=("R20",), after=("R10",))),
        ("后于R10先于R20", Order(before=("R20",), after=("R10",))),
        ("", None),
        ("高", None),
        ("-1", None),
        ("1.5", None),
        ("1000001", None),
        ("先于", None),
        ("10 或 20", None),
    ],
)
def test_reads_what_a_cell_says(text: str, order: Order | None) -> None:
    assert read_order(text) == order


def test_puts_a_rule_directly_after_or_before_the_one_that_it_names() -> None:
    numbers = number_rules(
        {
            "R10": Order(10),
            "R20": Order(20),
            "late": Order(after=("R10",)),
            "early": Order(before=("R20",)),
            "between": Order(after=("late",), before=("early",)),
            "last": Order(before=("R20",)),
        }
    )
    assert numbers.of == {"R10": 10, "late": 11, "between": 12, "early": 13, "last": 19, "R20": 20}


def test_numbers_rules_that_have_to_do_with_no_number() -> None:
    numbers = number_rules({"a": Order(before=("b",)), "b": Order(after=("a",)), "fixed": Order(5)})
    assert numbers.of == {"fixed": 5, "a": 15, "b": 25}


@pytest.mark.parametrize(
    "orders",
    [
        {"a": Order(after=("b",)), "b": Order(after=("a",))},
        {"a": Order(before=("a",))},
        {"R10": Order(10), "R20": Order(20), "x": Order(after=("R20",), before=("R10",))},
        {"R10": Order(10), "x": Order(after=("R10",), before=("R10",))},
    ],
)
def test_finds_a_circle(orders: Mapping[str, Order]) -> None:
    numbers = number_rules(orders)
    assert numbers.impossible is not None
    assert set(numbers.impossible.circle) <= set(orders)


def test_says_where_no_number_is_left() -> None:
    assert (
        number_rules({"a": Order(10), "b": Order(11), "x": Order(after=("a",), before=("b",))}).no_room == "x"
    )
    assert number_rules({"a": Order(0), "x": Order(before=("a",))}).no_room == "x"
    assert number_rules({"a": Order(LARGEST), "x": Order(after=("a",))}).no_room == "x"


@given(st.data())
def test_keeps_every_order_that_was_asked_for(data: st.DataObject) -> None:
    names = st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple)
    orders = {}
    for code in CODES:
        fixed = data.draw(st.none() | st.integers(0, 400))
        orders[code] = Order(fixed) if fixed is not None else Order(None, data.draw(names), data.draw(names))
    numbers = number_rules(orders)
    if numbers.impossible is not None or numbers.no_room is not None:
        return
    for code, order in orders.items():
        assert order.number in (None, numbers.of[code])
        assert all(numbers.of[code] < numbers.of[each] for each in order.before)
        assert all(numbers.of[each] < numbers.of[code] for each in order.after)
        assert 0 <= numbers.of[code] <= LARGEST


@given(st.permutations(CODES), st.data())
def test_never_takes_an_order_for_a_circle(sequence: list[str], data: st.DataObject) -> None:
    """Orders that all follow one sequence have numbers, whoever names whom."""
    orders = {}
    for place, code in enumerate(sequence):
        after = data.draw(st.sets(st.sampled_from(sequence[:place]))) if place else set()
        before = (
            data.draw(st.sets(st.sampled_from(sequence[place + 1 :]))) if place + 1 < len(sequence) else set()
        )
        orders[code] = Order(None, tuple(sorted(before)), tuple(sorted(after)))
        if data.draw(st.booleans()):
            orders[code] = Order(1000 * (place + 1))
    numbers = number_rules(orders)
    assert numbers.impossible is None
    assert numbers.no_room is None
    assert set(numbers.of) == set(CODES)
