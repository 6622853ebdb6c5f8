"""Campaigns judged on reports of a district, and hotspots found in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, NotFound
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.spots import cells_of_hotspot, judge_campaign, list_hotspots
from gridsvc.hotspots.spots.campaigns import Effect
from tests.hotspots.busy_district import HOT, LAST, NAME, NOW, make_busy_district, watch_small_ads
from tests.hotspots.district import ZONE, District

CROSS = [(HOT[0] + x, HOT[1] + y) for x, y in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]


@pytest.fixture
def district(connection: Connection) -> District:
    return make_busy_district(connection, weeks=24)


def period(weeks: int = 24) -> Question:
    return Question.of(["0201"], LAST - timedelta(days=7 * weeks - 1), LAST, ZONE, kind="event")


def test_a_place_that_got_worse_is_told_with_its_interval(connection: Connection, district: District) -> None:
    start = LAST - timedelta(days=62)
    found = judge_campaign(
        connection,
        period(),
        [district.code(*place) for place in CROSS],
        start,
        start + timedelta(days=6),
        now=NOW,
        snap_outside_m=30,
    )
    effect = found.effect
    assert effect.low > 1
    assert effect.weeks_after == 8
    assert effect.regressed is not None
    assert "与其余区域同期相比 +" in effect.sentence().zh
    told = found.as_dict()
    assert sum(week["inside"] for week in told["weeks"] if week["monday"] > str(start)) >= effect.after


def test_what_cannot_be_judged_is_told(connection: Connection, district: District) -> None:
    start = LAST - timedelta(days=62)
    for question, codes, first, code in (
        (period(), ["000"], start, "unknown_cell"),
        (period(), [district.code(*HOT)], date(2020, 1, 1), "campaign_outside"),
        (period(9), [district.code(*HOT)], start, "too_little_to_judge"),
    ):
        with pytest.raises(InputRefused) as refused:
            judge_campaign(connection, question, codes, first, start, now=NOW, snap_outside_m=30)
        assert refused.value.code == code


def test_weeks_to_come_are_no_success(connection: Connection, district: District) -> None:
    start = LAST - timedelta(days=62)
    codes = [district.code(*place) for place in CROSS]

    def judged(last: date) -> Effect:
        asked = replace(period(), last=last)
        return judge_campaign(
            connection, asked, codes, start, start + timedelta(days=6), now=NOW, snap_outside_m=30
        ).effect

    assert judged(LAST + timedelta(weeks=6)) == judged(LAST)


def test_cells_of_a_hotspot(connection: Connection, district: District) -> None:
    watch_small_ads(connection)
    feature = list_hotspots(connection, NAME)["features"][0]
    codes = cells_of_hotspot(connection, feature["id"])
    assert district.code(*HOT) in codes
    assert set(feature["properties"]["cells"]) <= set(codes)
    assert feature["properties"]["units"] == [
        {"code": None, "name": None, "reports": pytest.approx(30, abs=20)}
    ]
    with pytest.raises(NotFound):
        cells_of_hotspot(connection, 999_999)
