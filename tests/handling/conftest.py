"""The one complete real specification that we have."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def form(real_data: Path) -> Path:
    """Yuncheng's workbook: where there are real data it is among them."""
    return real_data / "handling_spec_yuncheng.xlsx"
