"""Reports per cell, on real PostGIS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound
from gridsvc.hotspots import Question, ReportCounts, count_reports
from gridsvc.hotspots.counting import MOST_HEAT_PLACES, TEXT_LENGTH, TEXTS_PER_CELL
from tests.hotspots.district import ZONE, add_reports, make_district, record_cells

NOW = datetime(2026, 11, 22, tzinfo=ZONE)


def ask(
    connection: Connection,
    classes: Sequence[str] = ("非法小广告",),
    first: str = "2026-03-01",
    last: str = "2026-03-31",
    **fields: Any,
) -> ReportCounts:
    question = Question.of(classes, date.fromisoformat(first), date.fromisoformat(last), ZONE, **fields)
    return count_reports(connection, question, now=NOW, snap_outside_m=30)


def by_code(counts: ReportCounts) -> dict[str, int]:
    return {each["code"]: each["reports"] for each in counts.as_dict()["counts"]}


def test_recorded_cells_are_counted(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [district.place(1.5, 1.5)] * 3 + [district.place(4.5, 2.5)])
    codes = [district.code(1, 1)] * 3 + [district.code(4, 2)]
    record_cells(connection, district.edition, zip(ids, codes, strict=True))
    counts = ask(connection)
    assert by_code(counts) == {district.code(1, 1): 3, district.code(4, 2): 1}
    assert (counts.total, counts.outside, counts.without_place, counts.moved) == (4, 0, 0, 0)
    assert counts.as_dict()["counts"][0]["street"] == "甲街道"
    assert counts.as_dict()["counts"][1]["street"] == "乙街道"


def test_what_lies_in_no_cell_is_counted_beside(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [district.place(0.5, 0.5), district.place(40, 40), None])
    record_cells(connection, district.edition, [(ids[0], district.code(0, 0)), (ids[1], None)])
    counts = ask(connection)
    assert (counts.total, counts.outside, counts.without_place) == (3, 1, 1)
    assert int(counts.counts.sum()) == 1


def test_reports_of_an_older_edition_are_located_anew(connection: Connection):
    old = make_district(connection, 3, name="旧", effective=None)
    in_old = add_reports(connection, [old.place(0.5, 0.5)])
    record_cells(connection, old.edition, [(in_old[0], old.code(0, 0))])
    new = make_district(
        connection, 6, name="新", effective=datetime(2026, 3, 15, tzinfo=ZONE), streets=("丙街道", "丁街道")
    )
    never = add_reports(connection, [new.place(5.5, 5.5), new.place(3.0, 3.0), new.place(6.2, 2.5), None])
    assert never
    counts = ask(connection)
    assert counts.cells.edition.name == "新"
    # A corner of four cells belongs to the one north-east of it; 20 m outside still gets a cell.
    assert by_code(counts) == {
        new.code(0, 0): 1,
        new.code(5, 5): 1,
        new.code(3, 3): 1,
        new.code(5, 2): 1,
    }
    assert (counts.moved, counts.without_place) == (4, 1)
    before = ask(connection, last="2026-03-14")
    assert before.cells.edition.name == "旧"
    assert by_code(before)[old.code(0, 0)] == 1


def test_a_period_before_the_first_edition_uses_the_first(connection: Connection):
    district = make_district(connection, effective=datetime(2026, 6, 1, tzinfo=ZONE), streets=())
    add_reports(connection, [district.place(2.5, 2.5)])
    assert by_code(ask(connection)) == {district.code(2, 2): 1}


def test_days_begin_at_local_midnight_and_the_last_is_included(connection: Connection):
    place = make_district(connection).place(1.5, 1.5)
    for at in ("2026-02-28 23:59:59", "2026-03-01 00:00", "2026-03-31 23:59:59", "2026-04-01 00:00"):
        add_reports(connection, [place], at=at)
    assert ask(connection).total == 2


@pytest.mark.parametrize(("hours", "expected"), [("17-21", 2), ("21-5", 2), ("0-24", 4), ("4-5", 1)])
def test_hours_are_local_and_half_open(connection: Connection, hours: str, expected: int):
    place = make_district(connection).place(1.5, 1.5)
    for at in ("2026-03-10 17:00", "2026-03-10 20:59", "2026-03-10 21:00", "2026-03-11 04:30"):
        add_reports(connection, [place], at=at)
    assert ask(connection, hours=hours).total == expected


def test_channels_are_told_and_chosen(connection: Connection):
    place = make_district(connection).place(1.5, 1.5)
    add_reports(connection, [place] * 2)
    add_reports(connection, [place], source="12345")
    assert ask(connection).sources == (("监督员", 2), ("12345", 1))
    assert ask(connection, sources=["12345"]).total == 1
    with pytest.raises(InputRefused, match="12345") as caught:
        ask(connection, sources=["热线"])
    assert caught.value.code == "unknown_source"


def test_classes_by_code_by_name_and_several(connection: Connection):
    place = make_district(connection).place(1.5, 1.5)
    add_reports(connection, [place])
    add_reports(connection, [place], class_code="0101", kind="component")
    add_reports(connection, [place], class_code="0101", kind="event")
    assert ask(connection, ["0201"]).total == 1
    assert ask(connection, ["供水井盖"]).total == 1
    assert ask(connection, ["0201", "私搭乱建", "非法小广告"]).total == 2
    assert ask(connection, ["0101"], kind="component").total == 1


def test_words_of_the_sender_count_when_they_are_no_class(connection: Connection):
    place = make_district(connection).place(1.5, 1.5)
    add_reports(connection, [place] * 2, class_code="Graffiti", kind=None)
    counts = ask(connection, ["Graffiti"])
    assert counts.total == 2
    assert counts.as_dict()["classes"] == [
        {"scheme": None, "kind": None, "code": "Graffiti", "name": "Graffiti"}
    ]


@pytest.mark.parametrize(
    ("asked", "fields", "code", "told"),
    [
        ("0101", {}, "ambiguous_class", "供水井盖"),
        ("9999", {}, "unknown_class", "9999"),
        ("小广告", {}, "unknown_class", "非法小广告"),
        ("0305", {"scheme": "gbt30428.2-2013"}, "unknown_class", "cjt214-2007"),
        ("0201", {"kind": "component"}, "unknown_class", "事件 0201"),
    ],
)
def test_an_unclear_class_is_refused_with_the_choices(
    connection: Connection, asked: str, fields: dict[str, str], code: str, told: str
):
    make_district(connection)
    with pytest.raises(InputRefused) as caught:
        ask(connection, [asked], **fields)
    assert caught.value.code == code
    assert told in caught.value.message.zh


def test_the_specification_in_force_settles_an_ambiguous_code(connection: Connection):
    make_district(connection)
    connection.execute(
        text(
            "WITH e AS (INSERT INTO specification_edition (name, scheme, source, digest)"
            " VALUES ('规范', 'gbt30428.2-2013', 'test', 'x') RETURNING id, scheme)"
            " INSERT INTO clause (edition_id, scheme, kind, class_code, ordinal, filing_condition,"
            " responsible_text) SELECT id, scheme, 'component', '0101', 1, '缺失', '自来水公司' FROM e"
        )
    )
    assert ask(connection, ["0101"]).as_dict()["classes"][0]["name"] == "供水井盖"


def test_every_unclear_class_is_named_at_once(connection: Connection):
    make_district(connection)
    with pytest.raises(InputRefused) as caught:
        ask(connection, ["9998", "0201", "0101"])
    assert caught.value.code == "unknown_class"
    assert [fault.code for fault in caught.value.faults] == ["ambiguous_class"]


def test_without_cells_the_remedy_is_named(connection: Connection):
    make_district(connection)
    connection.execute(text("UPDATE area_edition SET withdrawn_at = now()"))
    with pytest.raises(NotFound) as caught:
        ask(connection)
    assert caught.value.code == "no_cells"


def test_a_future_period_is_honestly_empty(connection: Connection):
    district = make_district(connection)
    add_reports(connection, [district.place(1.5, 1.5)])
    counts = ask(connection, first="2031-01-01", last="2031-12-31")
    assert counts.total == 0
    assert len(counts.counts) == 36
    assert counts.heat.shape == (0, 3)


def test_the_latest_texts_are_kept_and_clipped(connection: Connection):
    district = make_district(connection)
    place = district.place(1.5, 1.5)
    for day in range(1, 6):
        add_reports(connection, [place], at=f"2026-03-0{day} 09:00", said=f"第{day}天" + "长" * 200)
    add_reports(connection, [place], at="2026-03-09 09:00", said="")
    texts = ask(connection).texts
    (shown,) = texts.values()
    assert [report.words[:3] for report in shown] == ["第5天", "第4天", "第3天"]
    assert len(shown) == TEXTS_PER_CELL
    assert all(len(report.words) == TEXT_LENGTH + 1 for report in shown)


def test_heat_keeps_every_report_in_few_places(connection: Connection):
    district = make_district(connection)
    rng = np.random.default_rng(7)
    places = [district.place(x, y) for x, y in rng.uniform(0, 6, (200, 2))] * 3
    add_reports(connection, [*places, None])
    heat = ask(connection).heat
    assert heat[:, 2].sum() == 600
    assert len(heat) == 200
    assert np.abs(heat[:, 0] - 108.95).max() < 0.1
    assert len(heat) <= MOST_HEAT_PLACES


def test_too_many_places_are_rounded_together(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    district = make_district(connection)
    monkeypatch.setattr("gridsvc.hotspots.counting.MOST_HEAT_PLACES", 50)
    rng = np.random.default_rng(7)
    add_reports(connection, [district.place(x, y) for x, y in rng.uniform(0, 6, (500, 2))])
    counts = ask(connection)
    assert len(counts.heat) <= 50
    assert counts.heat[:, 2].sum() == 500
    assert counts.heat_step > 1e-4
