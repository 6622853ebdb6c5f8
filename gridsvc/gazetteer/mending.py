"""Misspelt names of streets, read as the names that they most likely are."""

from __future__ import annotations

from collections.abc import Sequence

from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.tokens import Token

_BETWEEN_STREETS = frozenset(("connect", "junction", "number"))
_SHORTEST, _LONGEST = 3, 12
_MOST_MENDED = 8


def mended(gazetteer: Gazetteer, tokens: Sequence[Token]) -> list[tuple[Token, float]]:
    """Return the tokens, a misspelt name as the name that it most likely is, each with its score (1: as is).

    Only where a name must stand: beside a word that joins streets or numbers a house; and only the first few
    of a text, for each is compared with many names.
    """
    known: dict[str, tuple[str, float] | None] = {}
    result = []
    for k, token in enumerate(tokens):
        beside = {tokens[i].kind for i in (k - 1, k + 1) if 0 <= i < len(tokens)}
        score = 1.0
        if token.kind == "unknown" and _SHORTEST <= len(token.text) <= _LONGEST and beside & _BETWEEN_STREETS:
            if token.text not in known and len(known) < _MOST_MENDED:
                known[token.text] = _street_like(gazetteer, token.text)
            street = known.get(token.text)
            if street:
                name, score = street
                token = Token("name", name, token.start)
        result.append((token, score))
    return result


def _street_like(gazetteer: Gazetteer, text: str) -> tuple[str, float] | None:
    for number, fits in gazetteer.index.misspelt(text):
        name = gazetteer.index.names[number]
        if gazetteer.is_a(name, "street"):
            return name, fits
    return None
