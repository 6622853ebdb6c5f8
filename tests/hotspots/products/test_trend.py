"""The trend of a made district: what is new, what is chronic, what is refused, what the page says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
from scipy import stats
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.hotspots import Question
from gridsvc.hotspots.products.trend import CellTrends, read_trend
from tests.hotspots.district import ZONE, District, add_reports, make_district

NOW = datetime(2026, 6, 10, 12, tzinfo=ZONE)
MONDAY = date(2026, 3, 2)


def ask(
    connection: Connection, first: str = "2026-02-26", last: str = "2026-05-31", **chosen: Any
) -> CellTrends:
    question = Question.of(["0201"], date.fromisoformat(first), date.fromisoformat(last), ZONE)
    return read_trend(connection, question, now=NOW, snap_outside_m=30, exposure="hectare", **chosen)


def busy_weeks(
    connection: Connection, district: District, column: int, row: int, weeks: range, days: int = 7
) -> None:
    """Add a report to a cell on the first `days` days of each week, counted from 2 March 2026."""
    for week in weeks:
        for day in range(days):
            on = MONDAY + timedelta(weeks=week, days=day)
            add_reports(connection, [district.place(column + 0.5, row + 0.5)], at=f"{on} 09:00")


@pytest.fixture
def district(connection: Connection) -> District:
    made = make_district(connection, 12)
    busy_weeks(connection, made, 2, 2, range(13))
    busy_weeks(connection, made, 9, 9, range(11, 13))
    for number in range(12):
        busy_weeks(connection, made, number, 5, range(number, number + 1), 1)
    return made


def test_chronic_and_begun_are_told_apart(connection: Connection, district: District) -> None:
    told = ask(connection).as_dict()
    assert (told["from"], told["to"], len(told["steps"])) == ("2026-03-02", "2026-05-31", 13)
    rows = {row["code"]: row for row in told["trends"]}
    chronic, begun = rows[district.code(2, 2)], rows[district.code(9, 9)]
    assert chronic["category"] == "persistent_hot"
    assert begun["category"] == "consecutive_hot"
    assert begun["incidents"] == [0] * 11 + [7, 7]
    assert begun["hot"] == [11, 12]
    assert begun["street"] == "乙街道"
    assert begun["mk_p"] < 0.05
    assert sum(told["categories"].values()) == 144
    # What has a pattern comes first, hot before cold.
    assert told["trends"][0]["category"].endswith("_hot")
    orjson.dumps(told)


@pytest.mark.usefixtures("district")
def test_q_can_be_worked_out_from_what_is_told(connection: Connection) -> None:
    found = ask(connection)
    told = found.as_dict()
    bins = found.emerging.bins
    p = [
        stats.binom.sf(s, told["tested_total"], e / told["tested_total"])
        + stats.binom.pmf(s, told["tested_total"], e / told["tested_total"]) / 2
        for s, e in zip(bins.sums.ravel(), bins.expected.ravel(), strict=True)
    ]
    q = stats.false_discovery_control(p).reshape(bins.sums.shape)
    for row in told["trends"]:
        cell = found.daily.cells.layer.codes.index(row["code"])
        assert row["q_hot_last"] == pytest.approx(q[cell, -1], rel=1e-6)
        assert row["near_last"] == bins.sums[cell, -1]


def test_sheet_says_it_in_words(connection: Connection, district: District) -> None:
    found = ask(connection)
    sheet = found.sheet()
    assert "持续热点" in sheet.headline.zh
    assert "consecutive hot spots" in sheet.headline.en
    cell = found.daily.cells.layer.codes.index(district.code(9, 9))
    assert "连续热点：最近连续至少两期偏高，此前从未偏高" in sheet.details[cell][0].zh
    assert "0 0 7 7" in sheet.details[cell][1].zh
    assert any("首尾不足整期的 4 天未计入" in line.zh for line in sheet.remarks)
    assert sum(step.cells for step in sheet.scale.steps) == 144
    assert sheet.top is not None
    assert found.emerging.category[sheet.top[0]] > 0


@pytest.mark.usefixtures("district")
def test_all_ways_of_writing_take_it(connection: Connection, tmp_path: Any) -> None:
    from gridsvc.hotspots.sheets import write_sheet

    sheet = ask(connection).sheet()
    for suffix in ("html", "geojson", "parquet"):
        assert write_sheet(sheet, tmp_path / f"trend.{suffix}", "zh") > 0


@pytest.mark.usefixtures("district")
def test_compatible_way_says_its_fault(connection: Connection) -> None:
    sheet = ask(connection, test="arcgis").sheet()
    assert any("把偶然当作热点" in line.zh for line in sheet.remarks)
    assert "ArcGIS" in str(sheet.provenance.null)


def test_weeks_that_are_not_over_are_not_counted(connection: Connection, district: District) -> None:
    assert ask(connection, last="2026-06-30").last == date(2026, 6, 7)
    add_reports(connection, [district.place(0.5, 0.5)], at="2026-01-13 09:00")
    assert ask(connection, first="2026-01-05", step_weeks=2).starts[-1] == date(2026, 5, 18)


@pytest.mark.usefixtures("district")
def test_weeks_before_anything_was_recorded_are_left_out_and_said(connection: Connection) -> None:
    found = ask(connection, first="2025-09-01")
    assert (found.starts[0], found.unrecorded, found.cut) == (MONDAY, 26, 0)
    assert any("自 2026-03-02 起才有记录，此前 26 期未计入" in line.zh for line in found.sheet().remarks)
    assert found.as_dict()["categories"] == ask(connection).as_dict()["categories"]
    with pytest.raises(InputRefused) as refused:
        ask(connection, first="2025-09-01", last="2026-04-12")
    assert refused.value.code == "too_few_weeks"
    assert "自 2026-03-02 起才有记录" in refused.value.message.zh


def test_nothing_at_all_has_no_pattern(connection: Connection) -> None:
    make_district(connection)
    found = ask(connection)
    assert found.as_dict()["categories"]["no_pattern"] == 36
    assert found.as_dict()["trends"] == []
    assert "没有网格" in found.sheet().headline.zh


def test_one_report_and_all_in_one_cell(connection: Connection) -> None:
    district = make_district(connection)
    add_reports(connection, [district.place(1.5, 1.5)], at="2026-03-10 09:00")
    orjson.dumps(ask(connection).as_dict())
    add_reports(connection, [district.place(1.5, 1.5)] * 500, at="2026-05-28 09:00")
    (row,) = ask(connection).as_dict()["trends"]
    assert row["incidents"][-1] == 500
    assert row["tested"][-1] == 1


def test_too_short_a_period_is_refused_with_how_many_weeks_there_are(connection: Connection) -> None:
    make_district(connection)
    with pytest.raises(InputRefused) as refused:
        ask(connection, first="2026-05-25")
    assert refused.value.code == "too_few_weeks"
    assert "有 1 周" in refused.value.message.zh
    with pytest.raises(InputRefused) as refused:
        ask(connection, first="2027-01-01", last="2027-12-31")
    assert refused.value.code == "too_few_weeks"
    with pytest.raises(InputRefused):
        ask(connection, step_weeks=2)
    with pytest.raises(WrongUsage) as wrong:
        ask(connection, step_weeks=0)
    assert wrong.value.code == "bad_step"


def test_too_many_steps_are_refused_and_longer_ones_taken(connection: Connection) -> None:
    make_district(connection)
    with pytest.raises(InputRefused) as refused:
        ask(connection, first="2016-01-04")
    assert refused.value.code == "too_many_steps"
    assert refused.value.remedy is not None
    assert len(ask(connection, first="2016-01-04", step_weeks=13).starts) == 41
