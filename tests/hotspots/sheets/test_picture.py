"""The picture has the colours of the scale, the surface where it lies, outlines, and words that fit."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from gridsvc.errors import Text
from gridsvc.hotspots.sheets.colours import EMERGING, rgb
from gridsvc.hotspots.sheets.picture import draw_picture
from gridsvc.hotspots.sheets.picture_words import wrapped
from gridsvc.hotspots.sheets.scales import category_scale
from tests.hotspots.sheets.made_sheet import made_shape, made_sheet, made_surface


def colours(picture: bytes) -> set[tuple[int, ...]]:
    image = Image.open(io.BytesIO(picture))
    assert image.format == "PNG"
    assert min(image.size) > 1000
    return {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or []}  # type: ignore[misc]


def test_the_picture_has_the_colours_of_its_legend() -> None:
    sheet = made_sheet()
    drawn = colours(draw_picture(sheet))
    for step in sheet.scale.steps:
        assert rgb(step.colour) in drawn


def test_surface_and_outlines_are_drawn_over_the_cells() -> None:
    without = colours(draw_picture(made_sheet()))
    drawn = colours(draw_picture(made_sheet(surface=made_surface(), shapes=[made_shape()]), "en"))
    assert len(drawn) > len(without) + 200
    assert rgb(made_shape().colour) in drawn


def test_seventeen_categories_and_their_hatches_are_drawn() -> None:
    words = [Text(f"类别{n}", f"category {n}") for n in range(17)]
    index = np.arange(48) % 18 - 1
    scale = category_scale(index, words, EMERGING, Text("类别", "Category"))
    drawn = colours(draw_picture(made_sheet(scale=scale)))
    for colour, _ in EMERGING:
        assert rgb(colour) in drawn


def test_a_picture_of_nothing_is_drawn() -> None:
    sheet = made_sheet()
    nothing = replace(
        sheet,
        surface=replace(made_surface(), values=np.zeros((60, 80)), contours=()),
        heat=None,
        remarks=[Text("说明" * 400, "remark " * 400)],
        headline=Text("", ""),
        warning=Text("数据不足", "not enough data"),
    )
    assert colours(draw_picture(nothing))


def test_lines_are_broken_at_words_and_at_any_chinese_character() -> None:
    assert wrapped("many reports located anew", 14) == ["many reports", "located anew"]
    assert wrapped("网格版本甲乙丙丁", 8) == ["网格版本", "甲乙丙丁"]
    assert wrapped("", 8) == [""]
    assert "".join(wrapped("a" * 30, 8)) == "a" * 30
