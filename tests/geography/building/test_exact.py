"""The last look at a grid before anybody gets it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gridsvc.geography.building.exact import faults_of
from gridsvc.geography.building.levels import Level
from gridsvc.geography.building.linework import flat
from gridsvc.geography.profiles import code_profile

GROUND = np.array([shapely.box(0, 0, 100_000, 100_000)], dtype=object)


def level(code: str, parent: str) -> Level:
    return Level([code], [code], [parent], GROUND, False)


def test_an_area_whose_parent_is_not_in_the_grid_keeps_the_grid_in() -> None:
    good = {
        "district": level("610103", ""),
        "street": level("610103001", "610103"),
        "community": level("610103001001", "610103001"),
        "cell": level("610103001001001", "610103001001"),
    }
    exact = flat(shapely.boundary(GROUND))

    def found(levels: dict[str, Level]) -> list[tuple[str, str | None, str | None]]:
        return [
            (fault.code, fault.place.sheet, fault.place.value)
            for fault in faults_of(levels, exact, code_profile("gbt"))
        ]

    assert found(good) == []
    astray = good | {"street": replace(good["street"], parents=["610104"])}
    assert found(astray) == [("unknown_parent", "street", "610103001")]
    orphan = good | {"cell": replace(good["cell"], parents=[""])}
    assert found(orphan) == [("unknown_parent", "cell", "610103001001001")]
