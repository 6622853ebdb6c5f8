"""The embedded server: made, started, shared, killed, stopped."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from gridsvc.errors import ServiceFailed
from gridsvc.postgres import Cluster, ready_engine
from gridsvc.postgres.account import account_for, make_home
from gridsvc.postgres.binaries import Binaries, ensure_binaries, find_binaries
from gridsvc.postgres.processes import postmaster_of, processes_of
from gridsvc.settings import Settings, get_settings
from tests.conftest import Run
from tests.throwaway import plain

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    assert home.is_dir()
    own = Cluster(get_settings())
    yield own
    own.stop()
    shutil.rmtree(own.socket, ignore_errors=True)


def _ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(plain(cluster.url)) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def _wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def test_it_is_made_started_and_stopped(cluster: Cluster) -> None:
    assert not cluster.exists
    assert cluster.start()
    assert not cluster.start()
    assert cluster.answers()
    assert _ask(cluster, "SELECT datname FROM pg_database WHERE datname = 'gridsvc'") == "gridsvc"
    assert cluster.stop()
    assert not cluster.answers()
    assert not cluster.stop()
    assert processes_of(cluster.data) == []


def test_it_is_private_and_checks_its_pages(cluster: Cluster) -> None:
    cluster.start()
    assert _ask(cluster, "SHOW listen_addresses") == ""
    assert _ask(cluster, "SHOW data_checksums") == "on"
    assert _ask(cluster, "SHOW server_encoding") == "UTF8"
    assert _ask(cluster, "SELECT datcollate FROM pg_database WHERE datname = 'gridsvc'") == "C.UTF-8"
    for folder in (cluster.data, cluster.socket):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == cluster.account.uid
    # 107 bytes are what a unix socket's path may hold.
    assert len(str(cluster.socket / ".s.PGSQL.5432")) < 60


def test_durable_unless_it_is_for_tests(home: Path) -> None:
    from gridsvc.postgres.configuration import configuration

    real = configuration(Settings(home=home, server_test_mode=False))
    assert "fsync" not in real
    assert "synchronous_commit" not in real
    assert "fsync = off" in configuration(Settings(home=home, server_test_mode=True))


def test_the_engine_is_ready_migrated_and_quick_the_second_time(cluster: Cluster) -> None:
    engine = ready_engine(cluster.settings)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM area")) == 0
    engine.dispose()
    # A process that finds everything there imports no Alembic and runs no program of PostgreSQL.
    script = (
        "import subprocess, sys\n"
        "subprocess.run = None\n"
        "from gridsvc.postgres import ready_engine\n"
        "from gridsvc.settings import get_settings\n"
        "ready_engine(get_settings()).dispose()\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_two_commands_at_once_share_it(run: Run, home: Path, cluster: Cluster) -> None:
    environment = {"GRIDSVC_HOME": home}
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda _: run("db", "start", "--json", env=environment), range(3)))
    assert [outcome.status for outcome in outcomes] == [0, 0, 0], [outcome.stderr for outcome in outcomes]
    assert _ask(cluster, "SELECT count(*) FROM alembic_version") == 1
    leaders = [pid for pid in processes_of(cluster.data) if pid == postmaster_of(cluster.data)]
    assert len(leaders) == 1


def test_what_was_committed_survives_the_death_of_every_process(cluster: Cluster) -> None:
    # With fsync, as in production: a kill is no power cut, but the settings should be those that run.
    settings = Settings(home=cluster.home, server_test_mode=False)
    own = Cluster(settings)
    own.start()
    with psycopg.connect(plain(own.url), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int PRIMARY KEY)")
    acknowledged = 0
    stop = threading.Event()

    def load() -> None:
        nonlocal acknowledged
        with contextlib.suppress(psycopg.Error), psycopg.connect(plain(own.url), autocommit=True) as writer:
            while not stop.is_set():
                writer.execute("INSERT INTO kept VALUES (%s)", [acknowledged + 1])
                acknowledged += 1

    writer = threading.Thread(target=load)
    writer.start()
    _wait_until(lambda: acknowledged > 50, "rows were acknowledged")
    for pid in processes_of(own.data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    writer.join(30)
    stop.set()
    assert not writer.is_alive()
    assert (own.data / "postmaster.pid").exists()
    assert own.start()
    kept = _ask(own, "SELECT count(*) FROM kept")
    # The one under way may have been committed without its writer hearing of it.
    assert kept in (acknowledged, acknowledged + 1)


def test_only_the_leader_is_killed_while_a_statement_runs(
    cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster.start()
    busy = subprocess.Popen(
        [sys.executable, "-c", _BUSY, plain(cluster.url)], stdout=subprocess.PIPE, text=True
    )
    assert busy.stdout is not None
    assert busy.stdout.readline() == "connected\n"
    running = (
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series%' AND state = 'active'"
    )
    _wait_until(lambda: _ask(cluster, running) == 2, "the statement ran")
    leader = postmaster_of(cluster.data)
    assert leader is not None
    os.kill(leader, signal.SIGKILL)
    _wait_until(lambda: postmaster_of(cluster.data) is None, "the leader was gone")
    assert processes_of(cluster.data), "the statement should have outlived the leader"
    assert cluster.start()
    assert cluster.answers()
    assert "still runs" in capfd.readouterr().err
    busy.wait(60)
    busy.stdout.close()


_BUSY = """
import sys, psycopg
connection = psycopg.connect(sys.argv[1])
print("connected", flush=True)
try:
    connection.execute("SELECT count(*) FROM generate_series(1, 2000000000)")
except psycopg.OperationalError:
    pass
"""


def test_a_stranger_with_the_number_in_the_file_is_left_alone(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    stranger = subprocess.Popen(["sleep", "300"])
    try:
        (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster.data}\n")
        assert postmaster_of(cluster.data) is None
        assert not cluster.stop()
        assert stranger.poll() is None
    finally:
        stranger.terminate()
        stranger.wait()
        (cluster.data / "postmaster.pid").unlink()


def test_a_server_whose_socket_was_cleaned_away_comes_back(cluster: Cluster) -> None:
    cluster.start()
    shutil.rmtree(cluster.socket)
    assert not cluster.answers()
    assert cluster.start()
    assert _ask(cluster, "SELECT 1") == 1


def test_anothers_folder_in_the_place_of_the_socket_is_not_trusted(cluster: Cluster) -> None:
    cluster.socket.mkdir(mode=0o777)
    cluster.socket.chmod(0o777)
    with pytest.raises(ServiceFailed) as caught:
        cluster.start()
    assert caught.value.code == "socket_folder_taken"
    assert str(cluster.socket) in caught.value.message.en


def test_half_a_cluster_is_thrown_away(cluster: Cluster) -> None:
    half = cluster.home / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    assert cluster.start()
    assert not half.exists()


def test_somebodys_files_in_the_place_of_the_cluster_are_kept(cluster: Cluster) -> None:
    cluster.data.mkdir()
    (cluster.data / "letter.txt").write_text("mine")
    with pytest.raises(ServiceFailed) as caught:
        cluster.start()
    assert caught.value.code == "cluster_not_made"
    assert (cluster.data / "letter.txt").read_text() == "mine"


def test_another_versions_files_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    import gridsvc.postgres.initialising as initialising

    cluster.start()
    cluster.stop()
    version = (cluster.data / "PG_VERSION").read_text()
    (cluster.data / "PG_VERSION").write_text("11\n")

    def nothing_to_install(major: int | None = None) -> Binaries:
        return ensure_binaries(None) if major is None else _refuse()

    monkeypatch.setattr(initialising, "ensure_binaries", nothing_to_install)
    with pytest.raises(ServiceFailed) as caught:
        cluster.start()
    assert caught.value.code == "version_differs"
    assert "PostgreSQL 11" in caught.value.message.en
    assert caught.value.remedy is not None
    assert "postgresql-11-postgis-3" in caught.value.remedy.en
    (cluster.data / "PG_VERSION").write_text(version)


def _refuse() -> Binaries:
    from gridsvc.errors import Text

    raise ServiceFailed("postgis_missing", Text("没有", "none"))


@as_root
def test_a_folder_that_the_server_cannot_walk_to_is_named(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir()
    closed.chmod(0o700)
    deep = Settings(home=closed / "deep" / "home")
    with pytest.raises(ServiceFailed) as caught:
        Cluster(deep).start()
    assert caught.value.code == "home_not_reachable"
    assert f"may not enter {closed} " in caught.value.message.en
    assert caught.value.remedy is not None
    assert f"chmod o+x {closed}" in caught.value.remedy.zh
    closed.chmod(0o711)
    own = Cluster(deep)
    assert own.start()
    assert own.stop()


@as_root
def test_root_runs_it_as_the_owner_of_the_data(home: Path) -> None:
    data = home / "pg"
    assert account_for(data).name == "postgres"
    data.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    assert account_for(data).name == "nobody"


@as_root
def test_an_ordinary_user_runs_it_as_himself(home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    # It changes its account after the imports: a Python that lies in /root is closed to others.
    script = (
        "import os, encodings.idna, psycopg\n"
        "from gridsvc.postgres import Cluster\n"
        "from gridsvc.settings import get_settings\n"
        f"os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})\n"
        "own = Cluster(get_settings()); assert own.start(); assert own.answers()\n"
        "print(own.account.name); assert own.stop()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "nobody\n"


@as_root
def test_an_ordinary_user_is_told_whose_the_folder_is(home: Path, cluster: Cluster) -> None:
    cluster.start()
    nobody = pwd.getpwnam("nobody")
    script = (
        "import os, encodings.idna, psycopg, sqlalchemy.dialects.postgresql.psycopg\n"
        "from gridsvc.errors import ServiceFailed\n"
        "from gridsvc.postgres import database_status, ready_engine\n"
        "from gridsvc.settings import get_settings\n"
        f"os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})\n"
        "try:\n    ready_engine(get_settings())\n"
        "except ServiceFailed as error:\n    print(error.code)\n"
        "print(database_status(get_settings()).fault)"
    )
    assert home.is_dir()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    code, fault = done.stdout.splitlines()
    assert code == "not_the_owner"
    assert f"belongs to the user {cluster.account.name}" in fault


@as_root
def test_parents_are_made_walkable_whatever_the_umask(home: Path) -> None:
    before = os.umask(0o077)
    try:
        make_home(home / "a" / "b", account_for(home / "a" / "b" / "pg"))
    finally:
        os.umask(before)
    assert (home / "a").stat().st_mode & 0o777 == 0o711
    assert (home / "a" / "b").stat().st_mode & 0o777 == 0o711


def test_the_binaries_have_postgis() -> None:
    found = find_binaries()
    assert found is not None
    assert Path(found / "postgres").exists()
    assert find_binaries(found.major) == found
    assert find_binaries(7) is None


def test_without_root_or_apt_the_command_to_type_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import gridsvc.postgres.binaries as binaries

    monkeypatch.setattr(binaries, "find_binaries", lambda _major=None: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServiceFailed) as caught:
        ensure_binaries()
    assert caught.value.exit_status == 3
    assert caught.value.remedy is not None
    assert "apt-get install -y --no-install-recommends postgresql-" in caught.value.remedy.en
    assert "-postgis-3" in caught.value.remedy.zh
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    with pytest.raises(ServiceFailed) as caught:
        ensure_binaries()
    assert caught.value.remedy is not None
    assert "GRIDSVC_DATABASE_URL" in caught.value.remedy.en
