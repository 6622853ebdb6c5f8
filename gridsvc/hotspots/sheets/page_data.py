"""What the script of the page is given: the answer, every row behind it, and how it was computed."""

from __future__ import annotations

from typing import Any

from gridsvc.hotspots.sheets import wording
from gridsvc.hotspots.sheets.colours import HEAT, hatch_colour
from gridsvc.hotspots.sheets.outlines import bounds
from gridsvc.hotspots.sheets.overlay import Overlay
from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.hotspots.sheets.table import described, plain_table, where

TOP_CELLS = 10


def page_data(sheet: Sheet, language: str, overlay: Overlay | None) -> dict[str, Any]:
    """Return plain values for JSON; every word in them is put into the page as text, never as markup."""
    west, south, east, north = bounds(sheet.cells.layer)
    streets = sheet.cells.upper("street")
    pairs = sheet.neighbourhood
    return {
        "about": described(sheet, language),
        "period": wording.period(sheet, language),
        "synthetic": wording.SYNTHETIC.in_language(language) if sheet.cells.synthetic else "",
        "bounds": [[south, west], [north, east]],
        "steps": [
            {"colour": each.colour, "hatch": each.hatch, "ink": hatch_colour(each.colour)}
            for each in sheet.scale.steps
        ],
        "step": sheet.scale.step.tolist(),
        "table": plain_table(sheet, language),
        "decimals": {
            column.name: column.decimals if column.values.dtype.kind == "f" else 0
            for column in sheet.columns
            if column.words is None
        },
        "where": [where(sheet, cell) for cell in range(len(sheet.cells.layer.codes))],
        "shown": sheet.shown_column.name,
        "top": sheet.ranking(TOP_CELLS),
        "neighbours": None
        if pairs is None
        else [(pairs.of(cell) + 1).tolist() for cell in range(len(sheet.cells.layer.codes))],
        "details": {
            cell: [line.in_language(language) for line in lines] for cell, lines in sheet.details.items()
        },
        "shapes": [
            {
                "title": shape.title.in_language(language),
                "lines": [line.in_language(language) for line in shape.lines],
                "colour": shape.colour,
            }
            for shape in sheet.shapes
        ],
        "surface": None
        if overlay is None or sheet.surface is None
        else {
            "title": sheet.surface.title.in_language(language),
            "unit": sheet.surface.unit.in_language(language),
            "top": overlay.top,
        },
        "contours": [level for level, _ in sheet.surface.contours] if sheet.surface is not None else [],
        "streets": list(streets.names) if streets is not None else [],
        "heat": {"radius": 11, "blur": 13, "step": sheet.heat_step},
        "gradient": {str(at): colour for at, colour in HEAT.items()},
        "provenance": wording.provenance_lines(sheet, language),
        "words": {name: said.in_language(language) for name, said in wording.PAGE.items()},
    }


def all_text(data: Any) -> list[str]:
    """Return every string in `data`: the font of the page needs their characters."""
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        return [text for key, value in data.items() for text in (str(key), *all_text(value))]
    if isinstance(data, (list, tuple)):
        return [text for value in data for text in all_text(value)]
    return [str(data)] if data is not None else []
