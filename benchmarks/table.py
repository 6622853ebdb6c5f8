"""How a comparison is printed."""

from __future__ import annotations

from collections.abc import Sequence


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print(f"\n## {title}\n")
    for row in (header, ["---"] + ["---:"] * (len(header) - 1), *rows):
        print("| " + " | ".join(row) + " |")


def verdict(claim: str, value: float, target: float, *, at_most: bool = False) -> bool:
    """Print whether a figure meets its target, and return it."""
    met = value <= target if at_most else value >= target
    sign = "≤" if at_most else "≥"
    print(f"\n{claim}: {value:.2f} (target {sign} {target:.2f}) — {'met' if met else 'MISSED'}")
    return met
