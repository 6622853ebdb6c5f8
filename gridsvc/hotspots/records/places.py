"""The incidents of a question place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import LeftOut


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Incidents that have a place, by report id; all arrays of shape (incidents,).

    `x_m`, `y_m`: metres in EPSG:`cells.layer.srid`. `cell`: index in `cells.layer`, -1 outside every cell.
    `day`: local days since `question.first`. `second`: what the clock shows, in seconds since midnight.
    `class_index` and `channel`: indices in `classes` and `channels`. Reports at a quarantined coordinate are
    left out.
    """

    question: Question
    classes: tuple[CountedClass, ...]
    cells: Cells
    channels: tuple[str | None, ...]
    report: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    cell: NDArray[np.int32]
    day: NDArray[np.int32]
    second: NDArray[np.int32]
    class_index: NDArray[np.int16]
    channel: NDArray[np.int16]
    left_out: LeftOut
    snapshot: str
    days_ahead: int = 0
