"""Who lives in each cell and how long inspectors walked there on each day: what reports are read against."""

from __future__ import annotations

import numpy as np
import shapely

from gridsvc.sample.days import Year
from gridsvc.sample.drafting import Metres
from gridsvc.sample.files import SampleFiles, write_table
from gridsvc.sample.grid import Grid

PEOPLE_HEADER = ("单元网格编码", "常住人口")
PATROL_HEADER = ("单元网格编码", "日期", "巡查分钟")

# Residents per hectare; where nobody sleeps there are none, and the cell then has no rate by people.
_PEOPLE = {"居住": 260.0, "商业服务": 90.0, "高等院校": 150.0, "中小学及幼儿园": 10.0, "市场": 10.0}
_VISITS_A_WEEK = 1.5
_MINUTES = (4.0, 5.0)
"""Of a visit: shape and scale of a gamma distribution."""


def write_exposures(files: SampleFiles, grid: Grid, effort: Metres, year: Year, seed: int) -> None:
    """Write residents by cell, and minutes of patrol by cell and day, proportional to the planted effort.

    `effort`: how much each cell is walked, mean 1, shape (cells,). Visits are random, so that a cell that is
    walked little has whole months without one.
    """
    rng = np.random.default_rng([seed, 9])
    hectares = shapely.area(grid.cells.shapes) / 10_000
    usual = np.array([_PEOPLE.get(str(use), 0.0) for use in grid.use])
    people = np.rint(usual * hectares * rng.lognormal(0, 0.35, len(usual))).astype(np.int64)
    write_table(files.people, PEOPLE_HEADER, zip(grid.cells.codes.tolist(), people.tolist(), strict=True))
    walked = year.rhythm / year.rhythm.mean()
    visits = rng.poisson(_VISITS_A_WEEK / 7 * walked[:, None] * effort[None, :])
    day, cell = np.nonzero(visits)
    shape, scale = _MINUTES
    minutes = np.maximum(np.rint(rng.gamma(shape * visits[day, cell], scale)), 1).astype(np.int64)
    days = np.datetime_as_string(year.days)
    rows = zip(grid.cells.codes[cell].tolist(), days[day].tolist(), minutes.tolist(), strict=True)
    write_table(files.patrol_minutes, PATROL_HEADER, rows)
