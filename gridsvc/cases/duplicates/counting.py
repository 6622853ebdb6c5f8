"""Which links count: the one place that says when a report is a duplicate."""

from __future__ import annotations


def holds(link: str) -> str:
    """Return the SQL condition that the row `link` of report_duplicate makes its report a duplicate.

    A suggestion counts from the day it is made, for it is kept only from the threshold of the weights on
    (`judging.Weights`); a link of a person counts and has no probability; what a person rejected never does.
    """
    return f"{link}.decision IS DISTINCT FROM 'rejected'"
