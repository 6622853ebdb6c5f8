"""How often each class is reported in the sample, where, when in the day, and in which season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.sample.frontage import Frontage
from gridsvc.sample.grid import Grid

# Month weights from January to December.
FLAT = (1.0,) * 12
LEAVES = (0.9, 0.7, 0.8, 0.9, 0.9, 0.8, 0.8, 0.8, 1.0, 1.7, 2.2, 1.2)
SUMMER = (0.1, 0.1, 0.3, 0.8, 1.6, 2.2, 2.4, 2.3, 1.4, 0.6, 0.2, 0.1)
HEATING = (2.4, 2.0, 1.0, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 1.8, 2.2)
GROWTH = (0.2, 0.3, 0.9, 1.5, 1.7, 1.6, 1.5, 1.4, 1.1, 0.8, 0.5, 0.3)
HAZE = (1.6, 1.2, 1.2, 1.1, 1.0, 0.8, 0.7, 0.7, 0.8, 1.0, 1.4, 1.6)


@dataclass(frozen=True, slots=True)
class Mix:
    """One class of the background: its weight, where it lies, when it is seen.

    `where`: street, shop, back, yard, green, site, low, component. `when`: day, evening, any, rain, snow.
    """

    kind: str
    code: str
    weight: float
    where: str
    when: str = "day"
    months: tuple[float, ...] = FLAT


BACKGROUND = (
    Mix("event", "0201", 110, "back"),
    Mix("event", "0112", 100, "street", months=LEAVES),
    Mix("event", "0110", 92, "back"),
    Mix("event", "0136", 80, "back"),
    Mix("event", "0410", 118, "shop"),
    Mix("event", "0409", 64, "street"),
    Mix("event", "0405", 70, "shop"),
    Mix("event", "0406", 48, "street", "any"),
    Mix("event", "0401", 46, "street", "any"),
    Mix("event", "0111", 30, "back"),
    Mix("event", "0113", 32, "street"),
    Mix("event", "0107", 28, "back", months=SUMMER),
    Mix("event", "0117", 22, "green", months=LEAVES),
    Mix("event", "0118", 8, "green", months=GROWTH),
    Mix("event", "0207", 14, "shop"),
    Mix("event", "0206", 8, "shop"),
    Mix("event", "0203", 9, "shop"),
    Mix("event", "0202", 7, "shop", "any"),
    Mix("event", "0204", 3, "shop"),
    Mix("event", "0301", 6, "site", "evening"),
    Mix("event", "0302", 8, "site"),
    Mix("event", "0304", 9, "site", months=HAZE),
    Mix("event", "0306", 9, "site"),
    Mix("event", "0307", 6, "site"),
    Mix("event", "0312", 5, "site"),
    Mix("event", "0114", 5, "street", "any"),
    Mix("event", "0128", 9, "shop", "evening"),
    Mix("event", "0127", 9, "shop", "evening"),
    Mix("event", "0129", 16, "shop", "evening", SUMMER),
    Mix("event", "0130", 9, "shop"),
    Mix("event", "0131", 5, "shop"),
    Mix("event", "0119", 8, "green"),
    Mix("event", "0104", 8, "shop"),
    Mix("event", "0105", 5, "yard"),
    Mix("event", "0109", 5, "back", months=SUMMER),
    Mix("event", "0108", 6, "yard"),
    Mix("event", "0101", 7, "yard"),
    Mix("event", "0102", 4, "shop"),
    Mix("event", "0103", 3, "shop"),
    Mix("event", "0120", 3, "back", "any", LEAVES),
    Mix("event", "0121", 4, "green", months=GROWTH),
    Mix("event", "0134", 5, "yard"),
    Mix("event", "0135", 9, "yard"),
    Mix("event", "0137", 4, "street"),
    Mix("event", "0402", 5, "back", "any"),
    Mix("event", "0404", 5, "back"),
    Mix("event", "0403", 2, "street", "any"),
    Mix("event", "0501", 2, "street", "any"),
    Mix("event", "0503", 4, "back", "any"),
    Mix("event", "0504", 2, "street", "any", HEATING),
    Mix("event", "0505", 1, "street", "any"),
    Mix("event", "0506", 12, "low", "rain", SUMMER),
    Mix("event", "0507", 9, "street", "snow"),
    Mix("event", "0508", 5, "back", "any"),
    Mix("event", "0604", 12, "shop"),
    Mix("event", "0125", 5, "green", months=GROWTH),
    Mix("component", "0101", 5, "component"),
    Mix("component", "0102", 8, "component"),
    Mix("component", "0103", 9, "component"),
    Mix("component", "0104", 11, "component", months=SUMMER),
    Mix("component", "0105", 4, "component"),
    Mix("component", "0106", 3, "component"),
    Mix("component", "0107", 9, "component"),
    Mix("component", "0110", 3, "component", months=HEATING),
    Mix("component", "0111", 3, "component"),
    Mix("component", "0113", 3, "component"),
    Mix("component", "0118", 4, "component"),
    Mix("component", "0123", 5, "component"),
    Mix("component", "0127", 5, "component"),
    Mix("component", "0130", 2, "component"),
    Mix("component", "0131", 5, "component"),
    Mix("component", "0137", 14, "component", "any"),
    Mix("component", "0148", 2, "component"),
    Mix("component", "0204", 4, "component"),
    Mix("component", "0210", 4, "component"),
    Mix("component", "0212", 3, "component"),
    Mix("component", "0214", 4, "component", "any"),
    Mix("component", "0217", 7, "component"),
    Mix("component", "0221", 7, "component"),
    Mix("component", "0225", 4, "component"),
    Mix("component", "0305", 14, "component"),
    Mix("component", "0301", 4, "component"),
    Mix("component", "0306", 3, "component"),
    Mix("component", "0402", 9, "component", months=GROWTH),
    Mix("component", "0407", 3, "component"),
)


@dataclass(frozen=True, slots=True)
class Hot:
    """A planted pattern: `count` reports of `codes` near `chosen` places of a kind, in these hours.

    `hours` may run beyond 24, into the next day. `reach` is the spread in metres around a place.
    """

    name: str
    near: str
    chosen: int
    codes: tuple[tuple[str, float], ...]
    count: int
    hours: tuple[float, float, float]
    reach: float
    school_days: bool = False


# (earliest, most frequent, latest) hour.
PLANTED = (
    Hot("night_ads_at_markets", "market", 12, (("0201", 1.0),), 3900, (20.0, 22.3, 26.0), 70.0),
    Hot(
        "afternoon_stalls_at_schools",
        "school",
        18,
        (("0406", 0.55), ("0401", 0.3), ("0405", 0.15)),
        2700,
        (15.5, 17.2, 19.0),
        55.0,
        school_days=True,
    ),
    Hot(
        "evening_stalls_at_subway_exits",
        "subway_exit",
        16,
        (("0406", 0.6), ("0405", 0.25), ("0401", 0.15)),
        3200,
        (16.5, 18.8, 22.0),
        45.0,
    ),
)


def side_weights(grid: Grid, frontage: Frontage, where: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the weight per metre of every side of every border for a kind of place."""
    use = grid.use[frontage.cell]
    road = {
        "street": (1.2, 1.3, 1.0, 0.5, 0.0),
        "shop": (0.9, 1.2, 1.1, 0.4, 0.0),
        "back": (0.2, 0.6, 1.2, 1.3, 0.05),
        "yard": (0.0, 0.1, 0.4, 0.8, 0.6),
        "green": (0.8, 0.9, 0.8, 0.4, 0.1),
        "site": (0.6, 1.0, 1.0, 0.5, 0.0),
        "low": (1.0, 1.0, 0.6, 0.2, 0.0),
    }[where]
    weight = np.array(road)[frontage.kind]
    if where == "shop":
        weight = weight * np.where(np.isin(use, ["商业服务", "市场"]), 1.0, 0.12)
    elif where == "green":
        weight = weight * np.where(np.isin(use, ["街头绿地", "公园绿地", "水域及滨水绿地"]), 1.0, 0.06)
    elif where == "yard":
        weight = weight * np.where(use == "居住", 1.0, 0.15)
    elif where == "site":
        sites = rng.choice(len(grid.cells.codes), 26, replace=False)
        weight = weight * np.isin(frontage.cell, sites)
    elif where == "low":
        cells = rng.choice(len(grid.cells.codes), 22, replace=False)
        weight = weight * np.where(np.isin(frontage.cell, cells), 1.0, 0.004)
    return np.asarray(weight, dtype=np.float64)
