"""The rows of a sheet as plain values: what every file is written from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gridsvc.errors import Text
from gridsvc.geography import LEVELS
from gridsvc.hotspots.sheets.sheet import Column, Sheet

LEGEND = "legend"
"""Name of the column with the words of the class by which a cell is coloured."""


def check_sheet(sheet: Sheet) -> None:
    """Refuse a sheet that is not of one piece: no file of it would be right.

    Raises
    ------
    ValueError
        A column of another length, an infinity, a name that is taken, a class that the scale does not have.
    """
    size = len(sheet.cells.layer.codes)
    taken = {"code", "name", LEGEND, "geometry", "bbox", *sheet.cells.above}
    if not sheet.columns:
        raise ValueError("a sheet has a column at least")
    for column in sheet.columns:
        if column.name in taken:
            raise ValueError(f"two columns are called {column.name!r}")
        taken.add(column.name)
        if np.shape(column.values) != (size,):
            raise ValueError(f"column {column.name!r} has shape {np.shape(column.values)}, not ({size},)")
        values = np.asarray(column.values)
        if values.dtype.kind == "f" and np.isinf(values).any():
            raise ValueError(f"column {column.name!r} has an infinity")
        if column.words is not None and len(values) and int(values.max()) >= len(column.words):
            raise ValueError(f"column {column.name!r} has words up to {len(column.words) - 1} only")
    step = sheet.scale.step
    if step.shape != (size,) or (size and (step.min() < 0 or step.max() >= len(sheet.scale.steps))):
        raise ValueError("the scale does not have a class for every cell")
    if sheet.surface is not None and np.isinf(sheet.surface.values).any():
        raise ValueError("the surface has an infinity")


def plain_values(column: Column, language: str) -> list[Any]:
    """Return the values of a column as int, float, bool, str or None (unknown)."""
    values = np.asarray(column.values)
    if column.words is not None:
        words = [word.in_language(language) for word in column.words]
        return [words[index] if index >= 0 else None for index in values.tolist()]
    if values.dtype.kind == "f":
        return [None if value != value else value for value in values.astype(np.float64).tolist()]
    return list(values.tolist())


def plain_table(sheet: Sheet, language: str) -> dict[str, list[Any]]:
    """Return the columns of every file: code, name, names of the areas above, values, class of the legend."""
    layer = sheet.cells.layer
    table: dict[str, list[Any]] = {"code": list(layer.codes), "name": list(layer.names)}
    for level in reversed(LEVELS):
        if level in sheet.cells.above:
            table[level] = list(sheet.cells.above[level])
    for column in sheet.columns:
        table[column.name] = plain_values(column, language)
    labels = [step.label.in_language(language) for step in sheet.scale.steps]
    table[LEGEND] = [labels[index] for index in sheet.scale.step.tolist()]
    return table


def described(sheet: Sheet, language: str) -> dict[str, Any]:
    """Return everything that must be said beside the rows, as plain values for JSON and tags."""

    def said(words: Text | None) -> str | None:
        return None if words is None else words.in_language(language)

    return {
        "title": said(sheet.title),
        "headline": said(sheet.headline),
        "warning": said(sheet.warning),
        "remarks": [said(line) for line in sheet.remarks],
        "synthetic": sheet.cells.synthetic,
        "columns": [
            {
                "name": column.name,
                "label": said(column.label),
                "unit": said(column.unit),
                "note": said(column.note),
            }
            for column in sheet.columns
        ],
        "legend": {
            "title": said(sheet.scale.title),
            "breaks": list(sheet.scale.breaks),
            "classes": [
                {
                    "label": said(step.label),
                    "colour": step.colour,
                    "hatch": step.hatch,
                    "cells": step.cells,
                }
                for step in sheet.scale.steps
            ],
        },
        "provenance": sheet.provenance.as_dict(),
    }


def where(sheet: Sheet, cell: int) -> str:
    """Return the names of street and community of a cell."""
    above = sheet.cells.above
    names: Sequence[str | None] = [above[level][cell] for level in ("street", "community") if level in above]
    return " ".join(name for name in names if name)
