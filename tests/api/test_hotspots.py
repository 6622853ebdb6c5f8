"""`/api/v1/hotspots`: cells live, hotspots and the slow products as the last refresh stored them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from scipy import stats
from starlette.testclient import TestClient

from gridsvc.access import add_key
from gridsvc.api import POOL_SIZE, create_api
from gridsvc.api.hotspot_answers import HotspotHistory, SeriesList, SheetAnswer
from gridsvc.postgres import open_engine
from gridsvc.settings import Settings
from tests.hotspots.busy_district import HOT, NAME, NOW, make_busy_district, watch_small_ads
from tests.throwaway import Server

PERIOD = {"from": "2026-10-26", "to": "2026-11-22"}


class Caller:
    def __init__(self, client: TestClient, keys: dict[str, str], hot: str) -> None:
        self.client, self.keys, self.hot = client, keys, hot

    def get(self, path: str, role: str = "planner", language: str = "zh", **asked: Any) -> Any:
        return self.client.get(
            f"/api/v1/hotspots{path}",
            params=asked,
            headers={"Authorization": f"Bearer {self.keys[role]}", "Accept-Language": language},
        )

    def cells(self, path: str = "/cells", **asked: Any) -> dict[str, Any]:
        answer = self.get(path, **({"class": "0201"} | PERIOD | asked))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def caller(server: Server) -> Iterator[Caller]:
    with server.fresh(template=server.template) as url:
        engine = open_engine(url, pool_size=POOL_SIZE)
        with engine.begin() as connection:
            district = make_busy_district(connection)
            watch_small_ads(connection)
            keys = {role: add_key(connection, role, role) for role in ("planner", "unit")}
        app = create_api(engine, Settings(home="/nonexistent"), clock=lambda: NOW)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Caller(client, keys, district.code(*HOT))
        engine.dispose()


def test_the_hot_place_is_found_and_can_be_worked_out_anew(caller: Caller) -> None:
    found = caller.cells()
    SheetAnswer.model_validate(found)
    result = found["result"]
    hot = {each["code"]: each for each in result["cells"]}[caller.hot]
    assert hot["status"] == "cluster"
    # E11: risk, p and q from the numbers of the answer alone.
    share = hot["near_exposure"] / result["total_exposure"]
    assert hot["risk"] == pytest.approx(hot["near"] / result["total"] / share, rel=1e-9)
    s, n, q = hot["near"], hot["tested_total"], hot["tested_share"]
    p = stats.binom.sf(s, n, q) + stats.binom.pmf(s, n, q) / 2
    assert hot["p_hot"] == pytest.approx(p, rel=1e-6)
    row = {each["code"]: each for each in found["cells"]}[caller.hot]
    assert found["legend"]["classes"][row["step"]]["label"] == row["legend"]
    assert len(found["cells"]) == 144
    assert caller.hot in found["top"]


def test_as_geojson_and_in_english(caller: Caller) -> None:
    answer = caller.get("/cells", language="en", **({"class": "0201", "f": "geojson"} | PERIOD))
    assert answer.headers["content-type"] == "application/geo+json"
    collection = orjson.loads(answer.content)
    assert len(collection["features"]) == 144
    assert "city" in str(collection["gridsvc"]["legend"])


def test_the_trend_tells_what_is_new(caller: Caller) -> None:
    found = caller.cells("/trend", **{"from": "2026-08-31"})
    SheetAnswer.model_validate(found)
    assert found["headline"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"class": "9999"}, 422, "unknown_class"),
        ({"from": "2027-01-01", "to": "2027-02-01"}, 422, "period_future"),
        ({"from": "2026-11-22", "to": "2026-11-01"}, 422, "period_reversed"),
        ({"from": "1926-01-01"}, 422, "period_too_long"),
        ({"to": "9999-12-31"}, 422, "period_too_long"),
        ({"class": ",".join(str(number) for number in range(45))}, 422, None),
        ({"hours": "25-99"}, 400, "bad_hours"),
        ({"exposure": "moonlight"}, 404, "no_exposure"),
        ({"source": "鸽子"}, 422, "unknown_source"),
        ({"form": "x"}, 422, None),
        ({"from": "yesterday"}, 422, None),
    ],
)
def test_bad_questions_are_told(caller: Caller, asked: dict[str, str], status: int, code: str | None) -> None:
    answer = caller.get("/cells", **({"class": "0201"} | PERIOD | asked))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    if code is not None:
        assert answer.json()["code"] == code


def test_too_few_weeks_are_no_trend(caller: Caller) -> None:
    answer = caller.get("/trend", **({"class": "0201"} | PERIOD))
    assert answer.status_code == 422
    assert "10" in answer.json()["detail"]


def test_watched_hotspots_are_listed_and_followed(caller: Caller) -> None:
    (series,) = SeriesList.model_validate(caller.get("/series").json()).series
    assert (series.name, series.last_run and series.last_run.last.isoformat()) == (NAME, "2026-11-22")
    found = caller.get("", series=NAME)
    assert found.headers["content-type"] == "application/geo+json"
    first = found.json()["features"][0]
    assert caller.hot in first["properties"]["cells"]
    assert first["properties"]["runs"] == 3
    assert first["properties"]["latest"][0]["text"]
    assert sum(first["properties"]["hours"]) >= first["properties"]["observed"]
    history = HotspotHistory.model_validate(caller.get(f"/{first['id']}").json())
    assert history.runs[0].change == "new"


def test_what_no_refresh_has_found_is_told(caller: Caller) -> None:
    for path, asked, code in (
        ("/forecast", {"series": NAME}, "no_answer"),
        ("/alerts", {"series": NAME}, "no_answer"),
        ("", {"series": "没有"}, "unknown_series"),
        ("", {"series": NAME, "to": "2020-01-05"}, "no_run"),
        ("/999999", {}, "unknown_hotspot"),
    ):
        answer = caller.get(path, **asked)
        assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_unit_does_not_read_citizens_words(caller: Caller) -> None:
    assert caller.get("/series", role="unit").status_code == 403
