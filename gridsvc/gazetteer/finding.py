"""Finding the place that a text means, and whether it is sure enough to put a report there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely

from gridsvc.errors import Text
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.names import Hit
from gridsvc.gazetteer.normalising import normalised
from gridsvc.gazetteer.placing import Spot, spots_of
from gridsvc.gazetteer.tokens import Token, tokens_of
from gridsvc.gazetteer.understanding import Anchor, Statement, understand

SURE = 0.85
"""Least score of a place that a report is put at."""
_LOOSE, _FOREIGN, _CONFLICT, _OTHER = 0.7, 0.6, 0.6, 0.8
_ONE_PLACE_M = 150.0
"""Places of one name this near each other are one: the stops on both sides of a street."""
_CONTEXT_M = {"area": 60.0, "road": 300.0}
_OTHER_CONTEXT_M = 500.0
_MOST_SPOTS = 400
_RANK = {"house": 0, "place": 1, "crossing": 2, "stretch": 3, "section": 4, "street": 5, "area": 6}
_BETWEEN_STREETS = frozenset(("connect", "junction", "number"))
_LONGEST_MENDED = 12
_CLEAR = frozenset(("certain", "ambiguous"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a text may mean: WGS 84 degrees, and the radius that holds 68 % of what is meant.

    `house_number`: the number that the text says (88 of 友谊东路甲88号), also where nobody knows where it is;
    odd or even, it tells the side of the road. None for what lies opposite a number.
    """

    name: str
    kind: str
    lon: float
    lat: float
    accuracy_m: float
    source: str
    score: float
    because: Text
    house_number: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "lon": self.lon,
            "lat": self.lat,
            "accuracy_m": self.accuracy_m,
            "source": self.source,
            "score": self.score,
            "because": self.because.zh,
            "because_en": self.because.en,
            "house_number": self.house_number,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What a text may mean, the best first.

    `verdict`: `certain` (the first one is meant), `ambiguous` (others are as good), `uncertain` (it is a
    guess: misspelt, in part, or what else the text says contradicts it), `nothing`. `unknown`: words of the
    text that nothing was found for. `gazetteer` is the version that answered.
    """

    text: str
    verdict: str
    candidates: tuple[Candidate, ...]
    unknown: tuple[str, ...]
    gazetteer: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "text": self.text,
            "verdict": self.verdict,
            "unknown": list(self.unknown),
            "places": [each.as_dict() for each in self.candidates],
            "gazetteer": self.gazetteer,
        }


def find_places(
    gazetteer: Gazetteer,
    text: str,
    *,
    limit: int = 10,
    near: tuple[float, float] | None = None,
    resembling: bool = True,
) -> Found:
    """Return the places that `text` may mean; of equally good ones those near `near` (lon, lat) come first.

    `resembling`: also names that the whole text resembles, as a search box wants them. Any text is answered,
    in bounded time; nothing is raised.
    """
    asked = normalised(text)
    tokens = _mended(gazetteer, tokens_of(asked, gazetteer.name_at))
    statement = understand([token for token, _ in tokens], gazetteer.is_a)
    mended = {token.text: score for token, score in tokens if score < 1}
    main, others = _spots(gazetteer, statement, mended)
    unknown = [each for each in statement.unknown if each not in mended]
    foreign = _foreign(gazetteer, statement)
    if foreign:
        main = [replace(spot, score=spot.score * _FOREIGN) for spot in main]
    at = gazetteer.metres(*near) if near else None
    ranked = _ordered(main, at)
    verdict = _verdict(ranked)
    rest = [replace(spot, score=spot.score * _OTHER) for spot in others]
    if resembling:
        rest += _by_name(gazetteer, asked, [*main, *others], limit)
    # What was understood goes first; where it is doubtful, the better score does.
    listed = [*ranked, *_ordered(rest, at)] if verdict in _CLEAR else _ordered([*ranked, *rest], at)
    candidates = [_candidate(gazetteer, spot) for spot in listed[:limit]]
    if verdict == "nothing" and candidates:
        verdict = "uncertain"
        if candidates[0].score >= 1.0:
            verdict = "certain" if len(candidates) == 1 or candidates[1].score < 1.0 else "ambiguous"
    if not statement.anchors and candidates:
        unknown = []
    return Found(text, verdict, tuple(candidates), (*foreign, *unknown), gazetteer.version)


@dataclass(frozen=True, slots=True)
class Placed:
    """The one place that an address means."""

    address: str
    place: Candidate
    gazetteer: str

    @property
    def house_number(self) -> int | None:
        """Return the house number that the address says, or None."""
        return self.place.house_number

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {"address": self.address, "gazetteer": self.gazetteer, **self.place.as_dict()}


def place_address(gazetteer: Gazetteer, text: str, *, within_m: float = 100.0) -> Placed | None:
    """Return the place of an address, or None: ambiguous, a guess, unknown, or less exact than `within_m`."""
    return placed_by(find_places(gazetteer, text, limit=1, resembling=False), within_m=within_m)


def placed_by(found: Found, *, within_m: float) -> Placed | None:
    """Return the place of an answer that is certain and exact enough, else None."""
    if found.verdict != "certain" or found.candidates[0].accuracy_m > within_m:
        return None
    return Placed(found.text, found.candidates[0], found.gazetteer)


def _mended(gazetteer: Gazetteer, tokens: list[Token]) -> list[tuple[Token, float]]:
    """Return the tokens, a misspelt name as the name that it most likely is, each with its score (1: as is).

    Only where a name must stand: alone, or beside a word that joins streets or numbers a house.
    """
    mended = []
    for k, token in enumerate(tokens):
        beside = {tokens[i].kind for i in (k - 1, k + 1) if 0 <= i < len(tokens)}
        score = 1.0
        if token.kind == "unknown" and 3 <= len(token.text) <= _LONGEST_MENDED and beside & _BETWEEN_STREETS:
            close = gazetteer.index.misspelt(token.text)
            names = [(gazetteer.index.names[name], fits) for name, fits in close]
            streets = [each for each in names if gazetteer.is_a(each[0], "street")]
            if streets:
                name, score = streets[0]
                token = Token("name", name, token.start)
        mended.append((token, score))
    return mended


def _spots(
    gazetteer: Gazetteer, statement: Statement, mended: dict[str, float]
) -> tuple[list[Spot], list[Spot]]:
    """Return the spots of the anchor that says most exactly what is meant, and those of the others.

    The others are the surroundings that it must agree with: 碑林区 友谊东路 before a compound.
    """
    found: list[tuple[Anchor, list[Spot]]] = []
    for anchor in statement.anchors:
        spots = _near_ones_joined(spots_of(gazetteer, anchor)[:_MOST_SPOTS])
        factor = math.prod(mended.get(name, 1.0) for name in anchor.names) * (
            1.0 if anchor.closed else _LOOSE
        )
        if spots:
            found.append((anchor, [replace(spot, score=spot.score * factor) for spot in spots]))
        elif anchor.kind in ("crossing", "stretch"):
            # The streets do not meet: each is shown, and neither is meant.
            for name in anchor.names:
                alone = spots_of(gazetteer, Anchor("street", (name,), anchor.start, anchor.end))
                apart = [spot.said("各路不相交", "the roads do not meet") for spot in alone]
                found.append((anchor, [replace(spot, score=spot.score * _CONFLICT) for spot in apart]))
    if not found:
        return [], []
    main = min(
        found, key=lambda each: (not each[0].closed, _RANK[each[0].kind], min(s.accuracy_m for s in each[1]))
    )
    others = [each for each in found if each is not main]
    agreeing = main[1]
    for _, around in others:
        fitting = [spot for spot in agreeing if any(_agree(spot, other) for other in around)]
        if not fitting:
            return [replace(s, score=s.score * _CONFLICT) for s in agreeing], [
                s for _, o in others for s in o
            ]
        agreeing = fitting
    rest = [spot for spot in main[1] if spot not in agreeing] + [s for _, o in others for s in o]
    return agreeing, rest


def _agree(spot: Spot, other: Spot) -> bool:
    reach = _CONTEXT_M.get(other.kind, _OTHER_CONTEXT_M) + spot.accuracy_m
    if other.shape is not None:
        return bool(shapely.dwithin(other.shape, spot.shape or shapely.Point(spot.x, spot.y), reach))
    return math.hypot(spot.x - other.x, spot.y - other.y) <= reach + other.accuracy_m


def _near_ones_joined(spots: list[Spot]) -> list[Spot]:
    """Return the spots, points of one name and kind near each other as one in their middle."""
    joined: list[list[Spot]] = []
    for spot in spots:
        for group in joined:
            first = group[0]
            if (
                (first.name, first.kind, first.score) == (spot.name, spot.kind, spot.score)
                and first.shape is None
                and spot.shape is None
                and math.hypot(first.x - spot.x, first.y - spot.y) <= _ONE_PLACE_M
            ):
                group.append(spot)
                break
        else:
            joined.append([spot])
    return [_middle(group) for group in joined]


def _middle(group: Sequence[Spot]) -> Spot:
    first = group[0]
    if len(group) == 1:
        return first
    x, y = (sum(getattr(spot, axis) for spot in group) / len(group) for axis in ("x", "y"))
    spread = max(math.hypot(spot.x - x, spot.y - y) for spot in group)
    accuracy = math.hypot(max(spot.accuracy_m for spot in group), spread)
    n = len(group)
    return first.at(x, y, accuracy).said(f"同名 {n} 处的中间", f"the middle of {n} of this name")


def _foreign(gazetteer: Gazetteer, statement: Statement) -> list[str]:
    """Return areas that the text names and nobody knows, unless a known one around them vouches for them."""
    known_area = any(anchor.kind == "area" for anchor in statement.anchors)
    if known_area:
        return []
    return [each for each in statement.foreign if each not in gazetteer.city_names]


def _verdict(ranked: Sequence[Spot]) -> str:
    if not ranked:
        return "nothing"
    first = ranked[0]
    rivals = [
        spot
        for spot in ranked[1:]
        if spot.score >= first.score - 0.03
        and math.hypot(spot.x - first.x, spot.y - first.y) > min(spot.accuracy_m, first.accuracy_m)
    ]
    if rivals:
        return "ambiguous"
    return "certain" if first.score >= SURE else "uncertain"


def _by_name(gazetteer: Gazetteer, asked: str, had: Sequence[Spot], limit: int) -> list[Spot]:
    """Return the places whose names resemble the whole text: what a search box shows while one types."""
    seen = {(spot.name, round(spot.x), round(spot.y)) for spot in had}
    found: list[Spot] = []
    for hit in gazetteer.index.search(asked, limit + len(had)):
        name = gazetteer.index.names[hit.name]
        spots = [
            replace(spot, score=spot.score * hit.score, because=(_how(hit, spot.name),))
            for spot in spots_of(gazetteer, Anchor("place", (name,), 0, 0))
        ]
        for spot in _near_ones_joined(spots):
            key = (spot.name, round(spot.x), round(spot.y))
            if key not in seen:
                seen.add(key)
                found.append(spot)
        if len(found) >= limit:
            break
    return found


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


def _ordered(spots: Sequence[Spot], near: tuple[float, float] | None) -> list[Spot]:
    def key(spot: Spot) -> tuple[float, float, str, float, float]:
        distance = math.hypot(spot.x - near[0], spot.y - near[1]) if near else 0.0
        return (-round(spot.score, 4), distance, spot.name, spot.x, spot.y)

    return sorted(spots, key=key)


def _candidate(gazetteer: Gazetteer, spot: Spot) -> Candidate:
    lon, lat = gazetteer.degrees(spot.x, spot.y)
    because = Text(
        "，".join(each.zh for each in spot.because) + "。", ", ".join(each.en for each in spot.because) + "."
    )
    return Candidate(
        spot.name,
        spot.kind,
        lon,
        lat,
        round(spot.accuracy_m, 1),
        spot.source,
        round(spot.score, 4),
        because,
        spot.number,
    )
