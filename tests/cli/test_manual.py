"""What the administrator's manual says of options is what the commands have."""

from __future__ import annotations

import re

import typer

from gridsvc.cli.app import app
from tests.conftest import ROOT


def _imports_with(option: str | None) -> set[str]:
    """The groups with an `import` (that has the option)."""
    groups = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {
        name
        for name, group in groups.items()
        for command in [getattr(group, "commands", {}).get("import")]
        if command is not None
        and (option is None or any(option in parameter.opts for parameter in command.params))
    }


def test_options_of_every_import() -> None:
    manual = (ROOT / "docs/administrator.md").read_text(encoding="utf-8")
    table = manual.partition("| option of every import")[2].partition("\n\n")[0]
    every = _imports_with(None)
    assert {"area", "class", "unit", "spec", "case", "zone", "component"} <= every
    options = re.findall(r"^\| `(--[a-z-]+)", table, re.MULTILINE)
    assert {option: _imports_with(option) for option in options} == dict.fromkeys(
        ("--dry-run", "--skip-invalid", "--json"), every
    )
    (sentence,) = re.findall(r"^(.*) take `--column", manual, re.MULTILINE)
    assert set(re.findall(r"`([\w-]+) import`", sentence)) == _imports_with("--column")


def test_commands_of_the_planner_are_there() -> None:
    manual = (ROOT / "docs/planner.md").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(r"^gridsvc ([^#\n]+)", manual, re.MULTILINE)
    assert len(lines) >= 10
    for line in lines:
        command = typer.main.get_command(app)
        words = line.split()
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
        assert not hasattr(command, "commands"), line
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if re.match(r"--?[a-z]", word)} <= known, line
