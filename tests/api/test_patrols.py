"""`/api/v1/patrols`: a shift planned, read in every form, planned anew."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import gpxpy
import pytest
from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool
from starlette.testclient import TestClient

from gridsvc.access import add_key
from gridsvc.api import POOL_SIZE, create_api
from gridsvc.api.patrol_answers import PlanList, PlanView
from gridsvc.errors import Conflict
from gridsvc.patrol.outputs import draw_plan
from gridsvc.patrol.plans import gather_again, keep_again, read_plan
from gridsvc.postgres import open_engine
from gridsvc.settings import Settings
from tests.hotspots.busy_district import NOW
from tests.throwaway import Server
from tests.web.town_with_streets import make_town_with_streets

SHIFT = {"date": "2026-11-23", "shift": "17:00-20:00", "classes": ["0201"], "iterations": 40, "mode": "ebike"}


class Caller:
    def __init__(
        self, client: TestClient, keys: dict[str, str], engine: Engine, middle: tuple[float, float]
    ) -> None:
        self.client, self.keys, self.engine, self.middle = client, keys, engine, middle
        assert isinstance(engine.pool, QueuePool)
        self.pool = engine.pool

    def ask(self, method: str, path: str = "", role: str = "patrol_leader", **said: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.keys[role]}"}
        return self.client.request(method, f"/api/v1/patrols{path}", headers=headers, **said)

    def plan(self, **said: Any) -> dict[str, Any]:
        answer = self.ask("POST", json=SHIFT | {"patrols": 2} | said)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        assert answer.headers["location"] == f"/api/v1/patrols/{found['id']}"
        return found


@pytest.fixture(scope="module")
def caller(server: Server) -> Iterator[Caller]:
    with server.fresh(template=server.template) as url:
        engine = open_engine(url, pool_size=POOL_SIZE)
        with engine.begin() as connection:
            district = make_town_with_streets(connection)
            keys = {role: add_key(connection, role, role) for role in ("patrol_leader", "dispatcher", "unit")}
        app = create_api(engine, Settings(home="/nonexistent"), clock=lambda: NOW)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Caller(client, keys, engine, district.place(5, 5))
        engine.dispose()


def stops(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [stop for route in plan["routes"] for stop in route["stops"] if stop["kind"] != "break"]


def test_a_plan_is_made_kept_and_read_back(caller: Caller) -> None:
    made = caller.plan(seed=11)
    PlanView.model_validate(made)
    assert made["seed"] == 11
    assert made["totals"]["stops"] == len(stops(made)) > 0
    # The night's variation may cost 5 % of the best, which the simple plan never exceeds.
    assert 0 < 0.95 * made["greedy"] <= made["value"] + 1e-4 <= made["bound"] + 2e-4
    assert all(stop["because"] for stop in stops(made))
    again = caller.ask("GET", f"/{made['id']}").json()
    assert {name: again[name] for name in made if name != "refused"} == {
        name: value for name, value in made.items() if name != "refused"
    }
    listed = caller.ask("GET", params={"from": "2026-11-23", "to": "2026-11-23"}).json()
    PlanList.model_validate(listed)
    row = next(row for row in listed["plans"] if row["id"] == made["id"])
    assert (row["form"], row["patrols"], row["stops"]) == ("points", 2, len(stops(made)))
    assert row["bound"] == pytest.approx(made["bound"], abs=1e-4)
    assert caller.plan(seed=11)["routes"] == made["routes"]


def test_every_form_of_a_plan_is_drawn_without_a_connection(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def watched(*given: Any, **more: Any) -> bytes:
        held.append(caller.pool.checkedout())
        return draw_plan(*given, **more)

    monkeypatch.setattr("gridsvc.api.patrols.draw_plan", watched)
    made = caller.plan()
    in_turn = []

    async def noted(work: Callable[[], bytes], limiter: CapacityLimiter | None = None) -> bytes:
        in_turn.append(limiter is not None)
        return await to_thread.run_sync(work, limiter=limiter)

    monkeypatch.setattr("gridsvc.api.patrols.to_thread", SimpleNamespace(run_sync=noted))
    number, count = made["id"], len(stops(made))
    gpx = gpxpy.parse(io.BytesIO(caller.ask("GET", f"/{number}", params={"f": "gpx"}).content))
    assert sum(len(route.points) for route in gpx.routes) >= count
    shapes = caller.ask("GET", f"/{number}", params={"f": "geojson"})
    assert shapes.headers["content-type"] == "application/geo+json"
    assert shapes.json()["type"] == "FeatureCollection"
    assert caller.ask("GET", f"/{number}", params={"f": "pdf"}).content.startswith(b"%PDF")
    assert b"<html" in caller.ask("GET", f"/{number}", params={"f": "html"}).content
    name = made["routes"][0]["patrol"]["name"]
    one = caller.ask("GET", f"/{number}", params={"f": "gpx", "patrol": name}).text
    assert made["routes"][1]["patrol"]["name"] not in one
    assert caller.ask("GET", f"/{number}", params={"patrol": "没有"}).status_code == 404
    assert held == [0] * 6
    # Only maps and sheets wait for each other.
    assert in_turn == [False, False, True, True, False, False]


def test_must_visits_are_kept_and_those_outside_are_named(caller: Caller) -> None:
    lon, lat = caller.middle
    made = caller.plan(
        must_visit=[
            {"lon": lon, "lat": lat, "name": "学校门口", "minutes": 5, "id": "S7"},
            {"lon": 100.0, "lat": 20.0, "name": "远方"},
        ]
    )
    (school,) = [stop for stop in stops(made) if stop["kind"] == "must_visit"]
    assert (school["name"]["zh"], school["key"]) == ("学校门口", "given:id:S7")
    assert [fault["code"] for fault in made["refused"]] == ["outside"]


def test_a_shift_is_planned_anew_once(caller: Caller) -> None:
    made = caller.plan()
    lon, lat = caller.middle
    change = {
        "at": "2026-11-23T18:10:00+08:00",
        "urgent": [{"lon": lon, "lat": lat, "name": "井盖缺失"}],
        "absent": [made["routes"][1]["patrol"]["name"]],
        "seconds": 0.3,
    }
    answer = caller.ask("POST", f"/{made['id']}/replan", json=change)
    assert answer.status_code == 201, answer.text
    anew = answer.json()
    assert (anew["follows"], anew["followed_by"], anew["absent"]) == (made["id"], None, change["absent"])
    assert (made["absent"], caller.ask("GET", f"/{anew['id']}").json()["absent"]) == ([], change["absent"])
    before = [stop["key"] for stop in made["routes"][0]["stops"] if stop["begins"] <= change["at"]]
    assert [stop["key"] for stop in anew["routes"][0]["stops"]][: len(before)] == before
    assert all(stop["begins"] <= change["at"] for stop in anew["routes"][1]["stops"])
    urgent = [stop for stop in stops(anew) if stop["kind"] == "urgent"]
    assert [stop["name"]["zh"] for stop in urgent] == ["井盖缺失"]
    assert all(stop["begins"] >= change["at"] for stop in urgent)
    assert len({stop["key"] for stop in stops(anew)}) == len(stops(anew))
    second = caller.ask("POST", f"/{made['id']}/replan", json=change)
    assert (second.status_code, second.json()["code"]) == (409, "plan_followed")
    assert caller.ask("GET", f"/{made['id']}").json()["followed_by"] == anew["id"]
    over = caller.ask("POST", f"/{anew['id']}/replan", json=change | {"at": "2026-11-23T20:00:00+08:00"})
    assert (over.status_code, over.json()["code"]) == (409, "shift_over")
    wrong = caller.ask("POST", f"/{anew['id']}/replan", json=change | {"absent": ["谁"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_change")


def test_an_urgent_place_that_cannot_be_taken_changes_nothing(caller: Caller) -> None:
    made = caller.plan()
    lon, lat = caller.middle
    change = {
        "at": "2026-11-23T18:10:00+08:00",
        "urgent": [{"lon": lon, "lat": lat, "name": "门口"}, {"lon": 100.0, "lat": 20.0, "name": "远方"}],
    }
    answer = caller.ask("POST", f"/{made['id']}/replan", json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, "urgent_refused")
    (fault,) = answer.json()["errors"]
    told = [fault[name] for name in ("code", "pointer", "row", "value")]
    assert told == ["outside", "/urgent", 2, "100.000000,20.000000"]
    assert "--" not in fault["remedy"]
    assert caller.ask("GET", f"/{made['id']}").json()["followed_by"] is None


def test_streets_are_walked_and_planned_anew(caller: Caller) -> None:
    made = caller.plan(form="streets", mode="walk", patrols=1)
    assert {stop["kind"] for stop in stops(made)} == {"street"}
    anew = caller.ask(
        "POST", f"/{made['id']}/replan", json={"at": "2026-11-23T18:00:00+08:00", "seconds": 0.3}
    )
    assert anew.status_code == 201, anew.text
    with caller.engine.connect() as connection:
        plan = read_plan(connection, made["id"]).plan
    assert all(stop.along_m > 0 for route in plan.routes for stop in route.stops)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"patrols": 0}, 422, "invalid_request"),
        ({"shift": "25:00-26:00"}, 400, "bad_span"),
        ({"classes": ["9999"]}, 422, "unknown_class"),
        ({"depots": [{"lon": 100.0, "lat": 20.0}]}, 422, "depot_off_network"),
        ({"patrols": [{"name": "甲", "zones": ["没有"]}]}, 422, "no_such_zones"),
        ({"floor": 1}, 422, "no_such_zones"),
        ({"patrols": [{"name": "甲"}, {"name": "甲"}]}, 422, "bad_request"),
        ({"break": "x"}, 400, "bad_break"),
        ({"date": "9999-12-31", "shift": "22:00-02:00"}, 400, "bad_day"),
        ({"team": "a\x00b"}, 422, "bad_character"),
        ({"patrols": [{"name": "甲", "shift": "08:00-12:00"}]}, 422, "bad_request"),
        ({"patrols": [{"name": "甲", "shift": "五点"}]}, 422, "patrols_refused"),
    ],
)
def test_what_cannot_be_asked(caller: Caller, said: dict[str, Any], status: int, code: str) -> None:
    count = len(caller.ask("GET", params={"limit": 1000}).json()["plans"])
    answer = caller.ask("POST", json=SHIFT | {"patrols": 2} | said)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert len(caller.ask("GET", params={"limit": 1000}).json()["plans"]) == count


@pytest.mark.parametrize(
    ("patrol", "wrong"),
    [
        ({"name": "乙", "mode": "fly"}, [("/patrols/1/mode", None, None)]),
        (
            {"name": "乙", "shift": "五点", "break": "x"},
            [("/shift", 2, "五点"), ("/break", 2, "x")],
        ),
        ({"name": "甲"}, [("/name", 2, "甲")]),
        ({"name": "乙", "shift": "08:00-12:00"}, [("/shift", 2, "乙 08:00-12:00")]),
        ({"name": "乙", "zones": ["没有"]}, [("/zones", 2, "没有")]),
        ({"name": "乙", "start": {"lon": 10, "lat": 20}}, [("/depot", 2, "10.000000,20.000000")]),
    ],
)
def test_what_is_wrong_with_a_patrol_names_its_row(
    caller: Caller, patrol: dict[str, Any], wrong: list[tuple[str, int | None, str | None]]
) -> None:
    answer = caller.ask("POST", json=SHIFT | {"patrols": [{"name": "甲"}, patrol]})
    told = [(each.get("pointer"), each.get("row"), each.get("value")) for each in answer.json()["errors"]]
    assert (answer.status_code, told) == (422, wrong), answer.text


def test_who_may(caller: Caller) -> None:
    assert caller.ask("POST", role="dispatcher", json=SHIFT | {"patrols": 1}).status_code == 403
    assert caller.ask("GET", role="dispatcher").status_code == 200
    assert caller.ask("GET", role="unit").status_code == 403
    assert caller.ask("GET", "/999999").status_code == 404


def test_the_table_keeps_one_successor_and_whole_documents(caller: Caller) -> None:
    with caller.engine.connect() as connection:
        first = connection.scalar(text("SELECT follows FROM patrol_plan WHERE follows IS NOT NULL LIMIT 1"))
        copy = (
            "INSERT INTO patrol_plan (day, team, begins, ends, made_at, made_by, follows, seed, value, asked, places, plan)"
            " SELECT day, team, begins, ends, made_at, made_by, {}, seed, value, asked, places, {} FROM patrol_plan"
            " WHERE follows IS NOT NULL LIMIT 1"
        )
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(copy.format(first, "plan")))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(copy.format("NULL", "'[]'::jsonb")))


def test_nights_are_unlike_each_other(caller: Caller) -> None:
    told = set()
    for day in (24, 25, 26):
        made = caller.plan(date=f"2026-11-{day}", within=0.05)
        told.add(tuple((stop["key"], datetime.fromisoformat(stop["begins"]).time()) for stop in stops(made)))
    assert len(told) == 3


def test_of_two_dispatchers_at_once_the_second_is_told(caller: Caller) -> None:
    number, at = caller.plan(patrols=1)["id"], datetime.fromisoformat("2026-11-23T18:00:00+08:00")
    settings = Settings(home="/nonexistent")
    with caller.engine.connect() as connection:
        both = [
            gather_again(connection, number, at=at, now=NOW, settings=settings, seconds=0.2) for _ in range(2)
        ]
    first, second = (each.make() for each in both)
    with caller.engine.begin() as connection:
        keep_again(connection, both[0], *first, made_by="甲")
    with pytest.raises(Conflict) as told, caller.engine.begin() as connection:
        keep_again(connection, both[1], *second, made_by="乙")
    assert told.value.code == "plan_followed"
