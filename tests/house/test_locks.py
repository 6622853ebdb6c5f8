"""The locks hold digests and nothing of the place where they were made."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z,]+\])?==(\S+?)( ; (.+?))? \\$")
DIGEST = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def _pins(lock: str) -> dict[tuple[str, str], str]:
    """Return version by (package, marker)."""
    matches = [PIN.match(line) for line in (ROOT / lock).read_text().splitlines()]
    return {(match[1], match[5] or ""): match[3] for match in matches if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_or_a_digest(lock: str) -> None:
    # So there is no room for an index, a link, a file or an address of any registry.
    lines = (ROOT / lock).read_text().splitlines()
    assert [line for line in lines if not PIN.match(line) and not DIGEST.match(line)] == []
    assert len(_pins(lock)) > 5


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_digest(lock: str) -> None:
    text = (ROOT / lock).read_text()
    for previous, line in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        if PIN.match(previous):
            assert DIGEST.match(line), previous


def test_the_locks_agree() -> None:
    run, build, dev = (_pins(lock) for lock in LOCKS)
    assert {key: dev.get(key) for key in run} == run
    versions = {name: version for (name, _), version in dev.items()}
    assert {name: versions.get(name, version) for (name, _), version in build.items()} == {
        name: version for (name, _), version in build.items()
    }


def test_the_locks_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": project["project"]["optional-dependencies"]["dev"],
        "requirements-build.lock": project["dependency-groups"]["build"],
    }
    for lock, requirements in wanted.items():
        pinned = {name for name, _ in _pins(lock)}
        asked = {re.split(r"[\[<>=!~ ;]", requirement)[0].lower() for requirement in requirements}
        assert asked <= pinned, lock


def test_npms_lock_names_no_registry() -> None:
    import json

    locks = [
        path
        for path in (ROOT / "gridsvc").rglob("package-lock.json")
        if "node_modules" not in path.parts and "vendor" not in path.parts
    ]
    assert locks
    for path in locks:
        packages = json.loads(path.read_text())["packages"]
        fetched = {name: package for name, package in packages.items() if name}
        assert fetched
        assert [name for name, package in fetched.items() if "resolved" in package] == []
        assert [name for name, package in fetched.items() if not package.get("integrity")] == []


def test_no_committed_file_names_a_registry_or_a_folder_of_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    hosts = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "npm" + "js.org",
        "--index" + "-url ",
        "/work/" + "main",
    ]
    found = []
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path.stat().st_size > 5_000_000:
            continue
        text = path.read_bytes().decode(errors="ignore")
        found += [(name, host) for host in hosts if host in text]
    assert found == []
