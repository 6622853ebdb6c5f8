"""Finding the place that a text means, and whether it is sure enough to put a report there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gridsvc.errors import Text
from gridsvc.gazetteer.agreeing import meant_spots
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.mending import mended
from gridsvc.gazetteer.normalising import normalised
from gridsvc.gazetteer.resembling import resembling_spots
from gridsvc.gazetteer.spots import Spot
from gridsvc.gazetteer.tokens import tokens_of
from gridsvc.gazetteer.understanding import Statement, understand

SURE = 0.85
"""Least score of a place that a report is put at."""
_FOREIGN, _OTHER = 0.6, 0.8
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
    text that nothing was found for. `gazetteer` is the version that answered. `more`: more places fit than
    these.
    """

    text: str
    verdict: str
    candidates: tuple[Candidate, ...]
    unknown: tuple[str, ...]
    gazetteer: str
    more: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "text": self.text,
            "verdict": self.verdict,
            "unknown": list(self.unknown),
            "places": [each.as_dict() for each in self.candidates],
            "more": self.more,
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
    tokens = mended(gazetteer, tokens_of(asked, gazetteer.name_at))
    statement = understand([token for token, _ in tokens], gazetteer.is_a)
    guessed = {token.text: score for token, score in tokens if score < 1}
    at = gazetteer.metres(*near) if near else None
    meant = meant_spots(gazetteer, statement.anchors, guessed, at)
    main, others, more = meant.spots, meant.others, meant.more
    unknown = [each for each in statement.unknown if each not in guessed]
    foreign = _foreign(gazetteer, statement)
    if foreign:
        main = [replace(spot, score=spot.score * _FOREIGN) for spot in main]
    ranked = _ordered(main, at)
    verdict = _verdict(ranked)
    rest = [replace(spot, score=spot.score * _OTHER) for spot in others]
    if resembling:
        alike, left = resembling_spots(gazetteer, asked, [*main, *others], limit, at)
        rest, more = rest + alike, more or left
    # What was understood goes first; where it is doubtful, the better score does.
    listed = [*ranked, *_ordered(rest, at)] if verdict in _CLEAR else _ordered([*ranked, *rest], at)
    candidates = [_candidate(gazetteer, spot) for spot in listed[:limit]]
    more = more or len(listed) > limit
    if verdict == "nothing" and candidates:
        verdict = "uncertain"
        if candidates[0].score >= 1.0:
            verdict = "certain" if len(candidates) == 1 or candidates[1].score < 1.0 else "ambiguous"
    if not statement.anchors and candidates:
        unknown = []
    return Found(text, verdict, tuple(candidates), (*foreign, *unknown), gazetteer.version, more)


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
