"""Pieces of street as places of a shift: what is to be met along them, and why one should walk there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.geography import Layer
from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.patrol.network.lines import piece_points
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import MODE_WORDS, Expected, Mode
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_values import PIECE_M, StreetPieces, spread_over_links
from gridsvc.patrol.value.walking import best_modes, looking_minutes, walked
from gridsvc.pinyin import in_english

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_SHOWN = 3
_LEAST = 0.01


def street_pieces(
    streets: Streets,
    layer: Layer,
    cells: Places,
    modes: Sequence[Mode] = ("walk",),
    speeds: ModeSpeeds = SPEEDS,
    *,
    piece_m: float = PIECE_M,
) -> tuple[StreetPieces, Floats]:
    """Return the pieces beside `cells` (places with a cell of `layer`) that one of the modes may use, with
    what walking them is worth (`walking.walked`), and the value of each cell that faces none of them.

    The other cells of the layer count too: a street belongs to the cell that it faces, valued or not. Of
    several places of one cell the first stands for all.
    """
    row = {code: number for number, code in enumerate(layer.codes)}
    of = np.array([row.get(code, -1) for code in cells.cell], np.int64)
    place = np.full(len(row), -1, np.int64)
    known = np.flatnonzero(of >= 0)
    place[of[known][::-1]] = known[::-1]
    value, expected = (
        np.bincount(of[known], column[known], len(row)).astype(np.float64)
        for column in (cells.value, cells.expected)
    )
    spread = spread_over_links(streets, _shapes(streets, layer), value, expected, piece_m=piece_m)
    pieces = walked(streets, spread, value, expected, modes, speeds)
    on, cell, part = pieces.share
    faced = np.isin(np.arange(len(row)), cell)
    left = cells.value.copy()
    left[known] = np.where((place[of[known]] == known) & ~faced[of[known]], value[of[known]], 0.0)
    return replace(pieces, share=(on, place[cell], part)), left


def street_places(
    streets: Streets, pieces: StreetPieces, cells: Places, speeds: ModeSpeeds = SPEEDS
) -> Places:
    """Return the pieces as places of kind `street`; `cells` are the places that their shares count.

    A piece has the window, and is said to lie in the cell, that gives it most. Its value, and what is
    expected, are of its walk in the mode that earns most. `dwell` is 0: how long a piece takes depends on who
    walks it (`plans.street_form`). Its key is its middle, in degrees.
    """
    count = len(pieces)
    on, cell, part = pieces.share
    first = np.searchsorted(on, np.arange(count + 1))
    most = cell[first[:-1]] if count else np.empty(0, np.int64)
    middle = [
        piece_points(streets.lines[link], low, (low + high) / 2)[-1]
        for link, low, high in zip(pieces.link, pieces.from_m, pieces.to_m, strict=True)
    ]
    xy = np.rint(np.array(middle).reshape(-1, 2) * 1000).astype(np.int64)
    lon, lat = to_degrees(streets.srid, xy[:, 0], xy[:, 1])
    spread = np.bincount(on, (part * cells.uncertainty[cell]) ** 2, minlength=count)
    bands = None
    if cells.bands is not None:
        bands = np.zeros((count, cells.bands.shape[1]))
        np.add.at(bands, on, part[:, None] * cells.bands[cell])
    by = best_modes(pieces)
    minutes = {mode: looking_minutes(streets, pieces, mode, speeds) for mode in set(by)}
    texts = [
        _told(
            _walk_said(by[k], minutes[by[k]][k], pieces.length_m[k]),
            float(pieces.expected[k]),
            cells,
            cell[first[k] : first[k + 1]],
            part[first[k] : first[k + 1]],
        )
        for k in range(count)
    ]
    return Places(
        key=np.array([f"street:{x:.6f},{y:.6f}" for x, y in zip(lon, lat, strict=True)], object),
        kind=np.full(count, "street", object),
        name=[_name(streets, int(link)) for link in pieces.link],
        lon=lon,
        lat=lat,
        cell=cells.cell[most],
        expected=pieces.expected,
        value=pieces.value,
        opens=cells.opens[most],
        closes=cells.closes[most],
        windowed=cells.windowed[most],
        dwell=np.zeros(count),
        uncertainty=np.sqrt(spread),
        required=np.zeros(count, bool),
        classes=[classes for classes, _ in texts],
        because=[because for _, because in texts],
        versions=cells.versions,
        remarks=cells.remarks,
        bands=bands,
    )


def _walk_said(mode: Mode, minutes: float, metres: float) -> Text:
    word = MODE_WORDS[mode]
    return Text(
        f"{word.zh}沿街 {metres:.0f} 米、{minutes:.1f} 分钟",
        f"along {metres:.0f} m, {minutes:.1f} minutes {word.en}",
    )


def _told(
    walk: Text, expected: float, cells: Places, cell: Integers, part: Floats
) -> tuple[tuple[Expected, ...], tuple[Text, ...]]:
    """Return what may be met on a piece, most first, and why it is a candidate."""
    met: dict[tuple[str, str], float] = {}
    for which, share in zip(cell.tolist(), part.tolist(), strict=True):
        for each in cells.classes[which]:
            met[each.code, each.name] = met.get((each.code, each.name), 0.0) + share * each.number
    ordered = sorted(met.items(), key=lambda item: -item[1])
    codes = [str(cells.cell[which]) for which in cell[:_SHOWN].tolist()]
    zh, en = ("等", " and others") if len(cell) > _SHOWN else ("", "")
    # A minute's walk meets little; 0.00 would say that it is walked for nothing.
    number = f"{expected:.2f}"
    few, less = (f"不到 {_LEAST}", f"under {_LEAST}") if expected < _LEAST else (f" {number}", number)
    because = Text(
        f"{walk.zh}预计遇到{few} 件（单元网格 {'、'.join(codes)}{zh}）",
        f"{less} expected {walk.en} (cells {', '.join(codes)}{en})",
    )
    return tuple(Expected(code, name, each) for (code, name), each in ordered), (because,)


def _name(streets: Streets, link: int) -> Text:
    name = streets.roads.names[streets.road[link]]
    return Text(str(name), in_english(str(name))) if name else Text("无名路", "a street without a name")


def _shapes(streets: Streets, layer: Layer) -> NDArray[Any]:
    """Return the cells of a layer in the metres of the streets, shape (cells,)."""

    def metres(xy: Floats) -> Floats:
        if layer.srid != streets.srid:
            degrees = to_degrees(layer.srid, *np.rint(xy.T).astype(np.int64))
            xy = np.stack(to_millimetres(streets.srid, *degrees), axis=1).astype(np.float64)
        return xy / 1000

    return np.asarray(shapely.transform(layer.geom_mm, metres), object)
