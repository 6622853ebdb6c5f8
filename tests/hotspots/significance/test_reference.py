"""RV1-RV8 and RV13 of `hotspots.md` section 9: values of spdep 1.2-7 and esda 2.9.0 on public data."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse, special

from gridsvc.hotspots.significance.bayes import standardised_rates
from gridsvc.hotspots.significance.discoveries import q_values
from gridsvc.hotspots.significance.gistar import gi, gi_star
from gridsvc.hotspots.significance.moran import global_moran, local_moran, row_standardised

FILES = Path(__file__).parents[1] / "reference"
EXACT = 1e-6


def columns(name: str) -> dict[str, np.ndarray]:
    with (FILES / f"{name}.csv").open() as file:
        header = file.readline().strip().split(",")
        rows = [line.strip().split(",") for line in file]
    return {word: np.array(values) for word, values in zip(header, zip(*rows, strict=True), strict=True)}


def numbers(name: str, column: str) -> np.ndarray:
    return columns(name)[column].astype(float)


def links(name: str, size: int, *, own: bool = False) -> sparse.csr_array:
    pairs = np.loadtxt(FILES / f"{name}.csv", delimiter=",", skiprows=1, dtype=int) - 1
    matrix = sparse.coo_array((np.ones(len(pairs)), pairs.T), shape=(size, size)).tocsr()
    return sparse.csr_array(matrix + sparse.eye_array(size)) if own else matrix


def within(x: np.ndarray, y: np.ndarray, distance: float) -> sparse.csr_array:
    return sparse.csr_array((np.hypot(x[:, None] - x, y[:, None] - y) <= distance).astype(float))


def sids_rate() -> np.ndarray:
    return numbers("nc_sids", "SID74") / numbers("nc_sids", "BIR74")


@pytest.mark.parametrize(
    ("distance", "of_gi", "of_star", "highest", "lowest", "whole"),
    [
        (30, 1.2219792, 1.4507798, (4.3104074, 204), (-2.8386616, 35), 6.9916842),
        (60, 1.7480975, 1.9005589, (5.9768060, 203), (-4.5188371, 35), 20.5362358),
        (90, 1.9861354, 2.0969387, (7.9172831, 188), (-6.4083796, 37), 45.6861330),
    ],
)
def test_rv1_rv2_getis_ord(distance, of_gi, of_star, highest, lowest, whole):
    data = columns("getisord")
    x, y, values = (data[name].astype(float) for name in ("x", "y", "val"))
    weights = within(x, y, distance)
    star = gi_star(values, weights)
    assert values.mean() == 66.609375
    assert gi(values, weights)[119] == pytest.approx(of_gi, rel=EXACT)
    assert star[119] == pytest.approx(of_star, rel=EXACT)
    assert (star.max(), star.argmax() + 1) == (pytest.approx(highest[0], rel=EXACT), highest[1])
    assert (star.min(), star.argmin() + 1) == (pytest.approx(lowest[0], rel=EXACT), lowest[1])
    assert star.sum() == pytest.approx(whole, rel=EXACT)


def test_rv3_moran_columbus():
    found = global_moran(numbers("columbus", "CRIME"), row_standardised(links("columbus_queen", 49)))
    assert links("columbus_queen", 49).nnz == 236
    assert found.value == pytest.approx(0.5001885572, rel=EXACT)
    assert found.expected == pytest.approx(-0.0208333, abs=1e-7)
    assert (found.z_rand, found.z_norm) == (
        pytest.approx(5.5893827, rel=EXACT),
        pytest.approx(5.6303128, rel=EXACT),
    )


def test_rv4_moran_columbus_gal():
    found = global_moran(numbers("columbus", "CRIME"), row_standardised(links("columbus_gal", 49)))
    assert found.value == pytest.approx(0.4857709, rel=EXACT)


def test_rv5_gi_star_columbus():
    star = gi_star(numbers("columbus", "CRIME"), links("columbus_queen", 49, own=True))
    expected = [-1.43278, -1.34001, -0.772, -0.13173, 1.28536, 0.06865]
    expected += [0.66136, 1.01302, 0.21914, -1.13753, 2.62515, 1.71537]
    assert star[:12] == pytest.approx(expected, abs=5.1e-6)


def test_rv6_discoveries_columbus():
    star = gi_star(numbers("columbus", "CRIME"), links("columbus_queen", 49, own=True))
    p = 2 * special.ndtr(-np.abs(star))
    assert (p < 0.05).sum() == 18
    assert (q_values(p) <= 0.05).sum() == 9
    assert (p <= 0.0091837).sum() == 9  # the cut
    assert (p * 49 < 0.05).sum() == 2
    assert (q_values(p, method="by") <= 0.05).sum() == 0


def test_rv7_sids():
    queen = links("nc_sids_queen", 100)
    found = global_moran(sids_rate(), row_standardised(queen))
    assert queen.nnz == 490
    assert (found.value, found.z_rand) == (
        pytest.approx(0.2309104, rel=EXACT),
        pytest.approx(3.7800738, rel=EXACT),
    )
    standard = standardised_rates(numbers("nc_sids", "SID74"), numbers("nc_sids", "BIR74"))
    assert global_moran(standard, row_standardised(queen)).value == pytest.approx(0.2487462, rel=EXACT)
    star = gi_star(sids_rate(), links("nc_sids_queen", 100, own=True))
    names = columns("nc_sids")["county"]
    top = [(names[cell], star[cell]) for cell in np.argsort(-star)[:4]]
    assert top == [
        ("Northampton", pytest.approx(4.251772, rel=EXACT)),
        ("Bertie", pytest.approx(3.945757, rel=EXACT)),
        ("Richmond", pytest.approx(3.007641, rel=EXACT)),
        ("Robeson", pytest.approx(2.869504, rel=EXACT)),
    ]


def test_rv8_freeman_tukey():
    deaths, births = numbers("nc_sids", "SID74"), numbers("nc_sids", "BIR74")
    rate = np.sqrt(1000) * (np.sqrt(deaths / births) + np.sqrt((deaths + 1) / births))
    found = global_moran(rate, row_standardised(links("nc_sids_cr85", 100)))
    assert found.value == pytest.approx(0.2471926, rel=EXACT)


def test_rv13_six_points():
    x, y = np.array([10.0, 20, 40, 15, 30, 30]), np.array([10.0, 10, 10, 20, 20, 30])
    values = np.array([2, 3, 3.2, 5, 8, 7])
    star = gi_star(values, within(x, y, 15))
    assert star == pytest.approx([-1.397276, -0.289178, 0.650650, -0.289178, 1.234521, 2.024243], abs=5.1e-7)


def test_moments_of_local_moran_differ_as_spdep_and_esda_do():
    weights = row_standardised(links("columbus_queen", 49))
    crime = numbers("columbus", "CRIME")
    assert local_moran(crime, weights, permutations=0).values[0] == pytest.approx(0.7368185, rel=EXACT)
    of_esda = local_moran(crime, weights, moment="esda", permutations=0)
    assert of_esda.values[0] == pytest.approx(0.7217814, rel=EXACT)
