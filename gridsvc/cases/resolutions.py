"""What of a resolution is stored beside its report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility import Resolutions, columns_of


def cell_editions(resolutions: Resolutions) -> NDArray[np.int64]:
    """Return the edition of each row's cell, shape (n,); -1 where the row has none."""
    by_moment = np.array(
        [
            layers["cell"].edition_id if "cell" in (layers := moment.grid.layers) else -1
            for moment in resolutions.atlas.moments
        ],
        np.int64,
    )
    found: NDArray[np.int64] = np.where(resolutions.cell >= 0, by_moment[resolutions.moment], -1)
    return found


def rule_ids(resolutions: Resolutions) -> NDArray[np.int64]:
    """Return the id of the rule that decided each row, shape (n,); -1 where the clause alone did."""
    verdicts = resolutions.atlas.verdicts.verdicts
    ids = np.array([*(-1 if each.rule is None else each.rule.id for each in verdicts), -1], np.int64)
    found: NDArray[np.int64] = ids[resolutions.verdict]
    for row, verdict in resolutions.weighed.items():
        found[row] = -1 if verdict.rule is None else verdict.rule.id
    return found


def stored_row(resolutions: Resolutions, row: int, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the row of table `resolution` for an answer, but for the report's id."""
    edition = int(cell_editions(resolutions)[row])
    verdict = resolutions.verdict_of(row)
    rule = verdict.rule if verdict is not None else None
    cell, clause, unit = answer["cell"], answer["clause"], answer["unit"]
    street = cell["street"] if cell else None
    deadline = answer["deadline"]
    return {
        "atlas": answer["atlas"],
        "cell_edition_id": edition if edition >= 0 else None,
        "cell_code": cell["code"] if cell else None,
        "street_code": street["code"] if street else None,
        "component_id": columns_of(resolutions)["component_id"][row],
        "clause_id": clause["id"] if clause else None,
        "rule_id": rule.id if rule is not None else None,
        "decision": answer["decision"],
        "unit_code": unit["code"] if unit else None,
        "deadline": datetime.fromisoformat(deadline) if deadline else None,
        "confidence": answer["confidence"],
        "answer": answer,
    }
