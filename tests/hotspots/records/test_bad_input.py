"""What is known to be bad gets a clear answer and whole numbers (`evaluation.md` E12)."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound
from gridsvc.hotspots import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily, read_hours, read_places
from tests.hotspots.district import ZONE, add_reports, make_district

NOW = datetime(2026, 11, 22, tzinfo=ZONE)


def read(connection: Connection, word: str = "0201", first: str = "2026-03-01") -> DailyCounts:
    question = Question.of([word], date.fromisoformat(first), date(2026, 12, 31), ZONE)
    return read_daily(connection, question, now=NOW, snap_outside_m=30)


@pytest.mark.parametrize("count", [0, 1, 500])
def test_none_one_and_all_in_one_cell(connection: Connection, count: int):
    district = make_district(connection)
    add_reports(connection, [district.place(2.5, 2.5)] * count)
    counts = read(connection)
    per_cell = counts.per_cell()
    assert per_cell.dtype == np.int64
    assert per_cell.sum() == per_cell.max() == count
    assert counts.per_cell("incident_days").sum() == min(count, 1)
    question = counts.question
    assert len(read_places(connection, question, now=NOW, snap_outside_m=30).x_m) == count
    assert read_hours(connection, question, now=NOW, snap_outside_m=30).of().sum() == count


def test_a_class_that_does_not_exist(connection: Connection):
    make_district(connection)
    with pytest.raises(InputRefused) as caught:
        read(connection, "9999")
    assert caught.value.code == "unknown_class"


def test_no_cells(connection: Connection):
    make_district(connection)
    connection.execute(text("UPDATE area_edition SET withdrawn_at = now()"))
    with pytest.raises(NotFound) as caught:
        read(connection)
    assert caught.value.code == "no_cells"


def test_a_period_to_come_and_one_that_is_not_over(connection: Connection):
    make_district(connection)
    with pytest.raises(InputRefused) as caught:
        read(connection, first="2026-11-23")
    assert caught.value.code == "period_future"
    assert caught.value.remedy is not None
    assert read(connection, first="2026-11-22").days_ahead == 39
