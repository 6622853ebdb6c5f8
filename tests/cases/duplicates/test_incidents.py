"""Incidents are transitive, name their first report, and never last longer than the window."""

from __future__ import annotations

import numpy as np

from gridsvc.cases.duplicates.incidents import Links, link_incidents
from gridsvc.cases.duplicates.persistence import comparable_name, persistence_hours

DAY = 86_400


def _link(
    pairs: list[tuple[int, int, float]], opened: list[int], first_of: dict[int, int] | None = None
) -> dict[int, int]:
    later, earlier, chance = zip(*pairs, strict=True)
    found: Links = link_incidents(
        np.array(later),
        np.array(earlier),
        np.array(chance),
        np.array(opened),
        threshold=0.7,
        first_of=first_of or {},
    )
    return dict(zip(found.later.tolist(), found.first.tolist(), strict=True))


def test_a_chain_of_reports_names_its_first() -> None:
    opened = [0, 1, 2, 3]
    assert _link([(1, 0, 0.9), (2, 1, 0.9), (3, 2, 0.8)], opened) == {1: 0, 2: 0, 3: 0}


def test_the_likeliest_pair_decides() -> None:
    assert _link([(2, 0, 0.75), (2, 1, 0.95)], [0, 1, 2]) == {2: 1}
    assert _link([(1, 0, 0.6)], [0, 1]) == {}


def test_an_incident_ends_after_the_window() -> None:
    opened = [number * 10 * DAY for number in range(6)]
    pairs = [(number, number - 1, 0.9) for number in range(1, 6)]
    assert _link(pairs, opened) == {1: 0, 2: 0, 3: 0, 5: 4}


def test_what_is_settled_stays() -> None:
    opened = [0, 1, 2, 3]
    pairs = [(1, 0, 0.99), (2, 1, 0.99), (3, 2, 0.99)]
    assert _link(pairs, opened, {1: 1}) == {2: 1, 3: 1}
    assert _link(pairs, opened, {2: 0, 0: 0}) == {1: 0, 3: 0}
    assert _link(pairs, opened, {2: -1}) == {1: 0}


def test_how_long_incidents_stay() -> None:
    assert persistence_hours("event", "非法小广告") == 120
    assert persistence_hours("event", "占道经营") == 3
    assert persistence_hours("event", "道路破损") == 720
    assert persistence_hours("component", "占道经营") == 720
    assert persistence_hours(None, "Graffiti") == 72
    assert comparable_name("占道经营") == comparable_name("店外经营")
    assert comparable_name("非法小广告") == "非法小广告"
