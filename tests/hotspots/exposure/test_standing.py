"""Not patrolled, not enough data and nothing found are told apart; no rate is ever infinite."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.errors import InputRefused, Text
from gridsvc.hotspots.exposure import (
    WORDS,
    Exposure,
    refuse_reports_without_exposure,
    remark_without_exposure,
    standing,
)


def _exposure(name: str, values: list[float], floor: float) -> Exposure:
    word = Text(name, name)
    return Exposure(name, word, word, np.array(values), floor, word)


VALUES = [0.0, 0.0, 10.0, 10.0, 60.0, 60.0, 60.0]
COUNTS = np.array([0, 7, 0, 9, 0, 4, 5], np.int64)


def _words(exposure: Exposure) -> list[str]:
    return [WORDS[index][0] for index in standing(exposure, COUNTS)]


def test_the_standing_of_patrolled_cells() -> None:
    assert _words(_exposure("patrol_minutes", VALUES, 30.0)) == [
        "not_patrolled",
        "not_patrolled",
        "not_enough_data",
        "not_enough_data",
        "nothing_found",
        "not_enough_data",
        "enough",
    ]


def test_the_standing_against_anything_else() -> None:
    assert _words(_exposure("people", VALUES, 30.0)) == [
        "no_exposure",
        "no_exposure",
        "not_enough_data",
        "not_enough_data",
        "nothing_reported",
        "not_enough_data",
        "enough",
    ]


def test_cells_without_exposure_are_in_no_rate() -> None:
    people = _exposure("people", VALUES, 0.0)
    assert people.usable(COUNTS).tolist() == [False, False, True, True, True, True, True]
    assert people.without(COUNTS).tolist() == [1]
    said = remark_without_exposure(people, COUNTS)
    assert said is not None
    assert said.en.startswith("7 reports in 1 cells")
    assert remark_without_exposure(people, np.zeros(7, np.int64)) is None


def test_reports_without_exposure_are_an_error_list() -> None:
    codes = [f"c{k}" for k in range(7)]
    counts = np.array([3, 7, 0, 0, 0, 0, 0], np.int64)
    with pytest.raises(InputRefused) as caught:
        refuse_reports_without_exposure(_exposure("people", VALUES, 0.0), counts, codes)
    assert caught.value.code == "reports_without_exposure"
    assert [fault.place.value for fault in caught.value.faults] == ["c1", "c0"]
    refuse_reports_without_exposure(_exposure("patrol_minutes", VALUES, 0.0), counts, codes)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_no_exposure_holds_what_is_no_amount(value: float) -> None:
    with pytest.raises(ValueError, match="negative or not finite"):
        _exposure("people", [1.0, value], 0.0)
