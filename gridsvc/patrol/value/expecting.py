"""The places of a shift where problems are to be expected, best first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.patrol.plan import Expected, StopKind
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.dwell import DWELL
from gridsvc.patrol.value.fresh import Hotspot, hotspots_lately
from gridsvc.patrol.value.merging import no_places
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.reasons import reasons
from gridsvc.patrol.value.standing import standing_points
from gridsvc.patrol.value.stop_names import stop_names
from gridsvc.patrol.value.surveying import Survey, survey_cells

Integers = NDArray[np.int64]
_NEGLIGIBLE = 5e-4


def expected_places(
    connection: Connection,
    asked: Asked,
    *,
    now: datetime,
    snap_outside_m: float,
    guard: Sequence[str] | None = None,
) -> Places:
    """Return the `asked.most` places with most to be expected in the shift, the best first; kind `hotspot`.

    Each is a cell that is visited where its incidents are (`standing_points`), in the hours that hold 80 % of
    them. Nothing to be expected anywhere: no place, and a remark that says why.

    Raises what `survey_cells` raises.
    """
    if not asked.classes:
        return no_places(Text("没有选择类别", "No class was chosen"))
    survey = survey_cells(connection, asked, now=now, snap_outside_m=snap_outside_m, guard=guard)
    return places_of(connection, survey, survey.best(asked.most))


def places_of(connection: Connection, survey: Survey, cells: Integers, kind: StopKind = "hotspot") -> Places:
    """Return some cells of a survey as places, in the order given."""
    layer, windows = survey.rates.cells.layer, survey.windows
    lon, lat, _told = standing_points(survey.incidents, survey.weights, cells)
    hotspots = _hotspots(connection, survey)
    codes = [layer.codes[each] for each in cells.tolist()]
    return Places(
        key=np.array([f"cell:{code}" for code in codes], object),
        kind=np.full(len(cells), kind, object),
        name=stop_names(connection, survey.rates.cells, cells, lon, lat),
        lon=lon,
        lat=lat,
        cell=np.array(codes, object),
        expected=survey.met[:, cells].sum(axis=0),
        value=survey.value[cells],
        opens=windows.opens[cells],
        closes=windows.closes[cells],
        windowed=windows.windowed[cells],
        dwell=DWELL.usual + _handling(survey, cells),
        uncertainty=survey.uncertainty[cells],
        required=np.zeros(len(cells), bool),
        classes=[_classes(survey, each) for each in cells.tolist()],
        because=[
            reasons(survey, cell, kind, hotspots.get(code))
            for cell, code in zip(cells.tolist(), codes, strict=True)
        ],
        versions=survey.versions(),
        remarks=_remarks(survey),
        bands=survey.bands[cells],
    )


def _handling(survey: Survey, cells: Integers) -> NDArray[np.float64]:
    """Return the minutes that what is met is expected to take, shape (n,)."""
    minutes = np.array(
        [
            survey.asked.of_class(survey.asked.handling, (each.code, each.name.zh, each.name.en), 0.0)
            for each in survey.rates.classes
        ]
    )
    return np.asarray(minutes @ survey.met[:, cells])


def _classes(survey: Survey, cell: int) -> tuple[Expected, ...]:
    met = survey.met[:, cell]
    order = np.argsort(-met, kind="stable").tolist()
    classes = survey.rates.classes
    return tuple(
        Expected(classes[each].code, classes[each].name.zh, float(met[each]))
        for each in order
        if met[each] > _NEGLIGIBLE
    )


def _hotspots(connection: Connection, survey: Survey) -> dict[str, Hotspot]:
    found: dict[str, Hotspot] = {}
    for each in hotspots_lately(connection, survey.rates.classes, survey.asked.day):
        for code in each.cells:
            found.setdefault(code, each)
    return found


def _remarks(survey: Survey) -> tuple[Text, ...]:
    if survey.value.any():
        return survey.remarks
    nothing = Text(
        "所选类别在该班次没有可预期的问题", "Nothing of these classes is to be expected in the shift"
    )
    return (nothing, *survey.remarks)
