from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Outcome, Run

Command = Callable[..., Outcome]
TOWN = "n 4\nm 1\ntmax 10\n0 0 0\n1 0 5\n0 4 9\n0 0 0\n"


def test_a_published_instance_is_solved_and_told(run: Run, run_here: Run, tmp_path: Path) -> None:
    file = tmp_path / "p.txt"
    file.write_text(TOWN)
    told = json.loads(run("patrol", "solve", file, "--seconds", "0.2", "--json").stdout)
    assert (told["objective"], told["bound"]) == (14, 14)
    assert sorted(told["routes"][0]) == [0, 1, 2, 3]
    lines = run_here("patrol", "solve", file, "--seconds", "0.2").stdout.splitlines()
    assert lines[0].endswith("\t14")
    assert lines[1].endswith("\t14")
    assert lines[3].split("\t") in (["1", "0 1 2 3"], ["1", "0 2 1 3"])


def test_a_file_that_is_no_instance_is_refused_by_its_row(run_here: Run, tmp_path: Path) -> None:
    file = tmp_path / "p.txt"
    file.write_text(TOWN.replace("0 4 9", "0 four 9"))
    refused = run_here("patrol", "solve", file)
    assert refused.status != 0
    assert "Traceback" not in refused.stderr
    assert "0 four 9" in refused.stderr
