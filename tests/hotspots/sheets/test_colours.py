"""Colours are told apart by people with deuteranopia and protanopia, and in grey print."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from gridsvc.hotspots.sheets.colours import (
    EMERGING,
    HEAT,
    MOST_CLASSES,
    NOT_SIGNIFICANT,
    NOTHING,
    RISK,
    UNTESTED,
    ramp,
    rgb,
)

# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear light.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
# In CIELAB; 2.3 is just noticeable side by side, maps need several times that (Brewer's own steps: 9 to 20).
LEAST = 8.0


def lab(colour: str, sight: str = "full") -> NDArray[np.float64]:
    light = np.array(rgb(colour)) / 255
    linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    seen = np.clip(SIGHT[sight] @ linear, 0, 1)
    ratio = _TO_XYZ @ seen / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, sight: str) -> float:
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def test_lab_of_known_colours() -> None:
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("classes", range(1, MOST_CLASSES + 1))
def test_steps_of_counts_differ_and_grow_darker(classes: int, sight: str) -> None:
    colours = (NOTHING, *ramp(classes))
    assert len(colours) == classes + 1
    for one, other in pairwise(colours):
        assert distance(one, other, sight) >= LEAST
        assert lab(other)[0] <= lab(one)[0] - 5  # lightness alone is what grey print has


@pytest.mark.parametrize("sight", SIGHT)
def test_every_two_classes_of_risk_differ(sight: str) -> None:
    """Below the city's rate is hatched: there the hatch tells what lightness does not."""
    drawn = [*RISK, (NOT_SIGNIFICANT, ""), (NOTHING, ""), (UNTESTED, "."), (UNTESTED, "x")]
    for number, (colour, hatch) in enumerate(drawn):
        for other, other_hatch in drawn[number + 1 :]:
            if hatch == other_hatch:
                assert distance(colour, other, sight) >= LEAST, (colour, other)
                assert abs(lab(colour)[0] - lab(other)[0]) >= 3 or hatch


@pytest.mark.parametrize("sight", SIGHT)
def test_emerging_categories_differ_by_colour_or_hatch(sight: str) -> None:
    assert len(EMERGING) == 17
    assert len(set(EMERGING)) == 17
    for number, (colour, hatch) in enumerate(EMERGING):
        for other, other_hatch in EMERGING[number + 1 :]:
            if hatch == other_hatch:
                assert distance(colour, other, sight) >= LEAST, (number, colour, other)


def test_hot_and_cold_never_share_a_hatch_in_grey_print() -> None:
    assert {hatch for _, hatch in EMERGING[:9]}.isdisjoint({hatch for _, hatch in EMERGING[9:]})


def test_the_heat_grows_darker() -> None:
    lightness = [lab(colour)[0] for _, colour in sorted(HEAT.items())]
    assert lightness == sorted(lightness, reverse=True)
