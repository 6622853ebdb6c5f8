"""Will it come back here soon? The near-repeat table of a class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.hotspots.products import said
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.places import Places
from gridsvc.hotspots.records.reading import read_places
from gridsvc.hotspots.sheets import Provenance
from gridsvc.hotspots.trends.near_repeat import LEAST_P, LEAST_RATIO, NearRepeats, near_repeats


@dataclass(frozen=True, slots=True, eq=False)
class NearRepeatTable:
    """Knox's table of the incidents of a question, and where they are from."""

    places: Places
    table: NearRepeats

    def as_dict(self) -> dict[str, Any]:
        """Return the table as plain values."""
        question = self.places.question
        return {
            "classes": [each.as_dict() for each in self.places.classes],
            "from": question.first.isoformat(),
            "to": question.last.isoformat(),
            "edition": self.places.cells.edition.name,
            "synthetic": self.places.cells.synthetic,
            "headline": self.headline().zh,
            "headline_en": self.headline().en,
            "provenance": self.provenance().as_dict(),
        } | self.table.as_dict()

    def provenance(self) -> Provenance:
        """Return what the table was computed from."""
        return Provenance(
            method="Knox table, near-repeat by Ratcliffe's convention",
            period=said.period_plain(self.places.question),
            snapshot=self.places.snapshot,
            grid=said.grid_plain(self.places.cells),
            null="any incident may have happened on any other's date",
            parameters={
                "distances_m": list(self.table.distances_m),
                "days": list(self.table.days),
                "permutations": self.table.permutations,
                "method": self.table.method,
                "seed": self.table.seed,
                "least_ratio": LEAST_RATIO,
                "alpha": LEAST_P,
            },
        )

    def headline(self) -> Text:
        """Return how near and how soon an incident is followed by another more often than chance has it."""
        # Of 55 ratios some three have p ≤ 0.05 by chance: what is said first must stand for all of them.
        near = self.table.near_repeat & (self.table.p_family <= LEAST_P)
        if not near.any():
            return Text(
                "没有近重复：一处发生后，附近近日并不比平时更多",
                "no near repeats: after one, no more than usual follow nearby and soon",
            )
        far, soon = self.table.bands()
        # The strongest by how far beyond chance its pairs are, not by a ratio of few.
        above = (self.table.observed - self.table.expected) * near
        row, column = divmod(int(above.argmax()), len(soon))
        ratio = self.table.ratio[row, column]
        place = (
            Text("同一地点", "at the same place")
            if row == 0
            else Text(f"{far[row]} 米内", f"at {far[row]} m")
        )
        return Text(
            f"近重复：一处发生后，{place.zh}、{soon[column]} 天内再发生的是平时的 {ratio:.1f} 倍",
            f"near repeats: after one, {ratio:.1f} times as many as usual follow {place.en}"
            f" within {soon[column]} days",
        )

    def lines(self, language: str) -> list[str]:
        """Return the table as text: ratios, a star where it is a near repeat."""
        far, soon = self.table.bands()
        metres, days = ("米", "天") if language == "zh" else ("m", "days")
        rows = [f"{metres}\\{days}".ljust(10) + "".join(each.rjust(9) for each in soon)]
        near = self.table.near_repeat
        for i, band in enumerate(far):
            ratios = [
                ("–" if self.table.expected[i, j] <= 0 else f"{self.table.ratio[i, j]:.2f}")
                + ("*" if near[i, j] else " ")
                for j in range(len(soon))
            ]
            rows.append(band.ljust(10) + "".join(each.rjust(9) for each in ratios))
        return rows


def read_near_repeats(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    permutations: int = 999,
    seed: int = 0,
    threads: int | None = None,
) -> NearRepeatTable:
    """Return the near-repeat table of the incidents of a question, of all its classes together.

    Raises what `read_places` and `near_repeats` raise.
    """
    places = read_places(connection, question, now=now, snap_outside_m=snap_outside_m)
    found = near_repeats(
        places.x_m, places.y_m, places.day, permutations=permutations, seed=seed, threads=threads
    )
    return NearRepeatTable(places, found)
