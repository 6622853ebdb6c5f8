"""The model behind the matching of components: how far off reports are, and how many things nobody surveyed.

docs/decisions/0020 has the derivation and what was measured. Densities are per mm².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SURVEY_MM = (500.0, 1000.0, 10_000.0)
"""GB/T 30428.2: location classes A ±0.5 m, B ±1 m, C ±10 m; one without a class is as good as 1:500
surveys."""
_LEAST_REACH_MM, _MOST_REACH_MM = 15_000.0, 60_000.0
_LEAST_SIGMA_MM = 2_000.0  # as in accuracy.py
CONSIDERED_MM = 120_000.0
_AT_ONCE = 1024
_CONSIDERED_SIGMAS = 4.0  # what lies beyond is 3e-4 of the whole
_ALL_CONSIDERED = (CONSIDERED_MM / _CONSIDERED_SIGMAS) ** 2


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """How sure is sure, and how good the inventory is taken to be.

    `certain`: the probability from which a component is taken. `unregistered_share`: of all components, those
    that the inventory lacks. `accuracy_m`: the radius (68 %) of a report that says none.
    """

    certain: float = 0.9
    unregistered_share: float = 0.05
    accuracy_m: float = 10.0


def size_sigma_mm(class_name: str) -> float:
    """Return how far from its surveyed place people stand or point for a thing of a class, by its name.

    assignment.md section 3: manhole 1 m, lamp 3 m, bus shelter 8 m; 2 m for the rest. A name holds in every
    scheme, a code in one; 路灯井盖 is a manhole and 路灯配电箱 no lamp.
    """
    if "井盖" in class_name or "箅" in class_name:
        return 1_000.0
    if "站亭" in class_name or "候车" in class_name:
        return 8_000.0
    return 3_000.0 if class_name.endswith("灯") else 2_000.0


def survey_variance(location_class: NDArray[np.int8]) -> Floats:
    """Return the variance (mm²) of surveyed places; 0, 1, 2 are A, B, C and -1 is not known."""
    sigma = np.array((*_SURVEY_MM, _SURVEY_MM[0]))
    return np.asarray(sigma[location_class] ** 2)


def report_variance(sigma_mm: Floats, sigma_without: float) -> Floats:
    """Return the variance (mm²) of reports' places; NaN has `sigma_without`, and none is below 2 m."""
    known = np.where(np.isnan(sigma_mm), sigma_without, sigma_mm)
    return np.asarray(np.maximum(known, _LEAST_SIGMA_MM) ** 2)


def reach2(variance: Floats) -> Floats:
    """Return T², T = max(15 m, 2σ) up to 60 m: a component farther away is no candidate."""
    return np.minimum(np.maximum(4 * variance, _LEAST_REACH_MM**2), _MOST_REACH_MM**2)


def considered2(variance: Floats) -> Floats:
    """Return R², R = max(15 m, 4σ) up to 120 m: all nearer than that share the probability."""
    return np.minimum(np.maximum(_CONSIDERED_SIGMAS**2 * variance, _LEAST_REACH_MM**2), CONSIDERED_MM**2)


def density(distance2: Floats, variance: Floats) -> Floats:
    """Return the round normal density of a report at a squared distance from its component."""
    return np.asarray(np.exp(distance2 / (-2 * variance)) / (2 * np.pi * variance))


def beyond(variance: Floats) -> Floats | float:
    """Return what each component within 120 m adds for its like farther away, 0 where 4σ is within 120 m.

    Beyond, the class is taken to be as dense as within; the tail of the normal distribution falls there.
    """
    if variance.max(initial=0.0) <= _ALL_CONSIDERED:
        return 0.0
    tail = np.exp(-(CONSIDERED_MM**2) / (2 * variance)) / (np.pi * CONSIDERED_MM**2)
    return np.where(variance > _ALL_CONSIDERED, tail, 0.0)


def unregistered_density(class_: Ints, shapes: NDArray[np.object_], share: float, classes: int) -> Floats:
    """Return λ0 of each class, shape (classes,): how dense the components that nobody surveyed are.

    They are taken as a random share of all, so that beside a component stand share / (1 - share) times as
    many of them as of registered ones; these are counted within 15 m of each, class by class:

        λ0 = share / (1 - share) · (2 + neighbours of all n together) / (n · π · (15 m)²)

    One component alone has the 1 / (2π · (T/2)²) of assignment.md section 3; the more of a class there are,
    the more its own pattern says.
    """
    count = np.bincount(class_, minlength=classes).astype(np.float64)
    neighbours = np.zeros(classes)
    for number in np.flatnonzero(count > 1).tolist():
        own = shapes[class_ == number]
        tree = shapely.STRtree(own)
        for start in range(0, len(own), _AT_ONCE):  # thousands may stand at one place by mistake
            part = own[start : start + _AT_ONCE]
            found = tree.query(part, predicate="dwithin", distance=_LEAST_REACH_MM)
            neighbours[number] += found.shape[1] - len(part)
    with np.errstate(divide="ignore"):
        beside = (2 + neighbours) / (count * np.pi * _LEAST_REACH_MM**2)
    return np.asarray(share / (1 - share) * beside)
