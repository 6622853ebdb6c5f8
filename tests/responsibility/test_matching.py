"""Reports find their components: against a brute force in plain Python, for one as for many, in any order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.catalog import Class
from gridsvc.catalog.inventory import Body, Component, Inventory, Profile
from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.responsibility.matching.matcher import (
    MATCHED,
    NO_INVENTORY,
    NOT_ASKED,
    SEVERAL,
    UNREGISTERED,
    Matcher,
    Matches,
    MatchPolicy,
)
from gridsvc.responsibility.matching.model import size_sigma_mm

SRID, EAST, NORTH = 4545, 495_000_000, 3_790_000_000
SCHEME = "gbt30428.2-2013"
NAMES = {"0101": "供水井盖", "0137": "路灯", "0204": "公交站亭（牌）", "0409": "绿地"}
CLASSES = [
    Class(SCHEME, "component", code, name, None, code[:2], "大类", "t", "local")
    for code, name in NAMES.items()
]
CLASSES.append(Class(SCHEME, "event", "0101", "私搭乱建", None, "01", "大类", "t", "local"))
MANHOLE, LAMP, SHELTER, GREEN, EVENT = range(5)
A, B = Profile(owner=Body(unit="A")), Profile(owner=Body(name="乙"))


def degrees(x: float, y: float) -> tuple[float, float]:
    """Lon and lat of metres from the corner."""
    lon, lat = to_degrees(SRID, np.array([EAST + round(1000 * x)]), np.array([NORTH + round(1000 * y)]))
    return float(lon[0]), float(lat[0])


def at(
    identifier: str, x: float, y: float, code: str = "0101", profile: Profile = A, **more: str
) -> Component:
    return Component(identifier, SCHEME, code, shapely.Point(degrees(x, y)), profile, **more)


def shaped(identifier: str, shape: shapely.Geometry, code: str = "0409", profile: Profile = A) -> Component:
    degrees_ = shapely.transform(shape, lambda xy: np.array([degrees(*each) for each in xy]))
    return Component(identifier, SCHEME, code, degrees_, profile)


def matcher(*components: Component, policy: MatchPolicy | None = None) -> Matcher:
    return Matcher.of(Inventory.of(components), CLASSES, SRID, policy)


@dataclass(frozen=True)
class Report:
    x: float
    y: float
    class_: int = MANHOLE
    sigma_m: float = 5.0


def match(given_: Matcher, *reports: Report) -> Matches:
    x, y = (
        np.array([corner + round(1000 * getattr(each, axis)) for each in reports], np.int64)
        for corner, axis in ((EAST, "x"), (NORTH, "y"))
    )
    class_ = np.array([each.class_ for each in reports], np.int32)
    return given_.match(x, y, class_, np.array([1000 * each.sigma_m for each in reports]))


def ids(given_: Matcher, found: Matches, row: int = 0) -> list[str]:
    return [given_.inventory.ids[component] for component, _, _ in found.alternatives(row)]


# What a dispatcher meets


def test_a_lone_component_beside_the_report_is_it() -> None:
    one = matcher(at("a", 0, 0), at("far", 500, 0))
    found = match(one, Report(3, 4))
    assert found.status.tolist() == [MATCHED]
    assert ids(one, found) == ["a"]
    assert found.distance_mm[0] == 5000
    assert found.probability[0] > 0.95
    assert one.inventory.profiles[found.profile[0]] == A


def test_19_m_is_within_reach_of_20_and_21_m_is_not() -> None:
    # 2σ = 20 m: 10² = σ_gps² + 0.5² + 1².
    sigma = math.sqrt(100 - 0.25 - 1)
    one = matcher(*(at(f"{k}", 500 * k, 0) for k in range(200)))
    near, edge, beyond, far = match(one, *(Report(x, 0, sigma_m=sigma) for x in (19, 20, 20.001, 21))).status
    assert (near, edge, beyond, far) == (MATCHED, MATCHED, UNREGISTERED, UNREGISTERED)
    # 15 m are within reach of the best report.
    assert match(one, Report(15, 0, sigma_m=1), Report(15.001, 0, sigma_m=1)).component.tolist() == [0, -1]
    # 60 m are the most, however bad the report is.
    assert match(one, Report(60, 0, sigma_m=300), Report(60.001, 0, sigma_m=300)).component.tolist() == [
        0,
        -1,
    ]


def test_several_owners_within_reach_are_several_candidates() -> None:
    one = matcher(at("a", 0, 0, profile=A), at("b", 6, 0, profile=B))
    found = match(one, Report(2, 0))
    assert found.status.tolist() == [SEVERAL]
    assert ids(one, found) == ["a", "b"]
    assert found.profile.tolist() == [-1]
    assert found.probability[0] < 0.9
    assert found.candidate_probability.sum() + found.unregistered[0] == pytest.approx(1)


def test_several_of_one_owner_are_one_profile() -> None:
    one = matcher(at("a", 0, 0), at("b", 6, 0), at("other", 0, 3, code="0137", profile=B))
    found = match(one, Report(2, 0))
    assert found.status.tolist() == [SEVERAL]
    assert one.inventory.profiles[found.profile[0]] == A


def test_none_within_reach_is_unregistered() -> None:
    one = matcher(at("a", 0, 0), at("lamp", 100, 0, code="0137"))
    found = match(one, Report(100, 0), Report(40, 0))
    assert found.status.tolist() == [UNREGISTERED, UNREGISTERED]
    assert found.component.tolist() == [-1, -1]
    assert found.unregistered.tolist() == [1, pytest.approx(1)]
    assert np.isnan(found.distance_mm).all()
    assert np.isnan(found.probability).all()


def test_what_is_no_component_or_of_no_inventory_is_told() -> None:
    one = matcher(at("a", 0, 0), at("b", 0, 0, code="0204", state="removed"))
    found = match(one, Report(0, 0, EVENT), Report(0, 0, -1), Report(0, 0, LAMP), Report(0, 0, SHELTER))
    assert found.status.tolist() == [NOT_ASKED, NOT_ASKED, NO_INVENTORY, NO_INVENTORY]
    assert np.isnan(found.unregistered[:2]).all()
    empty = matcher()
    assert match(empty, Report(0, 0), Report(0, 0, EVENT)).status.tolist() == [NO_INVENTORY, NOT_ASKED]


def test_removed_ones_are_not_offered_and_lost_ones_are() -> None:
    one = matcher(at("gone", 0, 0, state="removed"), at("lost", 4, 0, state="lost"), at("far", 900, 0))
    found = match(one, Report(0, 0))
    assert ids(one, found) == ["lost"]
    assert found.status.tolist() == [MATCHED]


def test_a_report_without_accuracy_has_that_of_the_settings() -> None:
    poor = MatchPolicy(accuracy_m=40.0)
    one = matcher(at("a", 0, 0), at("b", 30, 0), policy=poor)
    found = match(one, Report(4, 0, sigma_m=math.nan))
    alike = match(one, Report(4, 0, sigma_m=40 / 1.50959))
    assert found.probability.tolist() == pytest.approx(alike.probability.tolist())
    assert found.status.tolist() == [SEVERAL]


def test_a_worse_survey_takes_from_its_component() -> None:
    one = matcher(at("a", -5, 0, location_class="A"), at("c", 5, 0, location_class="C"))
    found = match(one, Report(0, 0))
    assert ids(one, found) == ["a", "c"]
    assert found.candidate_probability[0] > 2 * found.candidate_probability[1]


def test_a_line_and_an_outline_are_as_near_as_their_nearest_point() -> None:
    one = matcher(
        shaped("line", shapely.LineString([(0, 0), (200, 0)])),
        shaped("park", shapely.box(400, 0, 500, 100)),
    )
    found = match(one, Report(100, 7, GREEN), Report(450, 50, GREEN), Report(510, 50, GREEN))
    assert [one.inventory.ids[k] for k in found.component] == ["line", "park", "park"]
    assert found.distance_mm.tolist() == pytest.approx([7000, 0, 10_000], abs=3)


def test_equals_stand_in_the_order_of_their_ids_and_five_are_listed() -> None:
    one = matcher(*(at(each, 1, 1) for each in "gfedcba"), at("near", 0, 0))
    found = match(one, Report(0, 0))
    assert ids(one, found) == ["near", "a", "b", "c", "d"]
    crowd = matcher(*(at(f"{k:03d}", 1, 1) for k in range(300)))
    assert ids(crowd, match(crowd, Report(0, 0))) == ["000", "001", "002", "003", "004"]


def test_a_sixth_candidate_of_another_owner_still_counts() -> None:
    one = matcher(*(at(f"{k}", 0, 0) for k in range(5)), at("z", 12, 0, profile=B))
    found = match(one, Report(0, 0))
    assert len(ids(one, found)) == 5
    assert found.profile.tolist() == [-1]


def test_a_named_component_is_checked() -> None:
    one = matcher(
        at("a", 0, 0),
        at("gone", 0, 0, state="removed"),
        shaped("park", shapely.box(100, 0, 200, 100)),
    )
    found = one.find(["a", "a", None, "nobody", "gone", "park", "park"])
    places = np.array([0, 50_001, 0, 0, 50_000, 150_000, 251_000], np.int64) + EAST
    class_ = np.array([MANHOLE, MANHOLE, MANHOLE, MANHOLE, LAMP, GREEN, -1], np.int32)
    named = one.named(found, places, np.full(7, NORTH), class_)
    assert [k if k < 0 else one.inventory.ids[k] for k in found] == ["a", "a", -1, -1, "gone", "park", "park"]
    assert named.distance_mm.tolist() == pytest.approx(
        [0, 50_001, math.nan, math.nan, 50_000, 0, 51_000], abs=3, nan_ok=True
    )
    assert named.far.tolist() == [False, True, False, False, False, False, True]
    assert named.other_class.tolist() == [False, False, False, False, True, False, False]
    assert one.place(int(found[0])) == (EAST, NORTH)
    x, y = one.place(int(found[5]))
    assert shapely.box(100, 0, 200, 100).covers(shapely.Point((x - EAST) / 1000, (y - NORTH) / 1000))


@pytest.mark.parametrize(
    ("name", "metres"),
    [
        ("供水井盖", 1), ("路灯井盖", 1), ("雨水箅子", 1), ("路灯", 3), ("交通信号灯", 3), ("路灯配电箱", 2),
        ("公交站亭（牌）", 8), ("公共汽车候车亭", 8), ("消防栓", 2),
    ],
)  # fmt: skip
def test_the_size_of_a_thing_is_told_by_its_name(name: str, metres: int) -> None:
    assert size_sigma_mm(name) == 1000 * metres


# Against the formula, written out once more in plain Python


def expected(
    components: Sequence[Component], report: Report, policy: MatchPolicy
) -> tuple[dict[str, float], float]:
    """Return P of every component within reach and of none, by a walk over all components of the class."""
    code = CLASSES[report.class_].code
    own = [each for each in components if each.class_code == code and each.state != "removed"]
    size = {"0101": 1.0, "0137": 3.0, "0204": 8.0}.get(code, 2.0)
    place = EAST + round(1000 * report.x), NORTH + round(1000 * report.y)
    metres = {each.id: _distance(each, place) / 1000 for each in own}
    variance = {
        each.id: max(report.sigma_m, 2) ** 2
        + {"B": 1.0, "C": 10.0}.get(each.location_class or "", 0.5) ** 2
        + size**2
        for each in own
    }
    neighbours = sum(
        _between(one, other) <= 15_000 for one in own for other in own if one.id != other.id
    )  # fmt: skip
    share = policy.unregistered_share
    none = share / (1 - share) * (2 + neighbours) / (len(own) * math.pi * 15**2)
    weight, total = {}, none
    for each in own:
        d, s2 = metres[each.id], variance[each.id]
        if d > min(max(15, 4 * math.sqrt(s2)), 120):
            continue
        density = math.exp(-(d**2) / (2 * s2)) / (2 * math.pi * s2)
        total += density
        if 4 * math.sqrt(s2) > 120:
            total += math.exp(-(120**2) / (2 * s2)) / (math.pi * 120**2)
        if d <= min(max(15, 2 * math.sqrt(s2)), 60):
            weight[each.id] = density
    return {identifier: value / total for identifier, value in weight.items()}, none / total


def _in_mm(each: Component) -> shapely.Geometry:
    return shapely.transform(each.shape, lambda xy: np.column_stack(to_millimetres(SRID, xy[:, 0], xy[:, 1])))


def _distance(each: Component, place: tuple[int, int]) -> float:
    shape = _in_mm(each)
    if shape.geom_type == "Point":
        return math.hypot(shape.x - place[0], shape.y - place[1])
    return float(shapely.distance(shape, shapely.Point(place)))


def _between(one: Component, other: Component) -> float:
    return float(shapely.distance(_in_mm(one), _in_mm(other)))


METRES = st.integers(-40_000, 160_000).map(lambda mm: mm / 1000)
NEAR_METRES = st.integers(0, 30).map(float)
PLACE = st.tuples(METRES, METRES) | st.tuples(NEAR_METRES, NEAR_METRES)
SIGMA = st.sampled_from([0.5, 2.0, 5.0, 6.62, 12.0, 33.0, 90.0, 400.0])


@st.composite
def inventories(draw: st.DrawFn) -> list[Component]:
    found = []
    for number in range(draw(st.integers(1, 14))):
        code = draw(st.sampled_from(["0101", "0137", "0409"]))
        profile = draw(st.sampled_from([A, B, Profile()]))
        x, y = draw(PLACE)
        kind = draw(st.sampled_from(["point", "point", "point", "line", "box"]))
        if kind == "point":
            state = draw(st.sampled_from(["in_use", "lost", "removed"]))
            found.append(
                at(
                    f"{number:02d}",
                    x,
                    y,
                    code,
                    profile,
                    state=state,
                    location_class=draw(st.sampled_from(["A", "B", "C"])),
                )
            )
            continue
        width, height = draw(st.integers(1, 90)), draw(st.integers(1, 90))
        shape = shapely.box(x, y, x + width, y + height)
        if kind == "line":
            shape = shapely.LineString([(x, y), (x + width, y + height), (x + width, y - height)])
        found.append(shaped(f"{number:02d}", shape, code, profile))
    return found


REPORTS = st.lists(
    st.builds(lambda place, class_, sigma: Report(*place, class_, sigma), PLACE, st.integers(-1, 4), SIGMA),
    min_size=1,
    max_size=8,
)
POLICIES = st.builds(MatchPolicy, st.sampled_from([0.6, 0.9]), st.sampled_from([0.01, 0.05, 0.3]))


@settings(deadline=None, max_examples=100)
@given(inventories(), REPORTS, POLICIES)
def test_probabilities_are_those_of_the_formula(
    components: list[Component], reports: list[Report], policy: MatchPolicy
) -> None:
    one = matcher(*components, policy=policy)
    found = match(one, *reports)
    profiles = {each.id: each.profile for each in components}
    for row, report in enumerate(reports):
        if found.status[row] in (NOT_ASKED, NO_INVENTORY):
            continue
        probabilities, none = expected(components, report, policy)
        assert found.unregistered[row] == pytest.approx(none, rel=1e-9)
        listed = {one.inventory.ids[k]: p for k, p, _ in found.alternatives(row)}
        assert len(listed) == min(len(probabilities), 5)
        assert listed == pytest.approx({k: probabilities[k] for k in listed}, rel=1e-9)
        rest = [p for k, p in probabilities.items() if k not in listed]
        assert not rest or max(rest) <= min(listed.values()) * (1 + 1e-9)
        order = [(-p, k) for k, p, _ in found.alternatives(row)]
        assert order == sorted(order)
        best = max(probabilities.values(), default=0.0)
        if abs(best - policy.certain) < 1e-9 or abs(none - policy.certain) < 1e-9:
            continue
        status = (
            MATCHED
            if best >= policy.certain
            else UNREGISTERED
            if not best or none >= policy.certain
            else SEVERAL
        )
        assert found.status[row] == status
        owners = {profiles[k] for k in probabilities}
        said = found.profile[row]
        assert (one.inventory.profiles[said] if said >= 0 else None) == (
            owners.pop() if status != UNREGISTERED and len(owners) == 1 else None
        )


@settings(deadline=None, max_examples=40)
@given(inventories(), REPORTS, st.randoms(use_true_random=False))
def test_one_is_as_many_and_the_order_of_the_inventory_does_not_matter(
    components: list[Component], reports: list[Report], random: object
) -> None:
    one = matcher(*components)
    found = match(one, *reports)
    random.shuffle(components)  # type: ignore[attr-defined]
    again = matcher(*components)
    for row, report in enumerate(reports):
        for alone in (match(one, report), match(again, report)):
            # To the last bit: not approximately.
            assert alone.alternatives(0) == found.alternatives(row)
            for name in ("status", "component", "probability", "distance_mm", "unregistered", "profile"):
                assert np.array_equal(
                    getattr(alone, name)[:1], getattr(found, name)[row : row + 1], equal_nan=True
                )


def test_a_place_where_thousands_were_put_by_mistake_costs_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridsvc.responsibility.matching.matcher._PAIRS_AT_ONCE", 10_000)
    one = matcher(*(at(f"{k:04d}", 0, 0) for k in range(3000)), at("z", 20, 0, profile=B))
    reports = [Report(k % 21, 0, sigma_m=2 + k % 3) for k in range(60)]
    found = match(one, *reports)
    for row, report in enumerate(reports):
        assert match(one, report).alternatives(0) == found.alternatives(row)
    assert ids(one, found) == ["0000", "0001", "0002", "0003", "0004"]


def test_a_city_away_is_no_neighbour() -> None:
    one = matcher(at("a", 0, 0), at("b", 40_000, 30_000))
    far = [Report(x, y) for x in (-1e6, 0, 1e6) for y in (-1e6, 15_000, 1e6)]
    assert set(match(one, *far, Report(40_000, 30_000)).component.tolist()[:-1]) == {-1}
    assert match(one, replace(far[0], x=40_000, y=30_000)).component.tolist() == [1]
