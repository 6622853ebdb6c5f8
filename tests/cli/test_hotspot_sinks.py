"""`gridsvc hotspot sinks`; the first run is a process of its own."""

from __future__ import annotations

import json

from gridsvc.postgres import open_engine
from tests.conftest import Run
from tests.hotspots.district import make_district
from tests.hotspots.records.test_sinks import plant


def test_found_cleared_and_quarantined_again(database_url: str, run: Run, run_here: Run):
    engine = open_engine(database_url)
    with engine.begin() as connection:
        plant(connection, make_district(connection).place(3.3, 3.3), [f"西路{n}号" for n in range(30)])
    engine.dispose()
    env = {"GRIDSVC_DATABASE_URL": database_url}
    found = json.loads(run("hotspot", "sinks", "--json", env=env).stdout)
    (sink,) = found["sinks"]
    assert (found["quarantined"], sink["status"], sink["decided_by"]) == (30, "quarantined", None)
    at = f"{sink['lon']!r},{sink['lat']!r}"
    cleared = run_here("hotspot", "sinks", "--clear", at, "--by", "某人", "--note", "钟楼广场", env=env)
    assert cleared.status == 0, cleared.stderr
    assert "已核实" in cleared.stdout
    assert "钟楼广场" in cleared.stdout
    back = run_here("hotspot", "sinks", "--quarantine", at, "--by", "某人", "--json", env=env)
    assert json.loads(back.stdout)["quarantined"] == 30
    assert run_here("hotspot", "sinks", "--clear", "here", env=env).status == 2
    assert run_here("hotspot", "sinks", "--clear", "1,2", env=env).status == 1
