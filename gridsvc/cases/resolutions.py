"""What of a resolution is stored beside its report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility import Resolutions


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


def stored_row(report_id: int, answer: dict[str, Any], edition: int) -> dict[str, Any]:
    """Return the row of table `resolution` for an answer; `edition` -1 is none."""
    cell, clause, unit = answer["cell"], answer["clause"], answer["unit"]
    street = cell["street"] if cell else None
    deadline = answer["deadline"]
    return {
        "report_id": report_id,
        "atlas": answer["atlas"],
        "cell_edition_id": edition if edition >= 0 else None,
        "cell_code": cell["code"] if cell else None,
        "street_code": street["code"] if street else None,
        "clause_id": clause["id"] if clause else None,
        "decision": answer["decision"],
        "unit_code": unit["code"] if unit else None,
        "deadline": datetime.fromisoformat(deadline) if deadline else None,
        "confidence": answer["confidence"],
        "answer": answer,
    }
