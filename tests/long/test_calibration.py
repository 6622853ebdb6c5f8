"""E2 of evaluation.md: 1,000 maps of chance each, on a lattice and on the sample's irregular cells.

RV15: no more than 0.05 + 3 standard errors of them have a hot cell. `python -m benchmarks.calibration` prints the
same numbers as a table.
"""

import pytest

from benchmarks.calibration import NULLS, RATES, UNEQUAL, Ground, false_hot, irregular, limit, square

MAPS = 1000


@pytest.fixture(scope="module", params=[square, irregular], ids=["lattice", "sample"])
def ground(request: pytest.FixtureRequest) -> Ground:
    made: Ground = request.param()
    return made


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("null", NULLS)
def test_chance_is_not_painted_as_fact(ground: Ground, null: str, rate: float) -> None:
    # A bound on each of many shares: the first of 98 to be a little over would be chance itself.
    found = false_hot(ground, null, rate, maps=MAPS, seed=1)
    if not null.startswith("nb"):
        assert found.rates <= (0.10 if null == "duplicates" else limit(MAPS))
    if null != "duplicates" and null not in UNEQUAL:
        assert found.clusters <= limit(MAPS)
