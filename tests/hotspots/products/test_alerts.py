"""Alerts of a made district: an outbreak is found and named, a quiet day says how quiet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.hotspots import Question
from gridsvc.hotspots.products.alert_places import name_clusters
from gridsvc.hotspots.products.alerts import Alerts, find_alerts
from gridsvc.roads import Roads
from tests.hotspots.district import ZONE, District, add_reports, make_district

NOW = datetime(2026, 6, 10, 12, tzinfo=ZONE)
LAST = date(2026, 5, 31)
CROSS = [(7, 2), (6, 2), (8, 2), (7, 1), (7, 3)]


def ask(connection: Connection, first: str = "2026-01-01", last: str = "2026-05-31", **chosen: Any) -> Alerts:
    question = Question.of(["0201"], date.fromisoformat(first), date.fromisoformat(last), ZONE)
    return find_alerts(connection, question, now=NOW, snap_outside_m=30, **chosen)


@pytest.fixture
def district(connection: Connection) -> District:
    """One report a day anywhere in 100 cells over five months."""
    made = make_district(connection, 10)
    rng = np.random.default_rng(7)
    for back in range(150):
        places = [made.place(*rng.uniform(0, 10, 2)) for _ in range(rng.poisson(1.5))]
        if places:
            add_reports(connection, places, at=f"{LAST - timedelta(days=back)} 09:00")
    return made


@pytest.mark.usefixtures("district")
def test_quiet_days_are_no_alert_and_it_is_said_how_quiet(connection: Connection) -> None:
    found = ask(connection, permutations=399)
    assert found.found == ()
    told = found.as_dict()
    assert told["alerts"] == []
    assert told["no_alerts"][0]["recurrence_days"] < 365
    headline = found.sheet().headline
    assert "没有预警" in headline.zh
    assert "every" in headline.en
    orjson.dumps(told)


def test_outbreak_is_found_named_and_drawn(connection: Connection, district: District, tmp_path: Any) -> None:
    from gridsvc.hotspots.sheets import write_sheet

    for back in range(3):
        places = [district.place(x + 0.5, y + 0.5) for x, y in CROSS]
        add_reports(connection, places, at=f"{LAST - timedelta(days=back)} 10:00")
    found = ask(connection)
    (alert,) = found.as_dict()["alerts"]
    assert {district.code(x, y) for x, y in CROSS} == set(alert["cells"])
    assert (alert["from"], alert["to"], alert["days"]) == ("2026-05-29", "2026-05-31", 3)
    assert alert["observed"] >= 15
    assert alert["recurrence_days"] == 1000
    assert alert["street"] == ["乙街道"]
    assert alert["name"] == "乙街道"
    assert found.sheet().shapes[0].title.zh.startswith("乙街道：2026-05-29 起 ")
    assert sum(alert["by_day"]) >= alert["observed"]
    # What is told is enough to work the ratio out anew.
    c, mu, total = alert["observed"], alert["expected"], alert["of_incidents"]
    ratio = c * np.log(c / mu) + (total - c) * np.log((total - c) / (total - mu))
    assert alert["log_likelihood_ratio"] == pytest.approx(ratio)

    sheet = found.sheet()
    assert len(sheet.shapes) == 1
    assert sheet.shapes[0].geometry_mm.area == pytest.approx(1e10 * len(alert["cells"]))
    for suffix in ("html", "geojson", "parquet"):
        assert write_sheet(sheet, tmp_path / f"alerts.{suffix}", "zh") > 0
    # The same seed gives the same answer, on another day there was nothing.
    assert ask(connection).as_dict() == found.as_dict()
    assert ask(connection, today=LAST - timedelta(days=20)).found == ()


def test_an_alert_is_named_by_the_road_through_it(connection: Connection, district: District) -> None:
    places = [district.place(x + 0.5, y + 0.5) for x, y in CROSS]
    for back in range(3):
        add_reports(connection, places, at=f"{LAST - timedelta(days=back)} 10:00")
    found = ask(connection)
    (alert,) = found.found

    def roads(*lines: tuple[str | None, list[tuple[float, float]]]) -> Roads:
        columns = np.full((8, len(lines)), None, object)
        columns[0] = [name for name, _ in lines]
        shapes = [shapely.LineString([district.place(*at) for at in line]) for _, line in lines]
        return Roads(np.arange(len(lines)), *columns, np.array(shapes, object))

    def name(known: Roads) -> str:
        return name_clusters([alert], found.counts, found.scan.windows, found.daily.cells, known)[alert]

    through, short = [(5.0, 2.5), (10.0, 2.5)], [(7.5, 0.0), (7.5, 1.3)]
    far: list[tuple[float, float]] = [(0.0, 9.0), (9.0, 9.0)]
    assert name(roads(("长安路", through), ("小巷", short), ("远路", far))) == "长安路"
    assert name(roads((None, through), ("远路", far))) == "乙街道"
    assert name(roads()) == "乙街道"


@pytest.mark.usefixtures("district")
def test_days_before_anything_was_recorded_are_no_base(connection: Connection) -> None:
    assert ask(connection, first="2025-07-01", permutations=399).scan.days == 149
    with pytest.raises(InputRefused) as refused:
        ask(connection, first="2025-07-01", last="2026-02-28")
    assert refused.value.code == "base_too_short"
    assert "（自 2026-01-03 起）" in refused.value.message.zh


def test_days_to_come_are_not_the_day_of_the_analysis(connection: Connection) -> None:
    make_district(connection)
    found = ask(connection, last="2026-12-31")
    assert found.today == date(2026, 6, 10)
    assert found.scan.clusters == ()
    assert "没有预警" in found.sheet().headline.zh


def test_base_is_at_most_a_year_and_at_least_ninety_days(connection: Connection) -> None:
    make_district(connection)
    assert ask(connection, first="2020-01-01").scan.days == 365
    assert ask(connection, first="2020-01-01", base_days=90).scan.days == 90
    with pytest.raises(InputRefused) as refused:
        ask(connection, first="2026-03-15")
    assert refused.value.code == "base_too_short"
    assert "78 天" in refused.value.message.zh
    with pytest.raises(InputRefused) as refused:
        ask(connection, first="2027-01-01", last="2027-12-31")
    assert refused.value.code == "base_too_short"
    with pytest.raises(InputRefused) as refused:
        ask(connection, base_days=30)
    assert refused.value.code == "bad_base"
    for chosen in ({"permutations": 99}, {"least_days": 3650.0}, {"least_days": float("nan")}):
        with pytest.raises(InputRefused) as refused:
            ask(connection, **chosen)
        assert refused.value.code == "too_few_permutations"
