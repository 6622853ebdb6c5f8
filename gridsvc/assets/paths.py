"""Where a vendored file lies."""

from __future__ import annotations

from pathlib import Path

from gridsvc.errors import ServiceFailed, Text

FOLDER = Path(__file__).resolve().parent / "vendor"
STAMP = ".installed"


def asset_path(name: str) -> Path:
    """Return the file `name`, such as `leaflet/dist/leaflet.js`.

    Raises
    ------
    ServiceFailed
        `assets_missing`: the vendored files were never fetched, or `name` is none of them.
    """
    path = FOLDER / name
    if not path.is_file():
        raise ServiceFailed(
            "assets_missing",
            Text(f"缺少页面资源 {name}。", f"the asset {name} is missing."),
            remedy=Text(
                "请运行 make install，或 python -m gridsvc.assets.build。",
                "Run make install, or python -m gridsvc.assets.build.",
            ),
        )
    return path
