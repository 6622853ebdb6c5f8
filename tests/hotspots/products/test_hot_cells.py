"""Hot cells from reports: a reader works out every figure anew from the answer alone (E11, H12)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import orjson
import pytest
from scipy.stats import binom, binomtest
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, WrongUsage
from gridsvc.hotspots import Question
from gridsvc.hotspots.products.hot_cells import HotCells, find_hot_cells
from gridsvc.hotspots.sheets import write_sheet
from gridsvc.hotspots.sheets.table import check_sheet, plain_table
from tests.hotspots.district import ZONE, District, add_reports, make_district

NOW = datetime(2026, 11, 22, tzinfo=ZONE)
SPOT = ((3, 6), (4, 6), (5, 6), (4, 7), (5, 7))
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 29)


def ask(connection: Connection, **fields: Any) -> HotCells:
    question = Question.of(["非法小广告"], FIRST, LAST, ZONE)
    return find_hot_cells(
        connection, question, now=NOW, snap_outside_m=30, **{"exposure": "uniform"} | fields
    )


@pytest.fixture
def district(connection: Connection) -> District:
    """12 × 12 cells: an incident in every seventh, and eight days of them in five cells side by side."""
    made = make_district(connection, 12)
    for number in range(0, 144, 7):
        add_reports(connection, [made.place(number % 12 + 0.5, number // 12 + 0.5)], at="2026-03-10 09:00")
    for day in range(2, 10):
        at = f"2026-03-{day:02d} 10:00"
        add_reports(connection, [made.place(column + 0.5, row + 0.5) for column, row in SPOT], at=at)
    # A burst of one day in a cell is one event.
    add_reports(connection, [made.place(10.5, 1.5)] * 30, at="2026-03-12 11:00")
    return made


def worked_out(answer: dict[str, Any], row: dict[str, Any]) -> dict[str, float]:
    """What a reader makes of the numbers on the page."""
    n, share, s = answer["total"], row["share"], row["near"]
    tested, tested_share = row["tested_total"], row["tested_share"]
    interval = binomtest(s, n).proportion_ci(method="exact")
    came = row["hot_from"]
    factor = answer["method_factor"] * came["q_factor"]
    at = binom.pmf(s, tested, tested_share)
    return {
        "share": row["near_exposure"] / answer["total_exposure"],
        "expected": n * share,
        "risk": s / n / share,
        "risk_low": interval.low / share,
        "risk_high": interval.high / share,
        "p_hot": binom.sf(s, tested, tested_share) + at / 2,
        "p_cold": binom.cdf(s - 1, tested, tested_share) + at / 2,
        "q_hot": min(came["p_at"] * answer["tests"] / came["rank_at"] * factor, 1.0),
    }


@pytest.mark.parametrize("fields", [{}, {"strict": True}, {"against": "rest"}, {"exposure": "hectare"}])
@pytest.mark.usefixtures("district")
def test_a_reader_can_work_out_every_figure(connection: Connection, fields: Any) -> None:
    found = ask(connection, **fields)
    answer = orjson.loads(orjson.dumps(found.as_dict()))
    rows = answer["cells"] + [found.row(cell) for cell in range(0, 144, 3)]
    own = {row["code"]: row["incident_days"] for row in (found.row(cell) for cell in range(144))}
    assert any(row["status"] == "cluster" for row in answer["cells"])
    for row in rows:
        for name, value in worked_out(answer, row).items():
            assert row[name] == pytest.approx(value, rel=1e-6), name
        assert row["near"] == sum(own[code] for code in row["near_codes"])
        assert sum(row["weekly"]) == row["near"]  # four whole weeks


def test_days_and_bursts(connection: Connection, district: District) -> None:
    found = ask(connection)
    answer = found.as_dict()
    by_code = {row["code"]: row for row in answer["cells"]}
    hot = by_code[district.code(4, 6)]
    assert hot["status"] == "cluster"
    assert hot["incident_days"] == 8
    assert hot["near_days"] >= 8
    assert district.code(10, 1) not in by_code
    burst = found.row(found.daily.cells.layer.codes.index(district.code(10, 1)))
    assert burst["incident_days"] == 1
    assert answer["incidents"] > answer["incident_days"]
    assert answer["weeks"] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]


def test_sheet_has_every_number_and_reason(connection: Connection, district: District, tmp_path: Any) -> None:
    found = ask(connection)
    sheet = found.sheet()
    check_sheet(sheet)
    table = plain_table(sheet, "en")
    hot = table["code"].index(district.code(4, 6))
    assert table["legend"][hot].startswith("cluster")
    assert table["why_not"][hot] == "—"
    far = table["code"].index(district.code(0, 11))
    assert table["why_not"][far] == "q is greater than alpha"
    assert "no incident" in table["legend"]
    assert sheet.headline.en.endswith("below it")
    assert sheet.warning is None
    assert write_sheet(sheet, tmp_path / "hot.geojson", "en") > 1000
    assert write_sheet(sheet, tmp_path / "hot.html", "zh") > 1000


def test_nothing_asked_for_is_there(connection: Connection) -> None:
    make_district(connection)
    found = ask(connection)
    answer = found.as_dict()
    assert answer["cells"] == []
    assert answer["statuses"]["not_enough_data"] == 36
    sheet = found.sheet()
    check_sheet(sheet)
    assert sheet.warning is not None
    orjson.dumps(answer)


def test_few_incidents_are_said_to_be_few(connection: Connection) -> None:
    made = make_district(connection)
    add_reports(connection, [made.place(1.5, 1.5)])
    warning = ask(connection).sheet().warning
    assert warning is not None
    assert "not enough data" in warning.en


def test_cells_that_nobody_patrolled(connection: Connection, district: District) -> None:
    for column in range(12):
        for row in range(12):
            if column != 10:
                connection.execute(
                    text(
                        "INSERT INTO patrol_effort (edition_id, cell_code, day, minutes)"
                        " VALUES (:edition, :code, '2026-03-10', :minutes)"
                    ),
                    {
                        "edition": district.edition,
                        "code": district.code(column, row),
                        "minutes": 5 if column == 0 else 60,
                    },
                )
    found = ask(connection, exposure="patrol_minutes")
    answer = found.as_dict()
    assert answer["statuses"]["no_exposure"] == 12
    assert answer["statuses"]["not_enough_data"] == 12
    assert {"code": district.code(10, 1), "incident_days": 1, "error": "no_exposure"} in answer["errors"]
    assert answer["total"] == answer["incident_days"] - sum(
        each["incident_days"] for each in answer["errors"]
    )
    words = {step.label.en for step in found.sheet().scale.steps}
    assert {"not patrolled", "not enough data"} <= words
    assert any("no test" in line.en for line in found.sheet().remarks)
    untested = found.row(found.daily.cells.layer.codes.index(district.code(10, 1)))
    assert untested["p_hot"] is None
    assert untested["hot_from"] is None


def test_wrong_words_are_refused(connection: Connection) -> None:
    make_district(connection)
    for fields, code in (
        ({"alpha": 0.0}, "bad_alpha"),
        ({"alpha": float("nan")}, "bad_alpha"),
        ({"against": "town"}, "bad_against"),
    ):
        with pytest.raises(WrongUsage) as refused:
            ask(connection, **fields)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        ask(connection, exposure="moonlight")


@pytest.mark.usefixtures("district")
def test_the_same_question_gives_the_same_answer(connection: Connection) -> None:
    one, other = (orjson.dumps(ask(connection).as_dict()) for _ in range(2))
    assert one == other
    assert np.isfinite(ask(connection).tests.z).all()
