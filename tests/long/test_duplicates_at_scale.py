"""A million reports on one point: duplicates are sought in bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from gridsvc.cases.duplicates.blocking import MOST_IN_BLOCK, candidate_pairs
from tests.cases.duplicates.told_reports import make_told


@pytest.mark.long
def test_a_million_reports_on_one_point() -> None:
    size = 1_000_000
    hours = np.sort(np.random.default_rng(1).uniform(0, 365 * 24, size)).tolist()
    told = make_told([(0.0, 0.0)] * size, hours)
    tracemalloc.start()
    pairs = sum(len(part) for part in candidate_pairs(told, np.arange(size)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.99 * size * MOST_IN_BLOCK <= pairs <= size * MOST_IN_BLOCK
    assert peak < 400e6
