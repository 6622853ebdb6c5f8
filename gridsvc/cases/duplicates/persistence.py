"""How long an incident of a class is there to be seen by a second person: the scale of hours apart."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).with_name("persistence.csv")
UNKNOWN_HOURS = 72.0

CONFUSABLE = (
    frozenset({"无照经营游商", "占道经营", "店外经营", "早（夜）市管理问题"}),
    frozenset({"暴露生活垃圾", "暴露垃圾", "积存垃圾渣土", "道路不洁", "道路遗撒", "道路遗撒（洒）"}),
    frozenset({"非机动车乱停放", "共享单车乱象"}),
)
"""Names of classes that two people give to one incident: their reports are compared with each other."""


def persistence_hours(kind: str | None, name: str) -> float:
    """Return how many hours an incident of a class typically stays; its longest word in the table decides.

    `kind`: component, event, or None for the sender's own words. The hours are those of assignment.md
    section 5 (small ads 3-7 days, vendors 2-4 hours, potholes 30 days) and judgement for the rest.
    """
    fitting = [(len(word), hours) for of, word, hours in _table() if of == (kind or "event") and word in name]
    return max(fitting)[1] if fitting else UNKNOWN_HOURS


def comparable_name(name: str) -> str:
    """Return one name for all classes that are confused with each other, else the name itself."""
    return next((min(names) for names in CONFUSABLE if name in names), name)


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, str, float], ...]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple((row["kind"], row["word"], float(row["hours"])) for row in csv.DictReader(file))
