"""H12: who has the page alone, and knows the definitions, computes risk and q of every cell again."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import Connection

from gridsvc.hotspots import Question
from gridsvc.hotspots.products.hot_cells import find_hot_cells
from gridsvc.hotspots.sheets.page import draw_page
from tests.hotspots.district import ZONE, add_reports, make_district


def data_of(page: str) -> dict[str, Any]:
    """Return what the script of a page is given, from the source of the page alone."""
    call = page.index("showSheet(map_")
    start = page.index("}, {", call) + 3
    found, _ = json.JSONDecoder().raw_decode(page[start:])
    assert isinstance(found, dict)
    return found


def test_risk_and_q_of_fifty_cells(connection: Connection) -> None:
    district = make_district(connection, 12)
    rng = np.random.default_rng(7)
    for day in range(1, 32):
        places = [district.place(*rng.uniform(0, 12, 2)) for _ in range(9)]
        places += [district.place(*rng.uniform((3, 7), (5, 9))) for _ in range(6)]
        add_reports(connection, places, at=f"2026-03-{day:02d} 09:00")
    question = Question.of(["0201"], date(2026, 3, 1), date(2026, 3, 31), ZONE)
    now = datetime(2026, 11, 22, tzinfo=ZONE)
    page = draw_page(find_hot_cells(connection, question, now=now, snap_outside_m=30).sheet())

    data = data_of(page)
    rows = {name: np.array(values) for name, values in data["table"].items()}
    near = [np.array(cells) - 1 for cells in data["neighbours"]]
    total, exposure = rows["incident_days"].sum(), rows["exposure"].sum()
    s = np.array([rows["incident_days"][cells].sum() for cells in near])
    share = np.array([rows["exposure"][cells].sum() for cells in near]) / exposure
    p = stats.binom.sf(s, total, share) + 0.5 * stats.binom.pmf(s, total, share)
    q = stats.false_discovery_control(p, method="bh")
    chosen = rng.choice(len(p), 50, replace=False)
    assert rows["near"][chosen].tolist() == s[chosen].tolist()
    assert rows["risk"][chosen] == pytest.approx((s / total / share)[chosen], rel=1e-9)
    assert rows["p_hot"][chosen] == pytest.approx(p[chosen], rel=1e-9)
    assert rows["q_hot"][chosen] == pytest.approx(q[chosen], rel=1e-9)
    hot = (q <= 0.05) & (s / total / share >= 1.5) & (s >= 5)
    assert hot.sum() >= 4
    listed = {rows["code"][cell] for cell in data["top"]}
    assert set() < listed <= set(rows["code"][hot])
    said = dict(data["provenance"])
    for part in ("alpha = 0.05", "incident_days", "hectare", "numpy", "2026-03-01/2026-03-31"):
        assert part in " ".join(said.values())
