"""The vendored Chinese font: for drawings, and cut down to what one page shows."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from pathlib import Path

from gridsvc.assets.contents import FONT
from gridsvc.assets.paths import asset_path

# Fonts of Windows, macOS, Linux and phones; ours comes after them.
LOCAL_FONTS = (
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
)


def font_path() -> Path:
    """Return the TrueType file of Noto Sans SC Regular."""
    return asset_path(FONT)


def embedded_font_face(family: str, shown: Iterable[str]) -> str:
    """Return an `@font-face` rule of `family` that holds the characters of `shown`, and nothing to fetch.

    A machine's own Chinese font comes first; the embedded one serves a browser that has none. It holds only
    what the page shows: some 200 bytes a character instead of 10 MB.
    """
    from fontTools import subset

    options = subset.Options(
        flavor="woff", layout_features=[], hinting=False, name_IDs=[], notdef_outline=True
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted({character for text in shown for character in text})))
    held = io.BytesIO()
    with subset.load_font(str(font_path()), options, lazy=True) as font:
        subsetter.subset(font)
        subset.save_font(font, held, options)
    sources = [f'local("{name}")' for name in LOCAL_FONTS]
    sources.append(f'url(data:font/woff;base64,{base64.b64encode(held.getvalue()).decode()}) format("woff")')
    return f'@font-face{{font-family:"{family}";src:{",".join(sources)}}}'
