"""From which days of reports a shift's forecast is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from gridsvc.errors import Text
from gridsvc.hotspots import Question
from gridsvc.patrol.value.asked import Asked

FEWEST_WEEKS = 3
"""A forecast needs as many (hotspots.products.step_counts)."""
FRESH_DAYS = 7
"""A forecast is of the week after its history; beyond that it is taken as it is."""


@dataclass(frozen=True, slots=True)
class History:
    """The question of whole weeks before the shift; `gap`: days between them and the day of the shift."""

    question: Question
    gap: int

    def remark(self) -> Text | None:
        """Return what must be said of a history that ends long before the shift."""
        if self.gap < FRESH_DAYS:
            return None
        last = self.question.last
        return Text(
            f"上报记录至 {last} 为止，早于班次 {self.gap} 天：预测按此后一周推算。",
            f"Reports end on {last}, {self.gap} days before the shift: the week after that is forecast.",
        )


def history_before(connection: Connection, asked: Asked, now: datetime) -> History:
    """Return the `asked.weeks` weeks before the day of the shift that are over and were recorded.

    What comes after the last report of any class was not recorded: its zeros would look like success. Weeks
    before the first report of any class are left out for the same reason.
    """
    midnight = datetime.combine(asked.day, datetime.min.time(), asked.zone)
    before = min(midnight, now)
    first, latest = connection.execute(
        text("SELECT min(opened_at), max(opened_at) FROM report WHERE opened_at < :before"),
        {"before": before},
    ).one()
    over = min(asked.day, now.astimezone(asked.zone).date()) - timedelta(days=1)
    last = min(over, latest.astimezone(asked.zone).date()) if latest is not None else over
    weeks = asked.weeks
    if first is not None:
        weeks = min(weeks, ((last - first.astimezone(asked.zone).date()).days + 1) // 7)
    begin = last - timedelta(days=7 * max(weeks, FEWEST_WEEKS) - 1)
    question = Question.of(asked.classes, begin, last, asked.zone, scheme=asked.scheme, kind=asked.kind)
    return History(question, (asked.day - last).days - 1)
