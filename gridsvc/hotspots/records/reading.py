"""What a question asks for: counted by cell and day, by cell and hour of the week, or place by place."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.asked import ask
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.grouping import day_step, group, hour_step
from gridsvc.hotspots.records.hours import HourlyCounts
from gridsvc.hotspots.records.places import Places, read_places
from gridsvc.hotspots.records.snapshot import snapshot_of

__all__ = ["Places", "read_daily", "read_hours", "read_places"]


def read_daily(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    cells: Cells | None = None,
) -> DailyCounts:
    """Count the reports and incidents of a question by cell, local day, class and channel.

    Without `cells`, those in force when its period ends are taken, or those of now if that is earlier. A
    report keeps the cell recorded with it in this edition; one recorded in another, or never, is located in
    these cells by the resolver's own rule (up to `snap_outside_m` metres outside them). Reports at a
    quarantined coordinate are left out, and how many is told.

    Raises what `ask` raises.
    """
    asked = ask(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    found = group(connection, asked, day_step(asked))
    return DailyCounts(
        question=question,
        classes=asked.classes,
        cells=asked.cells,
        channels=found.channels,
        cell=found.cell.astype(np.int32),
        day=found.step.astype(np.int32),
        class_index=found.class_index.astype(np.int16),
        channel=found.channel.astype(np.int16),
        reports=found.reports,
        incidents=found.incidents,
        left_out=found.left_out,
        moved=found.moved,
        snapshot=snapshot_of(
            asked,
            found.channels,
            found.left_out,
            found.cell,
            found.step,
            found.class_index,
            found.channel,
            found.reports,
            found.incidents,
        ),
        days_ahead=asked.days_ahead,
    )


def read_hours(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    cells: Cells | None = None,
) -> HourlyCounts:
    """Count the reports and incidents of a question by cell, weekday and hour of the local clock.

    Cells, what is left out and errors as in `read_daily`.
    """
    asked = ask(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    found = group(connection, asked, hour_step(asked))
    return HourlyCounts(
        cells=asked.cells,
        cell=found.cell.astype(np.int32),
        weekday=(found.step // 24).astype(np.int8),
        hour=(found.step % 24).astype(np.int8),
        reports=found.reports,
        incidents=found.incidents,
    )
