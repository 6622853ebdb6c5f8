"""Long imports say on a terminal that they work, and print nothing of it into a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.flawed import areas, cases, form
from tests.conftest import Run


@pytest.mark.parametrize("make", [areas, cases, form])
def test_progress_is_shown_on_a_terminal_only(
    database_url: str, run_here: Run, tmp_path: Path, make: Callable[[Path], list[object]]
) -> None:
    arguments = [*make(tmp_path), "--dry-run", "--skip-invalid", tmp_path / "rejects.csv"]
    environment = {"GRIDSVC_DATABASE_URL": database_url, "GRIDSVC_LANGUAGE": "en"}
    piped = run_here(*arguments, env=environment | {"FORCE_COLOR": "1"})
    assert piped.status == 0, piped.stderr
    assert "importing" not in piped.stderr
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "gridsvc", *map(str, arguments)],
            env=os.environ | environment | {"PYTHONUTF8": "1", "TERM": "xterm"},
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=240,
            check=False,
        )
        os.set_blocking(ours, False)
        shown = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0, shown
    assert f"importing {Path(str(arguments[2])).name} …" in shown
    assert "importing" not in done.stdout.decode()
