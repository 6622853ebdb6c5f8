"""Places whose names resemble the whole text: what a search box shows while one types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from gridsvc.errors import Text
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.joining import near_ones_joined
from gridsvc.gazetteer.names import Hit
from gridsvc.gazetteer.placing import spots_of
from gridsvc.gazetteer.spots import Spot
from gridsvc.gazetteer.understanding import Anchor


def resembling_spots(
    gazetteer: Gazetteer, asked: str, had: Sequence[Spot], limit: int, near: tuple[float, float] | None
) -> tuple[list[Spot], bool]:
    """Return about `limit` places, of one name those nearest `near` (metres); and whether some were left."""
    around = shapely.STRtree([shapely.Point(near)]) if near else None
    seen = {(spot.name, round(spot.x), round(spot.y)) for spot in had}
    found: list[Spot] = []
    more = False
    for hit in gazetteer.index.search(asked, limit + len({spot.name for spot in had})):
        if len(found) >= limit:
            return found, True
        name = gazetteer.index.names[hit.name]
        spots, left = spots_of(gazetteer, Anchor("place", (name,), 0, 0), around)
        more = more or left
        fitting = [
            replace(spot, score=spot.score * hit.score, because=(_how(hit, spot.name),)) for spot in spots
        ]
        for spot in near_ones_joined(fitting):
            key = (spot.name, round(spot.x), round(spot.y))
            if key not in seen:
                seen.add(key)
                found.append(spot)
    return found, more


_HOW = {
    "exact": ("名称相同", "the same name"),
    "prefix": ("名称开头相同", "the name begins like this"),
    "contained": ("名称中含有", "the name holds this"),
    "misspelt": ("名称相近，可能有错字", "a similar name: perhaps misspelt"),
    "pinyin": ("拼音相符", "spelt like this in pinyin"),
    "initials": ("拼音首字母相符", "these initials in pinyin"),
}


def _how(hit: Hit, name: str) -> Text:
    zh, en = _HOW[hit.how]
    return Text(f"“{name}”：{zh}", f"{name}: {en}")
