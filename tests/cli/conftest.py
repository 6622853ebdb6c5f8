"""The command line inside this process: a tenth of the time of another one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from gridsvc.cli import main
from gridsvc.settings import get_settings
from tests.conftest import Outcome


@pytest.fixture
def command(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Outcome]]:
    """Run `command("class", "list")` on a database of the test's own, with messages in English."""
    monkeypatch.setenv("GRIDSVC_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDSVC_LANGUAGE", "en")
    get_settings.cache_clear()

    def execute(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["gridsvc", *map(str, arguments)])
        capfd.readouterr()
        status = 0
        try:
            main()
        except SystemExit as left:
            status = int(left.code or 0)
        printed = capfd.readouterr()
        return Outcome(status, printed.out, printed.err)

    yield execute
    get_settings.cache_clear()
