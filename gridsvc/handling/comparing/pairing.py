"""Which sub-condition of the later edition is which of the earlier one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gridsvc.handling.comparing.wording import ALIKE, likeness, plain
from gridsvc.handling.specifications import Clause

_SAME_NUMBER = 0.2  # how much more alike a text must be to go before one of the same number
_MOST_PAIRS = 10_000

Pair = tuple[Clause | None, Clause | None]


def pair_clauses(before: Sequence[Clause], after: Sequence[Clause]) -> list[Pair]:
    """Pair the sub-conditions of one class, each once; None where it has no partner.

    Equal texts go together first, the same number before another one; then the texts most alike, where the
    same number counts too. Ordered by the later number, what is gone standing where it stood.
    """
    olds, news = list(before), list(after)
    pairs: list[Pair] = []

    def join(old: Clause, new: Clause) -> None:
        olds.remove(old)
        news.remove(new)
        pairs.append((old, new))

    by_text: dict[str, list[Clause]] = defaultdict(list)
    for clause in olds:
        by_text[plain(clause.filing_condition)].append(clause)
    for same_number in (True, False):
        for new in list(news):
            text = plain(new.filing_condition)
            alike = [x for x in by_text[text] if not same_number or x.ordinal == new.ordinal]
            if alike:
                by_text[text].remove(alike[0])
                join(alike[0], new)
    for old, new in _most_alike(olds, news):
        if old in olds and new in news:
            join(old, new)
    pairs += [(old, None) for old in olds] + [(None, new) for new in news]
    return sorted(pairs, key=_place)


def _most_alike(olds: Sequence[Clause], news: Sequence[Clause]) -> list[tuple[Clause, Clause]]:
    """Return the pairs that are alike enough, the most alike first."""
    # A broken table may give a class thousands of rows; by number alone they are told apart in time.
    if len(olds) * len(news) > _MOST_PAIRS:
        numbered = {old.ordinal: old for old in olds}
        return [(numbered[new.ordinal], new) for new in news if new.ordinal in numbered]
    texts = {id(each): plain(each.filing_condition) for each in (*olds, *news)}
    scored = []
    for old in olds:
        for new in news:
            score = likeness(texts[id(old)], texts[id(new)])
            if score >= ALIKE:
                bonus = _SAME_NUMBER if old.ordinal == new.ordinal else 0.0
                scored.append((-(score + bonus), old.ordinal, new.ordinal, old, new))
    scored.sort(key=lambda each: each[:3])
    return [(old, new) for *_, old, new in scored]


def _place(pair: Pair) -> tuple[int, int]:
    old, new = pair
    if new is not None:
        return new.ordinal, 1
    assert old is not None
    return old.ordinal, 0
