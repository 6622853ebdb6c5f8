"""A city that was redrawn around New Year 2013: cases belong to the edition of their own day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection

from benchmarks.agreement import REDRAWN, Cases, resolved, san_francisco
from gridsvc.geography import areas_in_force, compare_editions, import_areas
from gridsvc.geography.editions import validity
from gridsvc.responsibility import Atlas, load_atlas
from gridsvc.settings import Settings

SETTINGS = Settings(_env_file=None).model_copy(update={"time_zone": "America/Los_Angeles"})
NEW_YEAR = np.datetime64(int(REDRAWN.timestamp() * 1e6), "us")
DECADE = np.timedelta64(3650, "D")


@pytest.fixture
def two_editions(connection: Connection, real_data: Path) -> Connection:
    # the later one first: history may be loaded in any order
    for name, since in (("311", REDRAWN), ("planning", None)):
        done = import_areas(
            connection,
            real_data / f"sf_neighborhoods_{name}.geojson",
            level="cell",
            code_column="name",
            profile="free",
            effective=since,
        )
        said = [fault.code for fault in done.doubtful]
        assert ("before_existing" in said) == (name == "planning")
    return connection


def test_cases_are_resolved_in_the_edition_of_their_own_day(
    two_editions: Connection, real_data: Path
) -> None:
    cases = san_francisco(real_data)
    atlas = load_atlas(two_editions, SETTINGS)
    early = (cases.opened < NEW_YEAR) & (cases.neighborhood != "")
    late = (cases.opened >= NEW_YEAR) & (cases.neighborhood != "")
    assert (early.sum(), late.sum()) == (6_634, 7_230)
    own = _named(atlas, cases, cases.opened)
    # SOURCES.md: 97.9 % and 94.3 %
    assert own[early].mean() == pytest.approx(0.979, abs=0.001)
    assert own[late].mean() == pytest.approx(0.943, abs=0.001)
    # ... and in the wrong edition 46.4 % and 47.3 %
    assert _named(atlas, cases, cases.opened + DECADE)[early].mean() == pytest.approx(0.464, abs=0.001)
    assert _named(atlas, cases, cases.opened - DECADE)[late].mean() == pytest.approx(0.473, abs=0.001)


def test_the_change_is_described(two_editions: Connection) -> None:
    [found] = compare_editions(two_editions, "cell-ever-1", "cell-2013-01-01-1")
    report = found.as_dict()
    assert (report["areas_before"], report["areas_after"]) == (37, 117)
    assert sum(len(change["before"]) for change in report["changes"]) + found.unchanged == 37
    assert sum(len(change["after"]) for change in report["changes"]) + found.unchanged == 117
    assert found.counts["split"] >= 10
    # both cover the city: what only one of them has is shore and parks
    assert report["m2_before"] == pytest.approx(report["m2_after"], rel=0.1)
    given_up, new = report["m2_given_up"], report["m2_new_ground"]
    assert report["m2_before"] - given_up + new == pytest.approx(report["m2_after"], rel=2e-3)


def test_the_grid_of_any_date(two_editions: Connection) -> None:
    first = areas_in_force(two_editions, "cell", REDRAWN.replace(year=2012))
    second = areas_in_force(two_editions, "cell", REDRAWN)
    assert first is not None
    assert second is not None
    assert (first.name, second.name) == ("cell-ever-1", "cell-2013-01-01-1")
    periods = validity([first, second])
    assert periods == {first.id: (None, REDRAWN), second.id: (REDRAWN, None)}


def _named(atlas: Atlas, cases: Cases, at: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Return which cases lie in the neighbourhood that the city's own column names, at these instants."""
    found = resolved(atlas, cases.places, at)
    right = np.zeros(len(at), bool)
    for number, moment in enumerate(atlas.moments):
        # SOURCES.md counts points inside: those that a cell within 30 m got do not count here
        inside = (found.cell >= 0) & np.isnan(found.snapped_mm)
        rows = np.flatnonzero((found.moment == number) & inside)
        if len(rows):
            codes = np.array(moment.grid.layers["cell"].codes, object)
            right[rows] = codes[found.cell[rows]] == cases.neighborhood[rows]
    return right
