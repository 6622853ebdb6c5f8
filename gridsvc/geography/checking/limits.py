"""From where on a check speaks: sizes, widths and tolerances, each an option of the command."""

from __future__ import annotations

from dataclasses import dataclass

from gridsvc.errors import Text, WrongUsage


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds of a check; lengths in metres, areas in m².

    `target_m2` with `tolerance` is the rule that an implementation of the draft national standard tests
    (10,000 m² ± 10 %: domain/grid.md); `least_m2` to `most_m2` is the band in which a cell can be worked
    with, since cells follow roads and walls. `draft_size` says which of the two is warned of. A cell above
    `huge_m2` is a mistake of the file, whatever the band. `numbering`: look at the order of numbers too,
    which concerns a new grid only, since published codes stay.
    """

    target_m2: float = 10_000.0
    tolerance: float = 0.10
    least_m2: float = 3_000.0
    most_m2: float = 30_000.0
    draft_size: bool = False
    huge_m2: float = 1_000_000.0
    sliver_m: float = 1.0
    snap_m: float = 0.05
    outside_m2: float = 1.0
    cut_m2: float = 1.0
    numbering: bool = False

    def __post_init__(self) -> None:
        """Raise `WrongUsage` (`bad_limits`) for limits that contradict themselves."""
        if not 0 < self.least_m2 <= self.most_m2 <= self.huge_m2 or not 0 < self.tolerance < 1:
            raise WrongUsage(
                "bad_limits",
                Text(
                    "面积下限须小于上限，允许偏差须在 0 与 100 % 之间。",
                    "the least area is below the greatest, a tolerance between 0 and 100 %.",
                ),
                remedy=Text(
                    f"例如 --band 3000-30000 --tolerance 10；上限至多 {self.huge_m2:.0f}。",
                    f"For instance --band 3000-30000 --tolerance 10, with at most {self.huge_m2:.0f} m².",
                ),
            )
        if min(self.target_m2, self.sliver_m, self.snap_m, self.outside_m2, self.cut_m2) <= 0:
            raise WrongUsage(
                "bad_limits",
                Text("阈值须大于零。", "a threshold is more than nothing."),
                remedy=Text(
                    "核对 --target、--sliver-m、--snap-mm。", "Check --target, --sliver-m and --snap-mm."
                ),
            )

    @property
    def size_band(self) -> tuple[float, float]:
        """The least and greatest area of a cell that is not warned of."""
        return self.draft_band if self.draft_size else (self.least_m2, self.most_m2)

    @property
    def draft_band(self) -> tuple[float, float]:
        """The band of the draft standard."""
        return self.target_m2 * (1 - self.tolerance), self.target_m2 * (1 + self.tolerance)
