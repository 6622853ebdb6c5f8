"""The command line inside this process, on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gridsvc.settings import get_settings
from tests.conftest import Outcome, call_here


@pytest.fixture
def command(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Outcome]]:
    """Run `command("class", "list")` on a database of the test's own, with messages in English."""
    monkeypatch.setenv("GRIDSVC_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDSVC_LANGUAGE", "en")
    get_settings.cache_clear()
    yield lambda *arguments: call_here(arguments, monkeypatch, capfd)
    get_settings.cache_clear()
