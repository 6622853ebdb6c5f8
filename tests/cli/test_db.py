"""`gridsvc db` and `gridsvc check` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from gridsvc.postgres import open_engine
from tests.conftest import Run


def test_start_status_stop(run: Run, run_here: Run, home: Path) -> None:
    environment = {"GRIDSVC_HOME": home}
    down = run_here("db", "status", "--json", env=environment)
    assert down.status == 3
    assert json.loads(down.stdout)["running"] is False
    assert run("db", "start", env=environment).status == 0
    up = run("db", "status", "--json", env=environment)
    assert up.status == 0
    seen = json.loads(up.stdout)
    assert seen["running"] is True
    assert seen["embedded"] is True
    assert seen["data_folder"] == str(home / "pg")
    assert seen["revision"] == seen["newest_revision"]
    assert json.loads(run("db", "stop", "--json", env=environment).stdout) == {"stopped": True}
    again = run_here("db", "stop", env=environment | {"GRIDSVC_LANGUAGE": "en"})
    assert again == (0, "The database was not running.\n", "")
    assert run_here("db", "status", env=environment).status == 3


def test_backup_and_restore(run: Run, run_here: Run, database_url: str, tmp_path: Path) -> None:
    environment = {"GRIDSVC_DATABASE_URL": database_url}
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO unit (code, name, kind) VALUES ('u', '环卫所', 'company')"))
    engine.dispose()
    file = tmp_path / "备份.dump"
    made = run("db", "backup", file, "--json", env=environment)
    assert made.status == 0, made.stderr
    assert json.loads(made.stdout)["bytes"] == file.stat().st_size
    told = run_here("db", "backup", "--help", env=environment | {"COLUMNS": "200"}).stdout
    assert "API keys (their digests) are in the database" in told
    refused = run_here("db", "restore", file, env=environment)
    assert refused.status == 1
    assert "--replace" in refused.stderr
    done = run("db", "restore", file, "--replace", "--json", env=environment)
    assert done.status == 0, done.stderr
    assert json.loads(done.stdout)["rows"]["unit"] == 1
    cut = tmp_path / "cut.dump"
    cut.write_bytes(file.read_bytes()[:-200])
    damaged = run_here("db", "restore", cut, "--replace", env=environment)
    assert damaged.status == 1
    assert str(cut) in damaged.stderr


def test_migrate_says_from_where_to_where(run: Run, run_here: Run, empty_database_url: str) -> None:
    environment = {"GRIDSVC_DATABASE_URL": empty_database_url}
    first = json.loads(run("db", "migrate", "--json", env=environment).stdout)
    assert first["before"] is None
    second = json.loads(run_here("db", "migrate", "--json", env=environment).stdout)
    assert second["before"] == second["revision"] == first["revision"]


def test_stop_leaves_a_database_elsewhere_alone(run_here: Run, database_url: str) -> None:
    outcome = run_here("db", "stop", env={"GRIDSVC_DATABASE_URL": database_url})
    assert outcome.status == 2
    assert "GRIDSVC_DATABASE_URL" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "status"),
    [
        (["db", "no-such-command"], {}, 2),
        (["db", "backup"], {}, 2),
        (["db", "start", "--no-such-option"], {}, 2),
        (["db", "start"], {"GRIDSVC_LANGUAGE": "fr"}, 2),
        (["db", "start"], {"GRIDSVC_TIME_ZONE": "Mars/Olympus"}, 2),
        (["db", "start"], {"GRIDSVC_CONFIG": "/nonexistent/gridsvc.env"}, 2),
        (["db", "start"], {"GRIDSVC_DATABASE_URL": "nonsense"}, 2),
        (["db", "start"], {"GRIDSVC_DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}, 3),
        (["db", "restore", "/nonexistent"], {"GRIDSVC_DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}, 3),
    ],
)
def test_exit_status(run_here: Run, arguments: list[str], environment: dict[str, str], status: int) -> None:
    outcome = run_here(*arguments, env=environment)
    assert outcome.status == status, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert outcome.stderr.strip()
    assert outcome.stdout == ""


def test_check_names_what_is_missing_and_how_to_mend_it(run: Run, database_url: str) -> None:
    outcome = run("check", "--json", env={"GRIDSVC_DATABASE_URL": database_url})
    told = json.loads(outcome.stdout)
    found = {each["name_en"]: each for each in told["checks"]}
    for name in ("cells", "classes", "units", "clauses"):
        assert found[name]["state"] == "warning"
        assert " import " in found[name]["fix"]
    assert found["schema"]["state"] == "ok"
    assert found["PostGIS"]["state"] == "ok"
    assert all(each["fix"] for each in told["checks"] if each["state"] != "ok")
    assert outcome.status == (0 if told["ok"] else 3)


def test_check_finds_a_street_without_its_office(run_here: Run, database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "WITH edition AS (INSERT INTO area_edition (name, level, profile, code_rules, srid, source, digest)"
                "  VALUES ('s', 'street', 'gbt', '{\"name\": \"gbt\"}', 4545, 'test', 'x') RETURNING id)"
                " INSERT INTO area (edition_id, code, name, area_m2, geom, geom_mm)"
                " SELECT id, '610103001', '柏树林街道', 1e6,"
                "  st_multi(st_makeenvelope(108.9, 34.2, 109, 34.3, 4326)),"
                "  st_multi(st_makeenvelope(0, 0, 100000, 100000)) FROM edition"
            )
        )
    environment = {"GRIDSVC_DATABASE_URL": database_url}

    def offices() -> dict[str, str]:
        told = json.loads(run_here("check", "--json", env=environment).stdout)
        return next(each for each in told["checks"] if each["name_en"] == "street offices")

    assert offices()["state"] == "warning"
    assert "柏树林街道" in offices()["detail"]
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO unit (code, name, kind, area_code)"
                " VALUES ('b', '柏树林街道办事处', 'street_office', '610103001')"
            )
        )
    engine.dispose()
    assert offices()["state"] == "ok"


def test_check_of_a_database_that_is_not_there(run_here: Run, database_url: str) -> None:
    gone = make_url(database_url).set(database="gone").render_as_string(hide_password=False)
    outcome = run_here("check", env={"GRIDSVC_DATABASE_URL": gone, "GRIDSVC_LANGUAGE": "en"})
    assert outcome.status == 3
    assert "[FAILED] database: " in outcome.stdout
    assert "→ Check GRIDSVC_DATABASE_URL" in outcome.stdout
