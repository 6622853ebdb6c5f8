"""A few cases of each kind of difference, with what both sides answer and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.responsibility.replay.answers import Answers
from gridsvc.responsibility.replay.moves import MOVES

if TYPE_CHECKING:
    from gridsvc.responsibility.replay.replaying import Compared

EXAMPLES: Mapping[str, Text] = {
    "unit": Text("换责任单位", "goes to another unit"),
    "undecidable": Text("变为需人工决定", "needs a decision now"),
    "decidable": Text("不再需人工决定", "needs no decision any more"),
    "decision": Text("判定方式改变", "decided otherwise"),
    "earlier": Text("截止提前", "deadline earlier"),
    "later": Text("截止推后", "deadline later"),
    "appears": Text("新有截止时间", "has a deadline now"),
    "disappears": Text("不再有截止时间", "has no deadline any more"),
    "area": Text("换网格或街道", "lies in another cell or street"),
}
MOST_OF_A_KIND = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A case with both answers as plain values."""

    kind: str
    id: Any
    before: dict[str, Any]
    after: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {"kind": self.kind, "id": self.id, "before": self.before, "after": self.after}


@dataclass(slots=True)
class Examples:
    """The first cases of each kind, each of another class."""

    _found: dict[str, list[Example]] = field(default_factory=lambda: {kind: [] for kind in EXAMPLES})
    _classes: dict[str, set[int]] = field(default_factory=lambda: {kind: set() for kind in EXAMPLES})

    @property
    def found(self) -> list[Example]:
        """All of them, by kind."""
        return [example for kind in EXAMPLES for example in self._found[kind]]

    def take(self, compared: Compared) -> None:
        """Look for examples in a batch."""
        class_ = compared.before.class_
        for kind, mask in _masks(compared).items():
            missing = MOST_OF_A_KIND - len(self._found[kind])
            if not missing:
                continue
            rows = np.flatnonzero(mask & ~np.isin(class_, list(self._classes[kind])))
            _, first = np.unique(class_[rows], return_index=True)
            for row in rows[np.sort(first)][:missing].tolist():
                self._classes[kind].add(int(class_[row]))
                name = compared.batch.ids[row]
                name = name.as_py() if hasattr(name, "as_py") else name
                self._found[kind].append(
                    Example(kind, name, _answer(compared.before, row), _answer(compared.after, row))
                )


def _masks(compared: Compared) -> dict[str, NDArray[np.bool_]]:
    old, new, both = compared.before, compared.after, compared.compared
    undecidable, decidable = compared.undecidable(), compared.decidable()
    found = {
        "unit": compared.unit_changed() & ~undecidable & ~decidable,
        "undecidable": undecidable,
        "decidable": decidable,
        "decision": both
        & (old.decision != new.decision)
        & (old.unit == new.unit)
        & ~undecidable
        & ~decidable,
    }
    found |= {kind: both & (compared.move == number) for number, kind in enumerate(MOVES) if number > 1}
    elsewhere = (old.areas["cell"] != new.areas["cell"]) | (old.areas["street"] != new.areas["street"])
    return found | {"area": both & elsewhere}


def _answer(answers: Answers, row: int) -> dict[str, Any]:
    """Return what one side answers, without ids that only its own atlas knows."""
    spoken = {language: answers.resolutions.answer(row, language) for language in ("zh", "en")}
    whole = spoken["zh"]
    cell, clause = whole["cell"], whole["clause"]
    return {
        "class": whole["class"],
        "cell": cell["code"] if cell else None,
        "street": cell["street"] if cell else None,
        "edition": clause["edition"] if clause else None,
        "filing_condition": clause["filing_condition"] if clause else None,
        "decision": whole["decision"],
        "unit": whole["unit"],
        "confidence": whole["confidence"],
        "limit": whole["limit"]["text"] if whole["limit"] else None,
        "deadline": whole["deadline"],
        "reasons": [
            {"step": zh["step"], "text": zh["text"], "text_en": en["text"]}
            for zh, en in zip(whole["reasons"], spoken["en"]["reasons"], strict=True)
        ],
    }
