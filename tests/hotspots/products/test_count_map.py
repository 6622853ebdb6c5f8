"""The map of counts: reports and incidents apart, what is left out said, rates or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import orjson
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound
from gridsvc.hotspots import Question
from gridsvc.hotspots.products.count_map import CountMap, map_counts
from gridsvc.hotspots.products.heat import MOST_PLACES, rounded_places
from gridsvc.hotspots.products.report_texts import TEXT_LENGTH, TEXTS_PER_CELL
from tests.hotspots.district import ZONE, District, add_reports, make_district, record_cells

NOW = datetime(2026, 11, 22, tzinfo=ZONE)


def ask(
    connection: Connection,
    classes: Sequence[str] = ("非法小广告",),
    first: str = "2026-03-01",
    last: str = "2026-03-31",
    *,
    exposure: str | None = None,
    breaks: tuple[float, ...] | None = None,
    **fields: Any,
) -> CountMap:
    question = Question.of(classes, date.fromisoformat(first), date.fromisoformat(last), ZONE, **fields)
    return map_counts(connection, question, now=NOW, snap_outside_m=30, exposure=exposure, breaks=breaks)


def by_code(counted: CountMap) -> dict[str, int]:
    return {each["code"]: each["incidents"] for each in counted.as_dict()["counts"]}


def add_effort(connection: Connection, district: District, minutes: dict[str, float]) -> None:
    for code, spent in minutes.items():
        connection.execute(
            text(
                "INSERT INTO patrol_effort (edition_id, cell_code, day, minutes)"
                " VALUES (:edition, :code, '2026-03-10', :minutes)"
            ),
            {"edition": district.edition, "code": code, "minutes": spent},
        )


def test_reports_and_incidents_are_told_apart(connection: Connection) -> None:
    district = make_district(connection)
    ids = add_reports(connection, [district.place(1.5, 1.5)] * 3 + [district.place(4.5, 2.5), None])
    connection.execute(
        text("INSERT INTO report_duplicate (report_id, earlier_id, probability) VALUES (:one, :other, 0.9)"),
        {"one": ids[1], "other": ids[0]},
    )
    told = ask(connection).as_dict()
    assert (told["reports"], told["in_cells"], told["incidents"], told["without_place"]) == (5, 4, 3, 1)
    first = told["counts"][0]
    assert (first["code"], first["reports"], first["incidents"]) == (district.code(1, 1), 3, 2)
    assert first["street"] == "甲街道"
    assert told["sources"] == [{"source": "监督员", "reports": 4}]
    assert "重复上报" in "".join(line.zh for line in ask(connection).sheet().remarks)


def test_a_default_coordinate_is_on_no_map_and_said(connection: Connection) -> None:
    district = make_district(connection)
    lon, lat = district.place(2.5, 2.5)
    add_reports(connection, [(lon, lat)] * 5 + [district.place(4.5, 2.5)])
    connection.execute(
        text(
            "INSERT INTO geocode_sink (lon, lat, reports, addresses, without_address, classes, share, found_at,"
            " status) VALUES (:lon, :lat, 5, 5, 0, 1, 0.8, now(), 'quarantined')"
        ),
        {"lon": lon, "lat": lat},
    )
    counted = ask(connection)
    assert counted.as_dict()["quarantined"] == 5
    assert by_code(counted) == {district.code(4, 2): 1}
    assert counted.heat is not None
    assert counted.heat[:, 2].sum() == 1
    assert "默认坐标" in "".join(line.zh for line in counted.sheet().remarks)
    assert counted.total == 6


def test_few_incidents_are_called_few_and_a_longer_period_named(connection: Connection) -> None:
    district = make_district(connection)
    for day in range(1, 29):
        add_reports(connection, [district.place(1.5, 1.5)] * 2, at=f"2026-02-{day:02d} 09:00")
    add_reports(connection, [district.place(1.5, 1.5)] * 4, at="2026-03-02 09:00")
    told = ask(connection).as_dict()
    assert told["enough"] is False
    # 4 in March, 26 more in the last 13 days of February.
    assert told["enough_from"] == "2026-02-16"
    warning = ask(connection).sheet().warning
    assert warning is not None
    assert "数据不足" in warning.zh
    assert "2026-02-16" in warning.en
    assert ask(connection, first="2026-02-16").as_dict()["enough"] is True
    assert ask(connection, first="2026-02-16").sheet().warning is None


def test_nothing_at_all_is_said_and_no_rate_is_invented(connection: Connection) -> None:
    make_district(connection)
    counted = ask(connection)
    told = counted.as_dict()
    assert (told["reports"], told["counts"], told["enough_from"]) == (0, [], None)
    assert orjson.loads(orjson.dumps(told)) == told
    sheet = counted.sheet()
    assert sheet.warning is not None
    assert "没有案件" in sheet.warning.zh
    assert [step.cells for step in sheet.scale.steps] == [36]
    assert counted.heat is not None
    assert counted.heat.shape == (0, 3)


def test_rates_are_against_area_where_there_is_no_road(connection: Connection) -> None:
    district = make_district(connection)
    add_reports(connection, [district.place(1.5, 1.5)] * 8 + [district.place(4.5, 4.5)] * 2)
    told = ask(connection).as_dict()
    assert told["exposure"]["name"] == "hectare"
    first, second = told["counts"]
    assert first["rate"] == pytest.approx(8, rel=0.01)  # a cell is a hectare
    assert (second["rate"], second["standing"]) == (None, "not_enough_data")
    assert 0 < second["smoothed_rate"] < 2.1


def test_a_map_by_rate_ranks_those_alone_that_have_enough(connection: Connection) -> None:
    district = make_district(connection)
    minutes = {district.code(column, row): 600.0 for row in range(6) for column in range(6)}
    busy, quick, never = district.code(1, 1), district.code(2, 2), district.code(5, 5)
    minutes[busy], minutes[quick] = 6000.0, 40.0
    del minutes[never]
    add_effort(connection, district, minutes)
    add_reports(
        connection,
        [district.place(1.5, 1.5)] * 30 + [district.place(2.5, 2.5)] * 2 + [district.place(3.5, 3.5)] * 9,
    )
    counted = ask(connection, exposure="patrol_minutes")
    sheet = counted.sheet()
    told = {each["code"]: each for each in counted.as_dict()["counts"]}
    assert told[busy]["rate"] == pytest.approx(30 / 100)
    assert told[quick]["rate"] is None  # two incidents are no rate, however quickly they were found
    codes = counted.counts.cells.layer.codes
    assert [codes[cell] for cell in sheet.ranking(9)] == [district.code(3, 3), busy]
    step = sheet.scale.steps[sheet.scale.step[codes.index(never)]]
    assert step.label.zh == "未巡查"
    assert sheet.shown == "smoothed_rate"
    assert sum(each.cells for each in sheet.scale.steps) == 36


def test_on_a_map_of_counts_an_unpatrolled_zero_is_no_zero(connection: Connection) -> None:
    """Only effort can be lacking: then nothing found and nobody there are different classes."""
    district = make_district(connection)
    add_effort(connection, district, {district.code(1, 1): 600.0, district.code(2, 2): 600.0})
    add_reports(connection, [district.place(1.5, 1.5)] * 40)
    counted = ask(connection, exposure="patrol_minutes")
    status = counted.rates.status(counted.incidents, of_rates=False)
    codes = counted.counts.cells.layer.codes
    assert status[codes.index(district.code(2, 2))] == 0
    assert (status != 0).sum() == 34


def test_an_unknown_exposure_is_refused(connection: Connection) -> None:
    make_district(connection)
    with pytest.raises(NotFound) as caught:
        ask(connection, exposure="shops")
    assert caught.value.code == "no_exposure"


def test_frozen_limits_stay(connection: Connection) -> None:
    district = make_district(connection)
    add_reports(connection, [district.place(1.5, 1.5)] * 40 + [district.place(4.5, 4.5)] * 3)
    scale = ask(connection, breaks=(2, 5)).scale()
    assert [step.label.en for step in scale.steps] == ["0", "1–2", "3–5", "6 or more"]
    assert ask(connection, breaks=(2, 5)).as_dict()["breaks"] == [2, 5]
    assert scale.step.max() == 3


def test_the_latest_texts_are_kept_and_clipped(connection: Connection) -> None:
    district = make_district(connection)
    place = district.place(1.5, 1.5)
    for day in range(1, 6):
        add_reports(connection, [place], at=f"2026-03-0{day} 09:00", said=f"第{day}天" + "长" * 200)
    recorded = add_reports(connection, [place], at="2026-03-08 09:00", said="有记录")
    record_cells(connection, district.edition, [(recorded[0], district.code(1, 1))])
    add_reports(connection, [place], at="2026-03-09 09:00", said="")
    (shown,) = ask(connection).texts.values()
    assert [line.zh.split("　")[0] for line in shown] == [
        "2026-03-08 09:00",
        "2026-03-05 09:00",
        "2026-03-04 09:00",
    ]
    assert len(shown) == TEXTS_PER_CELL
    assert len(shown[1].zh.split("　")[1]) == TEXT_LENGTH + 1


def test_heat_keeps_every_incident_in_few_places(connection: Connection) -> None:
    district = make_district(connection)
    rng = np.random.default_rng(7)
    add_reports(connection, [district.place(x, y) for x, y in rng.uniform(0, 6, (200, 2))] * 3)
    heat = ask(connection).heat
    assert heat is not None
    assert heat[:, 2].sum() == 600
    assert len(heat) == 200
    assert len(heat) <= MOST_PLACES


def test_too_many_places_are_rounded_together() -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(108.9, 109.0, 5000), rng.uniform(-34.3, -34.2, 5000)
    heat, step = rounded_places(lon, lat, np.ones(5000), most=400)
    assert len(heat) <= 400
    assert heat[:, 2].sum() == 5000
    assert step > 1e-4
    assert np.abs(heat[:, 0] - 108.95).max() < 0.06
    assert np.abs(heat[:, 1] + 34.25).max() < 0.06


def test_above_many_incidents_the_heat_is_that_of_the_cells(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    district = make_district(connection)
    add_reports(connection, [district.place(1.2, 1.4)] * 40 + [district.place(4.5, 4.5)] * 3)
    monkeypatch.setattr("gridsvc.hotspots.products.heat.MOST_READ", 10)
    heat = ask(connection).heat
    assert heat is not None
    assert sorted(heat[:, 2].tolist()) == [3, 40]
    assert heat[:, :2].tolist()[0] == pytest.approx(district.place(1.5, 1.5), abs=1e-5)


def test_words_of_the_sender_count_when_they_are_no_class(connection: Connection) -> None:
    place = make_district(connection).place(1.5, 1.5)
    add_reports(connection, [place] * 2, class_code="Graffiti", kind=None)
    told = ask(connection, ["Graffiti"]).as_dict()
    assert told["classes"] == [{"scheme": None, "kind": None, "code": "Graffiti", "name": "Graffiti"}]
    assert told["reports"] == 2


def test_a_period_to_come_is_refused(connection: Connection) -> None:
    make_district(connection)
    with pytest.raises(InputRefused) as caught:
        ask(connection, first="2031-01-01", last="2031-12-31")
    assert caught.value.code == "period_future"


def test_what_is_more_than_chance_is_outlined_and_nothing_else(connection: Connection) -> None:
    district = make_district(connection, 12)
    for day in range(1, 29):
        add_reports(
            connection, [district.place(2.5, 2.5), district.place(2.6, 3.5)], at=f"2026-03-{day:02d} 09:00"
        )
        add_reports(
            connection, [district.place(day % 12 + 0.5, day * 5 % 12 + 0.5)], at=f"2026-03-{day:02d} 19:00"
        )
    counted = ask(connection)
    sheet = counted.sheet()
    (outline,) = counted.outlines
    codes = counted.counts.cells.layer.codes
    assert {district.code(2, 2), district.code(2, 3)} <= {codes[cell] for cell in outline.cells}
    assert outline.risk is not None
    assert outline.risk > 5
    assert len(sheet.shapes) == 1
    assert sheet.heat is not None
    assert not sheet.heat_shown
    assert "1 处显著高于全区水平" in sheet.headline.zh
    names = [column.name for column in sheet.columns]
    assert {"near", "expected", "risk", "p_hot", "q_hot", "why_not"} <= set(names)
    assert sheet.neighbourhood is not None
    assert sheet.provenance.null is not None


def test_an_even_spread_has_no_outline(connection: Connection) -> None:
    district = make_district(connection)
    for day in range(1, 29):
        places = [district.place(column + 0.5, day % 6 + 0.5) for column in range(6)]
        add_reports(connection, places, at=f"2026-03-{day:02d} 09:00")
    counted = ask(connection)
    assert counted.outlines == []
    assert "没有一处显著高于全区水平" in counted.sheet().headline.zh
