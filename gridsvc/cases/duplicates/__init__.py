"""Reports of an incident that another report told before: suggested, counted once, never deleted."""

from gridsvc.cases.duplicates.deciding import accept_duplicate, reject_duplicate
from gridsvc.cases.duplicates.finding import Found, find_duplicates
from gridsvc.cases.duplicates.listing import count_duplicates, list_duplicates

__all__ = [
    "Found",
    "accept_duplicate",
    "count_duplicates",
    "find_duplicates",
    "list_duplicates",
    "reject_duplicate",
]
