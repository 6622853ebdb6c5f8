"""Clauses that carry limits and nothing else, for tests of the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gridsvc.handling import Clause, Limit, Specification
from gridsvc.responsibility.limit_book import LimitBook


def clause_of(limit: Limit | None, **given: Any) -> Clause:
    """A clause with a limit; `given`: graded, stages, season_from, season_to."""
    fields: dict[str, Any] = {
        "id": 1,
        "kind": "event",
        "class_code": "0201",
        "ordinal": 1,
        "filing_condition": "a condition",
        "closing_condition": None,
        "responsible_text": "",
        "supervising_text": None,
        "limit_text": limit.text if limit else None,
        "limit": limit,
        "units": (),
        "sheet": None,
        "row": None,
    }
    return Clause(**(fields | given))


def edition_of(hour_means: str = "through", day_means: str = "through") -> Specification:
    """An edition that says what 小时 and 天 count."""
    return Specification(
        id=1,
        name="2026",
        scheme="gbt30428.2-2013",
        effective_from=None,
        hour_means=hour_means,
        day_means=day_means,
        source="",
        digest="",
        imported_at=datetime(2026, 1, 1, tzinfo=UTC),
        withdrawn_at=None,
        clauses=(),
    )


def book_of(
    limits: Sequence[Limit | None], hour_means: str = "through", day_means: str = "through"
) -> LimitBook:
    """The book of clauses with these limits; different limits are numbered in their order."""
    edition = edition_of(hour_means, day_means)
    return LimitBook.of([clause_of(limit) for limit in limits], [edition] * len(limits))
