"""Letters, colours and measures of the printed sheets."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from gridsvc.assets.font import font_path
from gridsvc.patrol.outputs.wording import printable

FONT = "gridsvc"
PAGE = A4
MARGIN = 14 * mm
WIDTH = PAGE[0] - 2 * MARGIN
HEAD_HEIGHT, FOOT_HEIGHT = 15 * mm, 9 * mm
FRAME = PAGE[1] - 2 * MARGIN - HEAD_HEIGHT - FOOT_HEIGHT
"""Height of what is between the head and the foot of a page."""

INK, QUIET, LINE, HEAD = HexColor("#22272e"), HexColor("#57606a"), HexColor("#c3c8ce"), HexColor("#eceff2")
WARNING = HexColor("#7a3f00")


@lru_cache(maxsize=1)
def use_font() -> None:
    """Make the vendored Chinese font known; a file holds only the glyphs that it shows."""
    pdfmetrics.registerFont(TTFont(FONT, str(font_path())))


@lru_cache(maxsize=64)
def style(size: float, colour: Any = INK, *, language: str = "zh", right: bool = False) -> ParagraphStyle:
    """Return a style; Chinese may be parted after any character, English at its spaces."""
    use_font()
    return ParagraphStyle(
        f"{size} {language}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        wordWrap="CJK" if language == "zh" else None,
        alignment=2 if right else 0,
    )


def paragraph(
    words: str, size: float = 8.5, colour: Any = INK, *, language: str = "zh", **kept: Any
) -> Paragraph:
    """Return words as they are: nothing in them is markup; a new line stays one."""
    written = escape(printable(words)).replace("\n", "<br/>")
    return Paragraph(written, style(size, colour, language=language, **kept))
