"""What an address says: its anchors (a house number, a crossing, a place …) and where about each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gridsvc.gazetteer.tokens import Token

_ABOUT = frozenset(("corner", "move", "distance", "side", "mouth", "opposite", "door")) | frozenset(
    ("near", "building", "stop", "inside", "number", "junction")
)
_SKIPPED = frozenset(("filler",))
# What says so precisely where it is that words behind it cannot be a part of its name.
_CLOSING = _ABOUT - {"move", "inside"}

IsA = Callable[[str, str], bool]
"""`is_a(name, what)`: whether a name of the gazetteer may mean a `street` or an `area`, or neither."""


@dataclass(slots=True)
class Anchor:
    """One thing of the gazetteer with what is said about it.

    `kind`: house (street and number), crossing (two streets), stretch (of the first street between two
    others), section (of a street), street, area, or place (anything else). `closed`: no unknown text runs
    into its name from either side.
    """

    kind: str
    names: tuple[str, ...]
    start: int
    end: int
    number: str | None = None
    way: str | None = None
    about: list[Token] = field(default_factory=list)
    closed: bool = True

    def of(self, kind: str) -> Token | None:
        """Return the first word of a kind that is said about it."""
        return next((token for token in self.about if token.kind == kind), None)


@dataclass(slots=True)
class Statement:
    """An address taken apart: `foreign` are areas by their ending that the gazetteer does not know."""

    anchors: list[Anchor]
    unknown: list[str]
    foreign: list[str]


def understand(tokens: Sequence[Token], is_a: IsA) -> Statement:
    """Read the tokens of an address from left to right."""
    reader = _Reader(tokens, is_a)
    anchors: list[Anchor] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "name":
            anchor, behind = reader.anchor(at)
            anchor.closed = reader.closed(anchor, at, behind)
            anchors.append(anchor)
            at = behind
        else:
            at += 1
    unknown = [token.text for token in tokens if token.kind == "unknown"]
    return Statement(anchors, unknown, [token.text for token in tokens if token.kind == "admin"])


class _Reader:
    def __init__(self, tokens: Sequence[Token], is_a: IsA) -> None:
        self._tokens, self._is_a = tokens, is_a

    def anchor(self, at: int) -> tuple[Anchor, int]:
        """Read the anchor that begins with the name at `at`; returns it and what comes behind it."""
        first = self._tokens[at]
        anchor = Anchor("place", (first.text,), first.start, first.end)
        behind = at + 1
        if self._street(at):
            anchor.kind = "street"
            behind = self._street_anchor(anchor, at)
        elif self._is_a(first.text, "area"):
            anchor.kind = "area"
        behind = self._words_about(anchor, behind)
        anchor.end = self._tokens[behind - 1].end
        return anchor, behind

    def _street_anchor(self, anchor: Anchor, at: int) -> int:
        """Read on behind a street: its number, its section, the street that it crosses, its ends."""
        following = self._kind(at + 1)
        if following == "number":
            anchor.kind, anchor.number = "house", self._tokens[at + 1].text
            return at + 2
        if following == "section":
            anchor.kind, anchor.way = "section", self._tokens[at + 1].way
            return at + 2
        stretch = self._stretch(anchor, at)
        if stretch:
            return stretch
        other = at + 2 if following == "connect" else at + 1
        if not self._street(other) or self._kind(other + 1) in ("number", "section"):
            return at + 1
        anchor.names += (self._tokens[other].text,)
        if self._kind(other + 1) == "between" and following == "connect":
            # Between two streets alone: which street it is on is not said.
            anchor.kind = "street"
            return at + 1
        anchor.kind = "crossing"
        return other + 1

    def _stretch(self, anchor: Anchor, at: int) -> int:
        """Read A(B至C段), A从B到C, A B与C之间; returns what comes behind, 0 when it is none of these."""
        b = at + 1
        while self._kind(b) in ("filler", "mark") and b < at + 3:
            b += 1
        if not self._street(b):
            return 0
        after = b + 1
        if self._kind(after) == "junction":
            after += 1
        joined = self._kind(after)
        c = after + 1
        if joined not in ("to", "connect") or not self._street(c):
            return 0
        end = c + 1
        if self._kind(end) == "junction":
            end += 1
        if joined == "connect" and self._kind(end) != "between":
            return 0
        if self._kind(end) in ("between", "stretch"):
            end += 1
        if self._kind(end) == "stretch":
            end += 1
        anchor.kind = "stretch"
        anchor.names += (self._tokens[b].text, self._tokens[c].text)
        return end

    def _words_about(self, anchor: Anchor, at: int) -> int:
        """Take the words that say where about the anchor, over commas and little words between them."""
        behind = at
        while at < len(self._tokens):
            kind = self._tokens[at].kind
            if kind in _ABOUT and not (kind == "number" and anchor.kind == "house"):
                anchor.about.append(self._tokens[at])
                behind = at + 1
            elif kind not in _SKIPPED and not (kind == "mark" and self._kind(at + 1) in _ABOUT - {"number"}):
                break
            at += 1
        return behind

    def closed(self, anchor: Anchor, at: int, behind: int) -> bool:
        """Tell whether no unknown text runs into the anchor's name."""
        said = anchor.number is not None or anchor.way is not None or anchor.kind == "stretch"
        shut = said or any(token.kind in _CLOSING for token in anchor.about)
        exact = said or (anchor.kind == "crossing" and shut)
        before = self._kind(at - 1) != "unknown" or exact
        return before and (self._kind(behind) != "unknown" or shut)

    def _kind(self, at: int) -> str | None:
        return self._tokens[at].kind if 0 <= at < len(self._tokens) else None

    def _street(self, at: int) -> bool:
        return self._kind(at) == "name" and self._is_a(self._tokens[at].text, "street")
