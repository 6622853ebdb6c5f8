"""Class words mean the same asked alone, in a thousand, and in columns too wide for a table."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from gridsvc.catalog import Class
from gridsvc.responsibility import asked_classes
from gridsvc.responsibility.asked_classes import NONE_FOUND, AskedClasses
from gridsvc.responsibility.classes import ClassBook
from gridsvc.responsibility.queries import Queries, is_given
from tests.responsibility.test_classes import class_of

ROWS: list[Class] = [
    class_of("s", "event", "0101"), class_of("s", "component", "0101"), class_of("s", "event", "0102"),
]  # fmt: skip
AT = datetime(2026, 11, 23, tzinfo=UTC)


def asked(kinds: list[str | None], codes: list[str | None]) -> AskedClasses:
    n = len(codes)
    queries = Queries.of(lon=np.zeros(n), lat=np.zeros(n), at=AT, kind=kinds, class_code=codes)
    return AskedClasses(queries, ClassBook.of(ROWS), frozenset(range(len(ROWS))))


@pytest.mark.parametrize("dense", [True, False])
def test_one_and_many_mean_the_same(dense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_classes, "MOST_DENSE", 5_000_000 if dense else 0)
    kinds = ["event", "component", None, None, "event", None]
    codes = ["0101", "0101", "0102", "0101", "9999", None]
    expected = [0, 1, 2, NONE_FOUND, NONE_FOUND, -1]
    alone = [int(asked([kind], [code]).of(slice(None))[0]) for kind, code in zip(kinds, codes, strict=True)]
    assert alone == expected
    many = asked(kinds * 50, codes * 50)
    assert many.of(slice(0, 7)).tolist() == [*expected, expected[0]]
    assert many.of(slice(None)).tolist() == expected * 50
    assert sorted(fault.code for fault in many.faults.values()) == ["ambiguous_class", "unknown_class"]


def test_a_column_that_nobody_gave_is_one_value_seen_often() -> None:
    queries = Queries.of(lon=np.zeros(5), lat=np.zeros(5), at=AT, heading_deg=np.broadcast_to(90.0, 5))
    assert np.isnan(queries.accuracy_m).all()
    assert queries.house_number.tolist() == [-1] * 5
    assert not is_given(queries.accuracy_m)
    # One value given for all is given all the same.
    assert is_given(queries.heading_deg)
