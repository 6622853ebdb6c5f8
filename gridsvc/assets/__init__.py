"""Scripts, styles and the font that pages and drawings need: vendored, so that nothing comes from a CDN."""

from gridsvc.assets.paths import FOLDER, asset_path

__all__ = ["FOLDER", "asset_path"]
