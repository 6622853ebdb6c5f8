"""Places of a shift from a made district in PostGIS: what is worth a visit, where, when and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound, WrongUsage
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.expecting import expected_places
from gridsvc.patrol.value.exploring import explore_survey
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.surveying import survey_cells
from tests.hotspots.district import SCHEME, ZONE, District, add_reports, make_district

DAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 12, tzinfo=ZONE)
SIZE = 6
HOT, MORNING = (4.25, 2.75), (1.5, 1.5)


def asked(*classes: str, begins: int = 17, hours: int = 4, **chosen: object) -> Asked:
    start = datetime(2026, 6, 1, begins, tzinfo=ZONE)
    made = Asked(
        classes or ("0201",), SCHEME, "event", DAY, start, start + timedelta(hours=hours), ZONE, weeks=8
    )
    return replace(made, **chosen)  # type: ignore[arg-type]


def expect(connection: Connection, of: Asked, **chosen: object) -> Places:
    return expected_places(connection, of, now=NOW, snap_outside_m=30, **chosen)  # type: ignore[arg-type]


@pytest.fixture
def district(connection: Connection) -> District:
    """Eight weeks: small ads in the evening in one cell, in the morning in another, one a day anywhere."""
    made = make_district(connection, SIZE)
    rng = np.random.default_rng(11)
    for back in range(1, 57):
        day = DAY - timedelta(days=back)
        add_reports(connection, [made.place(*HOT)] * (1 + back % 2), at=f"{day} 18:{10 + back % 40}")
        add_reports(connection, [made.place(*MORNING)], at=f"{day} 08:{10 + back % 40}")
        add_reports(
            connection,
            [made.place(*rng.uniform(0, SIZE, 2))],
            at=f"{day} {int(rng.integers(0, 24)):02d}:{int(rng.integers(1, 60)):02d}",
            class_code="0101",
        )
    connection.execute(text("UPDATE report SET closed_at = opened_at + interval '2 hours'"))
    return made


def test_the_place_that_is_hot_in_the_evening_is_first_in_the_evening(
    connection: Connection, district: District
) -> None:
    found = expect(connection, asked())
    assert found.cell[0] == district.code(4, 2)
    assert found.key[0] == f"cell:{district.code(4, 2)}"
    assert set(found.kind.tolist()) == {"hotspot"}
    assert not found.required.any()
    assert np.all(np.diff(found.value) <= 1e-9)
    assert found.windowed[0]
    # 80 % of its reports are between 18 and 19.
    assert (found.opens[0], found.closes[0]) == (60.0, 120.0)
    assert np.argmax(found.bands[0]) == 1
    # One stands where the reports are, not in the middle of the cell.
    assert (found.lon[0], found.lat[0]) == pytest.approx(district.place(*HOT), abs=1e-7)
    assert 0 < found.expected[0] < 1.5 * 0.8
    assert found.classes[0][0].code == "0201"
    assert found.classes[0][0].number == pytest.approx(found.expected[0])
    assert any("18–19" in line.zh for line in found.because[0])
    assert (found.value <= 0.8 * 7 * 3).all()


def test_the_other_one_is_first_in_the_morning(connection: Connection, district: District) -> None:
    found = expect(connection, asked(begins=7))
    assert found.cell[0] == district.code(1, 1)
    assert (found.opens[0], found.closes[0]) == (60.0, 120.0)


@pytest.mark.usefixtures("district")
def test_weights_multiply_the_value_and_not_what_is_expected(connection: Connection) -> None:
    plain = expect(connection, asked())
    heavy = expect(connection, asked(weights={"非法小广告": 3.0}))
    assert heavy.value == pytest.approx(3 * plain.value)
    assert heavy.expected == pytest.approx(plain.expected)
    nothing = expect(connection, asked(weights={"0201": 0.0}))
    assert len(nothing) == 0
    assert "没有可预期" in nothing.remarks[0].zh


@pytest.mark.usefixtures("district")
def test_two_classes_each_say_what_to_look_for(connection: Connection) -> None:
    both = expect(connection, asked("0201", "0101"))
    hot = both.classes[0]
    assert [each.code for each in hot] == ["0201", "0101"]
    assert sum(each.number for each in hot) == pytest.approx(both.expected[0])
    assert set(both.versions) == {"cells", "classes", "forecast", "history", "reports"}
    assert both.versions["history"] == "2026-04-06/2026-05-31"
    # Each class is forecast as it is alone; only the hours to be there are of both together.
    alone = expect(connection, asked("0101"))
    assert any("看不出时段" in line.zh for line in alone.remarks)
    assert not alone.windowed.any()
    assert len(alone) == SIZE * SIZE


@pytest.mark.usefixtures("district")
def test_the_most_places_are_the_best_ones(connection: Connection) -> None:
    every = expect(connection, asked("0201", "0101"))
    few = expect(connection, asked("0201", "0101", most=5))
    assert few.key.tolist() == every.key.tolist()[:5]


def test_a_shift_over_midnight_has_the_hours_of_both_days(connection: Connection, district: District) -> None:
    for back in range(1, 57):
        add_reports(connection, [district.place(2.5, 4.5)] * 2, at=f"{DAY - timedelta(days=back)} 00:30")
    found = expect(connection, asked(begins=22, hours=8))
    assert found.cell[0] == district.code(2, 4)
    assert (found.opens[0], found.closes[0]) == (120.0, 180.0)
    assert found.bands.shape[1] == 8


def test_handling_takes_its_minutes(connection: Connection, district: District) -> None:
    found = expect(connection, asked(handling={"0201": 10.0}))
    assert found.dwell == pytest.approx(12.0 + 10.0 * found.expected)
    assert len(district.code(0, 0)) == 15


def test_nothing_after_the_day_is_seen(connection: Connection, district: District) -> None:
    """A plan made again for a day that has passed is made of what was known before it."""
    before = expect(connection, asked())
    add_reports(connection, [district.place(0.5, 0.5)] * 40, at=f"{DAY} 18:00")
    later = expected_places(connection, asked(), now=NOW + timedelta(days=30), snap_outside_m=30)
    assert later.key.tolist() == before.key.tolist()
    assert later.value == pytest.approx(before.value)


@pytest.mark.usefixtures("district")
def test_an_old_history_is_told(connection: Connection) -> None:
    start = datetime(2026, 8, 3, 17, tzinfo=ZONE)
    of = asked(day=start.date(), begins=17)
    of = replace(of, begins=start, ends=start + timedelta(hours=4))
    found = expected_places(connection, of, now=start, snap_outside_m=30)
    assert len(found)
    assert any("2026-05-31" in line.zh for line in found.remarks)


def test_records_that_tell_only_the_day_give_no_hours(connection: Connection) -> None:
    district = make_district(connection, SIZE)
    for back in range(1, 57):
        add_reports(connection, [district.place(*HOT)] * 2, at=f"{DAY - timedelta(days=back)} 00:00")
    found = expect(connection, asked())
    assert found.cell[0] == district.code(4, 2)
    assert not found.windowed.any()
    assert found.bands[0] == pytest.approx(found.bands[0, 0], rel=0.2)


@pytest.mark.usefixtures("district")
def test_persistence_is_learned_from_closed_cases(connection: Connection) -> None:
    known = survey_cells(connection, asked(), now=NOW, snap_outside_m=30)
    assert (known.staying[0].hours, known.staying[0].cases) == (2.0, 140)
    connection.execute(text("UPDATE report SET closed_at = NULL"))
    judged = survey_cells(connection, asked(), now=NOW, snap_outside_m=30)
    assert judged.staying[0].cases == 0
    # What stays two hours and not five days is met less often.
    assert known.staying[0].hours < judged.staying[0].hours
    assert known.met.sum() < judged.met.sum()


def test_effort_corrects_what_patrols_found(connection: Connection) -> None:
    """Two cells with the same counts: in one patrols found them in many visits, residents told the other."""
    district = make_district(connection, SIZE)
    for back in range(1, 57):
        day = DAY - timedelta(days=back)
        add_reports(connection, [district.place(1.5, 1.5)] * 2, at=f"{day} 18:30", source="监督员")
        add_reports(connection, [district.place(4.5, 4.5)] * 2, at=f"{day} 18:30", source="市民")
        for column, row in ((1, 1), (3, 3)):
            connection.execute(
                text("INSERT INTO patrol_effort VALUES (:edition, :code, :day, 120)"),
                {"edition": district.edition, "code": district.code(column, row), "day": day},
            )
    plain = expect(connection, asked(most=2))
    corrected = expect(connection, asked(most=2), guard=("监督员",))
    assert plain.value[0] == pytest.approx(plain.value[1], rel=0.15)
    assert corrected.cell[0] == district.code(4, 4)
    assert corrected.value[0] > 2 * corrected.value[1]
    assert any("校正" in line.zh for line in corrected.remarks)


def test_what_is_explored_is_drawn_from_what_is_left(connection: Connection, district: District) -> None:
    survey = survey_cells(connection, asked("0201", "0101"), now=NOW, snap_outside_m=30)
    taken = frozenset([district.code(4, 2), district.code(1, 1)])
    found = explore_survey(connection, survey, 0.1, np.random.default_rng(2), minutes=960, taken=taken)
    assert len(found) == 5
    assert not taken & set(found.cell.tolist())
    assert (found.opens == 0).all()
    assert (found.closes == 240).all()
    assert "探查" in found.because[0][0].zh


def test_no_reports_no_classes_and_unknown_ones(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO class VALUES (:scheme, 'event', '0201', '非法小广告', NULL, '02', '广告', '', 'local')"
        ),
        {"scheme": SCHEME},
    )
    with pytest.raises(NotFound) as refused:
        expect(connection, asked())
    assert refused.value.code == "no_cells"
    district = make_district(connection, SIZE)
    nothing = expect(connection, asked())
    assert len(nothing) == 0
    assert nothing.remarks
    assert len(expect(connection, asked(classes=()))) == 0
    add_reports(connection, [district.place(1, 1)], at="2026-05-01 10:00")
    with pytest.raises(InputRefused) as unknown:
        expect(connection, asked("没有这一类"))
    assert unknown.value.code == "unknown_class"


@pytest.mark.usefixtures("district")
def test_one_report_in_a_short_history_is_enough(connection: Connection) -> None:
    connection.execute(text("DELETE FROM report WHERE opened_at < '2026-05-30'"))
    found = expect(connection, asked())
    assert found.cell[0] is not None
    assert np.isfinite(found.value).all()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"weeks": 2}, "bad_weeks"),
        ({"most": 0}, "bad_most"),
        ({"weights": {"0201": float("nan")}}, "bad_weight"),
        ({"weights": {"0201": -1.0}}, "bad_weight"),
        ({"ends": datetime(2026, 6, 1, 16, tzinfo=ZONE)}, "bad_shift"),
        ({"ends": datetime(2026, 6, 9, 16, tzinfo=ZONE)}, "bad_shift"),
        ({"ends": datetime(2026, 6, 1, 21, tzinfo=ZONE).replace(tzinfo=None)}, "bad_shift"),
    ],
)
def test_what_cannot_be_meant_is_refused(connection: Connection, wrong: dict[str, object], code: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        expect(connection, replace(asked(), **wrong))  # type: ignore[arg-type]
    assert refused.value.code == code
