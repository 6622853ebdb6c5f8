"""What every test may ask for: a real, migrated PostGIS, a data folder, the command line, real files."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy import Connection, Engine

from gridsvc.postgres import Cluster, open_engine
from gridsvc.settings import Settings, get_settings
from tests.throwaway import Server, session_server

if TYPE_CHECKING:
    from gridsvc.sample import SampleFiles

ROOT = Path(__file__).resolve().parent.parent
_held = ExitStack()


class Outcome(NamedTuple):
    """How a command ended and what it printed."""

    status: int
    stdout: str
    stderr: str


class _ForWorkers:
    """With xdist the controller owns the server and every worker is told where it is."""

    def __init__(self) -> None:
        self.server: Server | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        if self.server is None:
            self.server = _held.enter_context(session_server())
        node.workerinput["gridsvc_server"] = (self.server.url, self.server.template)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_ForWorkers())


def pytest_unconfigure() -> None:
    _held.close()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The PostGIS of this session, with a migrated template."""
    given = getattr(request.config, "workerinput", None)
    if given is not None:
        yield Server(*given["gridsvc_server"])
    else:
        with session_server() as own:
            yield own


@pytest.fixture(scope="session")
def engine(server: Server) -> Iterator[Engine]:
    """This worker's migrated database. Leave no rows in it: `connection` undoes its own."""
    with server.fresh(template=server.template, label="worker") as url:
        own = open_engine(url)
        yield own
        own.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back after the test."""
    with engine.connect() as own, own.begin() as work:
        yield own
        work.rollback()


@pytest.fixture
def database_url(server: Server) -> Iterator[str]:
    """A migrated database of the test's own, for what commits or runs as another process."""
    with server.fresh(template=server.template) as url:
        yield url


@pytest.fixture
def empty_database_url(server: Server) -> Iterator[str]:
    """A database of the test's own with nothing in it, not even PostGIS."""
    with server.fresh(template=None) as url:
        yield url


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh GRIDSVC_HOME, also for this process; a cluster started in it is stopped afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gridsvc-home-", dir="/tmp"))
    folder.chmod(0o755)
    monkeypatch.setenv("GRIDSVC_HOME", str(folder))
    monkeypatch.setenv("GRIDSVC_SERVER_TEST_MODE", "true")
    monkeypatch.delenv("GRIDSVC_DATABASE_URL", raising=False)
    get_settings.cache_clear()
    yield folder
    get_settings.cache_clear()
    Cluster(Settings(home=folder, database_url=None)).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real published files; not part of the repository, so a clone without it skips."""
    folder = Path(os.environ.get("GRIDSVC_REAL_DATA") or ROOT.parent / "shared/geodata")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set GRIDSVC_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    """The sample's files, generated once for all workers of a session. Change none of them."""
    from gridsvc.sample import SampleFiles, generate

    own = tmp_path_factory.getbasetemp()
    together = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    files = SampleFiles(together / "sample")
    with (together / "sample.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return files if files.complete() else generate(files.folder)


def own_environment(given: Mapping[str, object], folder: Path) -> dict[str, str]:
    """Return the variables of a command of a test.

    Without a database or a home of the test's own it finds none, so that no test can touch the installation
    of whoever runs it.
    """
    environment = {"GRIDSVC_SERVER_TEST_MODE": "true"} | {key: str(value) for key, value in given.items()}
    if not {"GRIDSVC_HOME", "GRIDSVC_DATABASE_URL"} & set(environment):
        environment["GRIDSVC_DATABASE_URL"] = "postgresql://nobody@/nowhere?host=/nonexistent"
    return {"GRIDSVC_HOME": str(folder / "no-home")} | environment


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `gridsvc ARGUMENTS` as a process: `run("class", "list", env={"GRIDSVC_DATABASE_URL": url})`.

    Nothing of this process's settings reaches it. A start costs a second or two: where nothing depends on
    the process, take `run_here`.
    """

    def execute(
        *arguments: object,
        env: Mapping[str, object] | None = None,
        stdin: str | None = None,
        timeout: float = 240,
    ) -> Outcome:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GRIDSVC_")}
        environment |= {"PYTHONUTF8": "1"} | own_environment(env or {}, tmp_path)
        done = subprocess.run(
            [sys.executable, "-m", "gridsvc", *map(str, arguments)],
            env=environment,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            cwd=ROOT,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return execute


@pytest.fixture
def run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """As `run` does it, `run_here("class", "list", env={...})`, but in this process: in a tenth of the time.

    What only a process shows is left to `run`: that a start brings all that it needs, signals, pipes. What the
    program keeps in memory from call to call it has kept here too: that a second start finds it, show by `run`.
    """

    def execute(*arguments: object, env: Mapping[str, object] | None = None) -> Outcome:
        with monkeypatch.context() as own:
            for name in [name for name in os.environ if name.startswith("GRIDSVC_")]:
                own.delenv(name)
            for name, value in own_environment(env or {}, tmp_path).items():
                own.setenv(name, value)
            get_settings.cache_clear()
            try:
                return call_here(arguments, own, capfd)
            finally:
                get_settings.cache_clear()  # these variables are the command's alone

    return execute


def call_here(
    arguments: Iterable[object], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Outcome:
    """Call the program's entry as the shell would, with this process's variables."""
    from gridsvc.cli import main

    monkeypatch.setattr(sys, "argv", ["gridsvc", *map(str, arguments)])
    capfd.readouterr()
    status = 0
    try:
        main()
    except SystemExit as left:
        status = int(left.code or 0)
    printed = capfd.readouterr()
    return Outcome(status, printed.out, printed.err)
