"""Resolutions as the columns of a bulk answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.deadlines import NO_DEADLINE
from gridsvc.responsibility.matching.matcher import MATCHED
from gridsvc.responsibility.problems import PROBLEMS
from gridsvc.responsibility.resolutions import Resolutions

Texts = NDArray[np.object_]

PLACE_COLUMNS = (
    "cell_code",
    "on_boundary",
    "community_code",
    "street_code",
    "district_code",
)
COLUMNS = (
    *PLACE_COLUMNS,
    "component_id",
    "clause_id",
    "decision",
    "unit_code",
    "unit_name",
    "limit",
    "deadline",
    "confidence",
    "problem",
)


def columns_of(result: Resolutions) -> dict[str, NDArray[np.generic] | Texts]:
    """Return COLUMNS by name, shape (n,) each; None, NaN and NaT where a row has none.

    `clause_id` is int64 with -1 for none, `deadline` is datetime64[us] in UTC. `problem` is a stable code or
    None; a place outside every area has the problem `outside` and still its decision `needs_decision`.
    """
    atlas = result.atlas
    fine = result.problem == 0
    clause = np.where(fine, result.clause, -1)
    verdict = np.where(fine, result.verdict, -1)
    books = atlas.clauses.clauses
    verdicts = [*atlas.verdicts.verdicts, *result.weighed.values()]
    verdict[np.array(list(result.weighed), np.int64)] = (
        len(verdicts) - len(result.weighed) + np.arange(len(result.weighed))
    )
    return {
        "cell_code": _by_moment(result, "cell", np.where(fine, result.cell, -1)),
        "on_boundary": result.on_boundary & fine,
        **{
            f"{level}_code": _by_moment(result, level, np.where(fine, result.areas[level], -1))
            for level in ("community", "street", "district")
        },
        "component_id": _component_ids(result),
        "clause_id": np.array([each.id for each in books] + [-1], np.int64)[clause],
        "decision": _texts([each.decision for each in verdicts], verdict),
        "unit_code": _texts([each.unit for each in verdicts], verdict),
        "unit_name": _texts(
            [atlas.units.get(each.unit) if each.unit else None for each in verdicts], verdict
        ),
        "limit": _texts(
            [each.text for each in atlas.allowance.book.limits], np.where(clause >= 0, result.limit, -1)
        ),
        "deadline": np.where(fine, result.deadline, NO_DEADLINE).view("datetime64[us]"),
        "confidence": np.array([each.confidence for each in verdicts] + [np.nan])[verdict],
        "problem": _problems(result),
    }


def _by_moment(result: Resolutions, level: str, index: NDArray[np.int32]) -> Texts:
    codes = np.full(len(result), None, object)
    for number, moment in enumerate(result.atlas.moments):
        layer = moment.grid.layers.get(level)
        if layer is not None:
            rows = slice(None) if len(result.atlas.moments) == 1 else result.moment == number
            codes[rows] = _texts(layer.codes, index[rows])
    return codes


def _component_ids(result: Resolutions) -> Texts:
    """Return the components that reports are certainly about; one of several may be another one."""
    if result.components is None:
        return np.full(len(result), None, object)
    found = result.components
    sure = (result.problem == 0) & (found.status == MATCHED)
    return _texts(found.inventory.ids, np.where(sure, found.component, np.int32(-1)))


def _texts(values: Sequence[str | None], index: NDArray[np.int32]) -> Texts:
    table = np.empty(len(values) + 1, object)
    table[:-1] = values
    table[-1] = None
    return table[index]


def _problems(result: Resolutions) -> Texts:
    outside = (result.problem == 0) & result.outside()
    table = np.array([None, *PROBLEMS[1:], "outside"], object)
    problem = table[np.where(outside, len(PROBLEMS), result.problem)]
    for key, fault in result.class_faults.items():
        if fault.code != "unknown_class":
            rows = np.flatnonzero(problem == "unknown_class")
            words = result.queries.class_words(rows)
            problem[rows[words == key]] = fault.code
    return problem
