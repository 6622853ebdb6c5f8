"""RV14: spatstat's densities of crimes on the streets of Chicago, to five digits."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from gridsvc.hotspots.density.network import OnNetwork, StreetNetwork
from gridsvc.hotspots.density.streets import cut_evenly, street_density

FOLDER = Path(__file__).parent.parent / "reference_network"
# densityEqualSplit(chicago, sigma=60, kernel="epanechnikov", at="points", leaveoneout=FALSE), per foot.
CONTINUOUS = [0.00751089, 0.0109847, 0.00736734, 0.0121562, 0.00924081, 0.012525]
DISCONTINUOUS = [0.0073891, 0.0148516, 0.00900453, 0.0162565, 0.0149285, 0.0124006]
HALF_WIDTH_FT = 60 * np.sqrt(5)  # an Epanechnikov kernel has the standard deviation h/√5


class Chicago(NamedTuple):
    network: StreetNetwork
    events: OnNetwork


@pytest.fixture(scope="module")
def chicago() -> Chicago:
    def read(name: str, *columns: str) -> list[np.ndarray]:
        with (FOLDER / f"chicago_{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        return [np.array([float(row[column]) for row in rows]) for column in columns]

    x, y = read("nodes", "x_ft", "y_ft")
    start, end = (each.astype(np.int64) - 1 for each in read("edges", "from", "to"))
    edge, fraction = read("events", "edge", "fraction")
    length = np.hypot(x[start] - x[end], y[start] - y[end])
    network = StreetNetwork.of(len(x), start, end, length)
    link = edge.astype(np.int64) - 1
    return Chicago(network, OnNetwork.of(network, link, fraction * length[link]))


def test_it_is_the_network_of_the_reference(chicago: Chicago) -> None:
    assert (len(chicago.events), chicago.network.nodes, len(chicago.network)) == (116, 338, 503)
    assert chicago.network.length_m.sum() == pytest.approx(31150.21, abs=0.005)


@pytest.mark.parametrize(
    ("rule", "first_six", "total"),
    [("continuous", CONTINUOUS, 1.179169), ("discontinuous", DISCONTINUOUS, 1.459197)],
)
def test_equal_split_is_that_of_spatstat(
    chicago: Chicago, rule: str, first_six: list[float], total: float
) -> None:
    network, events = chicago
    # spatstat takes an event on a node for one on its link, and loses what runs into a dead end.
    off_nodes = OnNetwork(events.link, np.clip(events.offset_um, 1, network.length_um[events.link] - 1))
    found = street_density(
        network,
        off_nodes,
        bandwidth_m=HALF_WIDTH_FT,
        pieces=cut_evenly(network, 20),
        places=off_nodes,
        rule=rule,
        kernel="epanechnikov",
        reflected=False,
    )
    per_foot = found.at_places / 1000
    np.testing.assert_allclose(per_foot[:6], first_six, rtol=1e-5)
    assert per_foot.sum() == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize("rule", ["continuous", "discontinuous"])
@pytest.mark.parametrize("kernel", ["quartic", "epanechnikov"])
def test_every_crime_is_kept(chicago: Chicago, rule: str, kernel: str) -> None:
    network, events = chicago
    found = street_density(
        network,
        events,
        bandwidth_m=HALF_WIDTH_FT * 3,
        pieces=cut_evenly(network, 20),
        rule=rule,
        kernel=kernel,  # type: ignore[arg-type]
        least_share=1e-4,
    )
    assert found.mass.sum() == pytest.approx(116, rel=1e-12)
