"""A running service takes up a unit's calendar and an upheld refusal: the deadline moves, the unit does not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from gridsvc.catalog import import_units
from gridsvc.handling.calendar_import import import_calendars
from tests.api.conftest import Service

CALENDARS = '日历编码,名称,规则,工作时间\nDAY,昼夜,每天,00:00-24:00\nSIX,六小时,法定工作日,"09:00-12:00,13:00-16:00"\n'


def resolved(service: Service, **fields: Any) -> Any:
    return service.call("POST", "/api/v1/resolve", json=service.question(**fields)).json()


def after_change(service: Service, before: Any, **fields: Any) -> Any:
    """Ask again until another atlas answers."""
    until = time.monotonic() + 20
    while (answer := resolved(service, **fields))["atlas"] == before["atlas"] and time.monotonic() < until:
        time.sleep(0.05)
    return answer


def load(service: Service, path: Path, calendars: str, units: str) -> None:
    with service.engine.begin() as connection:
        if calendars:
            path.write_text(calendars, encoding="utf-8")
            import_calendars(connection, path)
        path.write_text(units, encoding="utf-8")
        import_units(connection, path)


def test_a_deadline_is_counted_on_the_units_own_calendar(service: Service, tmp_path: Path) -> None:
    """4工作时 from Friday 17:00: on the office's calendar until Monday 11:00."""
    path, asked = tmp_path / "list.csv", {"at": "2026-11-20T17:00:00+08:00"}
    before = resolved(service, **asked)
    assert (before["unit"]["code"], before["limit"]["text"]) == ("S-01", "4工作时")
    assert before["deadline"] == "2026-11-23T11:00:00+08:00"
    load(service, path, CALENDARS, "code,name,工作日历\nS-01,甲街道办事处,DAY\n")
    always = after_change(service, before, **asked)
    assert always["deadline"] == "2026-11-20T21:00:00+08:00"
    load(service, path, "", "code,name,工作日历\nS-01,甲街道办事处,SIX\n")
    six = after_change(service, always, **asked)
    assert six["deadline"] == "2026-11-23T14:00:00+08:00"
    assert any("SIX" in each["text"] for each in six["reasons"] if each["step"] == "deadline")
    # A neighbour is on no calendar of its own: nothing has moved.
    neighbour = service.call("POST", "/api/v1/resolve", json=service.question(4.5, 0.5, **asked)).json()
    assert (neighbour["unit"]["code"], neighbour["deadline"]) == ("S-02", "2026-11-23T11:00:00+08:00")
    load(service, path, "", "code,name,工作日历\nS-01,甲街道办事处,\n")
    back = after_change(service, six, **asked)
    assert (back["deadline"], back["atlas"]) == (before["deadline"], before["atlas"])


def test_an_upheld_refusal_is_shown_with_the_rule_and_moves_nothing(service: Service) -> None:
    before = resolved(service)
    made = service.call("POST", "/api/v1/reports", json=service.question()).json()["id"]
    refusal = service.call("POST", f"/api/v1/reports/{made}/refusals", json={"reason": "非我辖区"}).json()
    assert resolved(service) == before, "what is not settled is no evidence"
    service.call("POST", f"/api/v1/refusals/{refusal['id']}/uphold", role="shift_leader", json={})
    now = after_change(service, before)
    shown = [
        each["facts"]["refusals_upheld"]
        for each in now["reasons"]
        if "refusals_upheld" in each.get("facts", {})
    ]
    assert shown == [1]
    for name in ("unit", "candidates", "decision", "confidence", "clause", "deadline"):
        assert now[name] == before[name]
