"""Forecasts and back-tests of a made district in PostGIS: what is answered, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.hotspots import Question
from gridsvc.hotspots.products.backtest import backtest
from gridsvc.hotspots.products.forecast import Forecast, forecast
from gridsvc.hotspots.products.step_counts import count_steps, working_days
from tests.hotspots.district import ZONE, District, add_reports, make_district

NOW = datetime(2026, 6, 10, 12, tzinfo=ZONE)
LAST = date(2026, 5, 31)
HOT = (4.5, 2.5)


def question(first: str = "2025-11-03", last: str = "2026-05-31", code: str = "0201") -> Question:
    return Question.of([code], date.fromisoformat(first), date.fromisoformat(last), ZONE)


def ask(connection: Connection, asked: Question | None = None, **chosen: Any) -> Forecast:
    return forecast(connection, asked or question(), now=NOW, snap_outside_m=30, **chosen)


@pytest.fixture
def district(connection: Connection) -> District:
    """30 weeks: two evening reports a day in one cell, one a day anywhere in 64 cells."""
    made = make_district(connection, 8)
    rng = np.random.default_rng(7)
    for back in range(210):
        day = LAST - timedelta(days=back)
        add_reports(connection, [made.place(*HOT)] * rng.poisson(2.0), at=f"{day} 19:30")
        add_reports(
            connection,
            [made.place(*rng.uniform(0, 8, 2)) for _ in range(rng.poisson(1.0))],
            at=f"{day} 09:00",
        )
    return made


def test_a_forecast_of_the_coming_week(connection: Connection, district: District, tmp_path: Any) -> None:
    from gridsvc.hotspots.sheets import write_sheet

    found = ask(connection)
    told = found.as_dict()
    assert (told["from"], told["to"]) == ("2026-06-01", "2026-06-07")
    assert (told["trained_from"], told["trained_to"]) == ("2025-11-03", "2026-05-31")
    first = told["cells"][0]
    assert first["code"] == district.code(4, 2)
    assert first["rank"] == 1
    assert 11 < first["expected"] < 18
    assert first["low"] < first["expected"] < first["high"]
    assert told["expected"] == pytest.approx(sum(each["expected"] for each in told["cells"]), abs=1e-3)
    assert 15 < told["expected"] < 28
    assert len(told["cells"]) == 64
    assert told["backtest"]["steps"] == 21
    assert {"last_4", "ewma_13", told["method"]} == {each["name"] for each in told["backtest"]["methods"]}
    sheet = found.sheet()
    assert "预期" in sheet.headline.zh
    assert any("Back-test" in line.en for line in sheet.remarks)
    assert write_sheet(sheet, tmp_path / "forecast.geojson", "zh") > 0
    orjson.dumps(told)


@pytest.mark.usefixtures("district")
def test_the_same_question_has_the_same_answer(connection: Connection) -> None:
    assert ask(connection).as_dict() == ask(connection).as_dict()


def test_a_shift_has_its_own_hot_cells(connection: Connection, district: District) -> None:
    asked = question(first="2026-03-02")
    late = ask(connection, asked, horizon="shift", shift="late").as_dict()
    early = ask(connection, asked, horizon="shift", shift="early").as_dict()
    hot = district.code(4, 2)
    assert (late["shift"], late["from"], late["to"]) == ("late", "2026-06-01", "2026-06-01")
    assert late["cells"][0]["code"] == hot
    assert 1.4 < late["cells"][0]["expected"] < 2.6
    assert next(each for each in early["cells"] if each["code"] == hot)["expected"] < 0.3


@pytest.mark.usefixtures("district")
def test_a_named_method_is_used_and_its_back_test_told(connection: Connection) -> None:
    told = ask(connection, model="density_13").as_dict()
    assert told["method"] == "density_13"
    assert "density_13" in {each["name"] for each in told["backtest"]["methods"]}
    assert "按要求" in told["remarks"][0]


@pytest.mark.usefixtures("district")
def test_boosting_competes_where_it_is_asked_for(connection: Connection) -> None:
    told = ask(connection, thorough=True).as_dict()
    names = {each["method"] for each in told["backtest"]["against_ewma"]}
    assert names >= {"eb_ewma", "eb_regression", "boosting"}


@pytest.mark.usefixtures("district")
def test_a_short_period_has_ewma_and_no_proof(connection: Connection) -> None:
    told = ask(connection, question(first="2026-04-20")).as_dict()
    assert told["method"] == "ewma_13"
    assert told["backtest"] is None
    assert any("无法回测" in line for line in told["remarks"])
    with pytest.raises(InputRefused) as refused:
        backtest(connection, question(first="2026-04-20"), now=NOW, snap_outside_m=30)
    assert refused.value.code == "too_few_weeks"


@pytest.mark.usefixtures("district")
def test_days_that_are_not_over_are_left_out(connection: Connection) -> None:
    told = ask(connection, question(last="2026-06-14")).as_dict()
    assert told["trained_to"] == "2026-06-09"
    assert told["from"] == "2026-06-10"
    assert any("尚未过去" in line for line in told["remarks"])


@pytest.mark.parametrize(
    ("asked", "chosen", "code"),
    [
        (question(first="2026-05-20"), {}, "too_few_weeks"),
        (question(first="2026-06-08", last="2026-06-30"), {}, "too_few_weeks"),
        (question(first="2027-01-01", last="2027-06-30"), {}, "too_few_weeks"),
        (question(code="私搭乱建"), {}, "no_reports"),
        (question(code="9999"), {}, "unknown_class"),
        (question(), {"model": "oracle"}, "unknown_model"),
    ],
)
@pytest.mark.usefixtures("district")
def test_bad_questions_have_clear_answers(
    connection: Connection, asked: Question, chosen: dict[str, Any], code: str
) -> None:
    with pytest.raises((InputRefused, WrongUsage)) as refused:
        ask(connection, asked, **chosen)
    assert refused.value.code == code


@pytest.mark.usefixtures("district")
def test_a_class_that_fell_silent_is_told(connection: Connection) -> None:
    told = ask(connection, question(last="2026-06-09", code="0201")).as_dict()
    assert told["silent_steps"] == 0  # nine days without a report are one week, no change of code yet
    connection.exec_driver_sql("UPDATE report SET class_code = '0101' WHERE opened_at >= '2026-04-01'")
    broken = ask(connection).as_dict()
    assert broken["silent_steps"] >= 8
    assert any("类别代码是否已更换" in line for line in broken["remarks"])
    healed = Question.of(["非法小广告", "私搭乱建"], date(2025, 11, 3), LAST, ZONE)
    assert ask(connection, healed).as_dict()["silent_steps"] == 0


@pytest.mark.usefixtures("district")
def test_a_back_test_names_every_method_and_interval(connection: Connection) -> None:
    told = backtest(connection, question(), now=NOW, snap_outside_m=30).as_dict()
    names = [each["name"] for each in told["methods"]]
    assert names[0] == "random"
    assert {"last_4", "ewma_13", "eb_regression", "boosting", "self_exciting"} <= set(names)
    for each in told["methods"]:
        assert len(each["by_cells"]["pei"]) == len(told["shares"]) == 4
        assert each["by_length"]["of"] == "hectare"
    assert told["steps"] == 21
    orjson.dumps(told)


def test_the_hour_that_a_clock_repeats_or_skips_is_in_its_day(connection: Connection) -> None:
    """Berlin, 2026-03-29 and 2025-10-26: 23 and 25 hours; each report in the local day and shift it is of."""
    from zoneinfo import ZoneInfo

    made = make_district(connection, 2)
    zone = ZoneInfo("Europe/Berlin")
    for at in (
        "2025-10-26 02:30+02:00",
        "2025-10-26 02:30+01:00",
        "2026-03-29 03:30+02:00",
        "2026-03-29 14:00+02:00",
    ):
        (report,) = add_reports(connection, [made.place(0.5, 0.5)])
        connection.exec_driver_sql(f"UPDATE report SET opened_at = '{at}' WHERE id = {report}")
    asked = Question.of(["0201"], date(2025, 10, 20), date(2026, 4, 5), zone)
    weeks = count_steps(connection, asked, now=NOW, snap_outside_m=30)
    by_week = weeks.cube.counts.sum(axis=0)
    assert (by_week[0], by_week[-2], by_week.sum()) == (2, 2, 4)
    shifts = count_steps(connection, asked, now=NOW, snap_outside_m=30, horizon="shift").cube
    filled = {
        (str(shifts.steps.first[step]), int(shifts.steps.phase[step])): int(count)
        for step, count in enumerate(shifts.counts.sum(axis=0))
        if count
    }
    assert filled == {("2025-10-26", 0): 2, ("2026-03-29", 0): 1, ("2026-03-29", 1): 1}


def test_a_split_grid_is_forecast_on_its_newest_cells(connection: Connection) -> None:
    """Cells of 100 m become 50 m in the last week: all reports count where they lie, not where they were."""
    old = make_district(connection, 3, name="旧", streets=())
    for back in range(1, 190):
        add_reports(connection, [old.place(1.25, 1.25)], at=f"{LAST - timedelta(days=back)} 09:00")
    before = ask(connection).as_dict()
    new = make_district(connection, 6, name="新", streets=(), effective=datetime(2026, 5, 28, tzinfo=ZONE))
    after = ask(connection).as_dict()
    assert before["cells"][0]["expected"] == pytest.approx(7.0, abs=0.8)
    assert after["edition"] == "新"
    assert after["cells"][0]["code"] == new.code(1, 1)
    assert after["cells"][0]["expected"] == pytest.approx(7.0, abs=0.8)


@pytest.mark.usefixtures("district")
def test_what_patrols_should_follow_is_corrected_for_where_they_were(connection: Connection) -> None:
    """All reports are finds: of two cells alike in incidents, the one visited less has the higher rate."""
    none = ask(connection, model="ewma_13", guard=("监督员",))
    assert none.guarded is not None
    assert not none.guarded.patrolled
    assert {each["reporting_rate"] for each in none.as_dict()["patrol"]["cells"]} == {None}
    assert "上报率未知" in none.guarded.remark().zh
    made = none.counted.cells
    rng = np.random.default_rng(3)
    for cell, code in enumerate(made.layer.codes):
        minutes = 20_000 if none.order[0] == cell else int(rng.integers(20, 60))
        connection.execute(
            text(
                "INSERT INTO patrol_effort (edition_id, cell_code, day, minutes)"
                " VALUES (:edition, :code, '2026-03-02', :minutes)"
            ),
            {"edition": made.edition.id, "code": code, "minutes": minutes},
        )
    found = ask(connection, model="ewma_13", guard=("监督员",))
    assert found.guarded is not None
    assert found.guarded.patrolled
    assert found.guarded.finders == ("监督员",)
    hot = int(found.order[0])
    per_visit = found.counted.daily.per_cell() / found.guarded.visits
    assert np.corrcoef(per_visit, found.guarded.rates)[0, 1] > 0.8
    assert hot != int(np.argmax(found.guarded.rates))
    told = found.as_dict()["patrol"]
    assert [each["explored"] for each in told["cells"]].count(True) == 1
    assert {"corrected", "patrol"} <= {column.name for column in found.sheet().columns}
    orjson.dumps(found.as_dict())


def test_working_days_know_the_holidays_of_the_calendar() -> None:
    assert working_days(date(2026, 2, 16), 7).sum() < 5
    assert working_days(date(2031, 3, 3), 7).tolist() == [1, 1, 1, 1, 1, 0, 0]
