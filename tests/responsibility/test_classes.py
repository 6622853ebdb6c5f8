"""Which class a code means when its scheme or its kind is not said."""

from __future__ import annotations

from gridsvc.catalog import Class
from gridsvc.errors import Fault
from gridsvc.responsibility.classes import ClassBook


def class_of(scheme: str, kind: str, code: str) -> Class:
    return Class(scheme, kind, code, "占道", None, code[:2], "市容", "made for a test", "found")


BOOK = ClassBook.of(
    (
        class_of("A", "event", "0101"),
        class_of("A", "event", "0406"),
        class_of("B", "event", "0406"),
        class_of("A", "component", "0406"),
        class_of("B", "event", "0201"),
    )
)


def remedy(found: int | Fault) -> str:
    assert isinstance(found, Fault)
    assert found.code == "ambiguous_class"
    assert found.remedy is not None
    return found.remedy.en


def test_of_one_scheme_in_force_the_class_is_meant_though_no_clause_has_it() -> None:
    assert BOOK.find(None, "event", "0406", frozenset({0})) == 1


def test_a_class_that_a_clause_has_goes_before_the_scheme() -> None:
    assert BOOK.find(None, "event", "0406", frozenset({0, 2})) == 2


def test_what_is_missing_is_named_and_not_what_was_given() -> None:
    none = frozenset[int]()
    assert remedy(BOOK.find(None, "event", "0406", none)) == "Give scheme with it."
    assert remedy(BOOK.find(None, "event", "0406", frozenset({0, 4}))) == "Give scheme with it."
    assert remedy(BOOK.find("A", None, "0406", none)) == "Give kind with it."
    assert remedy(BOOK.find(None, None, "0406", none)) == "Give scheme and kind with it."


def test_a_scheme_in_force_for_the_other_kind_says_nothing() -> None:
    assert remedy(BOOK.find(None, "event", "0406", frozenset({3}))) == "Give scheme with it."
