"""Lists of cells as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.geography import AreaEdition
from gridsvc.geography.profiles import code_profile
from gridsvc.zones.cell_lists import UNREAD, Unread, read_cell_list
from gridsvc.zones.cells import Cells

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def cells_of(
    codes: list[str],
    *,
    parents: dict[str, str] | None = None,
    upper: dict[str, dict[str, str | None]] | None = None,
    other: tuple[str, ...] = (),
    profile: str = "free",
) -> Cells:
    """Cells in a row, a metre wide."""
    edition = AreaEdition(
        id=1,
        name="e",
        level="cell",
        effective_from=None,
        profile=profile,
        rules=code_profile(profile),
        srid=4545,
        source="t",
        digest="d",
        imported_at=NOW,
        withdrawn_at=None,
    )
    shapes = np.empty(len(codes), dtype=object)
    shapes[:] = [
        shapely.MultiPolygon([shapely.box(k * 1000, 0, k * 1000 + 1000, 1000)]) for k in range(len(codes))
    ]
    return Cells(
        edition,
        sorted(codes),
        [(parents or {}).get(code) for code in sorted(codes)],
        np.ones(len(codes)),
        shapes,
        upper or {},
        frozenset(),
        frozenset(other),
    )


STANDARD = cells_of([f"610103{s:03d}{c:03d}{n:03d}" for s in (1, 2) for c in (1, 2) for n in range(1, 21)])


@given(
    st.lists(st.sampled_from(STANDARD.codes), min_size=1, max_size=12),
    st.lists(
        st.sampled_from([",", "，", "、", ";", "；", " ", "\n", " ， ", "\t"]), min_size=12, max_size=12
    ),
)
def test_codes_come_back_however_they_are_parted(codes: list[str], signs: list[str]) -> None:
    text = "".join(code + sign for code, sign in zip(codes, signs, strict=False))
    assert read_cell_list(text, STANDARD) == (codes, [])


@given(
    st.integers(0, len(STANDARD.codes) - 1),
    st.integers(0, len(STANDARD.codes) - 1),
    st.sampled_from(["-", "~", "～", "—", "至", " - ", " 到 ", " ~"]),
    st.integers(3, 15),
)
def test_a_range_is_every_code_between_its_ends(a: int, b: int, sign: str, digits: int) -> None:
    first, last = STANDARD.codes[min(a, b)], STANDARD.codes[max(a, b)]
    if first[: 15 - digits] != last[: 15 - digits]:
        digits = 15
    expected = STANDARD.codes[min(a, b) : max(a, b) + 1]
    assert read_cell_list(first + sign + last[15 - digits :], STANDARD) == (expected, [])
    if a != b:
        backwards = read_cell_list(last + sign + first, STANDARD)[1]
        assert [each.code for each in backwards] == ["bad_range"]


@given(st.text(max_size=40))
def test_any_words_are_cells_or_told(given_text: str) -> None:
    codes, unread = read_cell_list(given_text, STANDARD)
    assert set(codes) <= set(STANDARD.codes)
    assert all(each.code in UNREAD for each in unread)


def test_a_slip_of_one_digit_is_no_community() -> None:
    assert read_cell_list("61010300100100", STANDARD) == ([], [Unread("unknown_cell", "61010300100100")])
    assert len(read_cell_list("61010300100100*", STANDARD)[0]) == 9


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Bernal Heights, Noe Valley", ["Bernal Heights", "Noe Valley"]),
        ("A-1, A-2", ["A-1", "A-2"]),
        ("A-1-A-3", ["A-1", "A-2", "A-3"]),
        ("到贤路甲；A-1", ["到贤路甲", "A-1"]),
        ("Old Town", ["A-1", "A-2", "A-3"]),
    ],
)
def test_a_citys_own_codes(given_text: str, expected: list[str]) -> None:
    own = cells_of(
        ["A-1", "A-2", "A-3", "Bernal Heights", "Noe Valley", "到贤路甲"],
        parents=dict.fromkeys(["A-1", "A-2", "A-3"], "Old Town"),
    )
    assert read_cell_list(given_text, own) == (expected, [])


def test_a_cell_of_another_edition_is_retired() -> None:
    cells = cells_of(["1", "2"], other=("3",))
    assert read_cell_list("1,3,4,1-3", cells) == (
        ["1"],
        [Unread("retired_cell", "3"), Unread("unknown_cell", "4"), Unread("retired_cell", "1-3")],
    )


def test_overlapping_cells_have_a_union_on_the_lattice() -> None:
    cells = cells_of(["1", "2"])
    cells.geom_mm[:] = [
        shapely.MultiPolygon([shapely.Polygon([(0, 0), (1000, 1), (7, 1003)])]),
        shapely.MultiPolygon([shapely.Polygon([(0, 1000), (999, 500), (13, 3)])]),
    ]
    union = cells.union()
    assert union.is_valid
    assert (shapely.get_coordinates(union) % 1 == 0).all()
    assert abs(union.area - shapely.union_all(cells.geom_mm).area) < 2000


def test_a_district_is_its_cells_and_not_every_code_that_begins_so() -> None:
    upper: dict[str, dict[str, str | None]] = {
        "district": {"1": None, "10": None},
        "street": {"a": "1", "b": "10"},
        "community": {"x": "a", "y": "b"},
    }
    codes = ["1-001", "1-002", "10-001", "10-002", "77"]
    parents = {"1-001": "x", "1-002": "x", "10-001": "y", "10-002": "y", "77": "x"}
    cells = cells_of(codes, parents=parents, upper=upper)
    for area in ("1", "a", "x"):
        assert read_cell_list(area, cells) == (["1-001", "1-002", "77"], [])
    assert read_cell_list("10", cells) == (["10-001", "10-002"], [])
    alone = cells_of(codes, upper=upper)  # cells that name no parent
    assert read_cell_list("1", alone) == ([], [Unread("unknown_cell", "1")])
    assert read_cell_list("1*", alone) == (["1-001", "1-002", "10-001", "10-002"], [])


def test_a_code_is_read_for_larger_areas_where_the_profile_says_how() -> None:
    cells = cells_of(STANDARD.codes, profile="gbt")
    assert len(read_cell_list("610103", cells)[0]) == 80
    assert len(read_cell_list("610103001", cells)[0]) == 40
    assert len(read_cell_list("610103001002", cells)[0]) == 20
    assert read_cell_list("61010", cells)[1] == [Unread("unknown_cell", "61010")]


def test_a_star_alone_is_not_the_whole_city() -> None:
    assert read_cell_list("*", STANDARD) == ([], [Unread("every_cell", "*")])
    assert read_cell_list("＊", STANDARD) == ([], [Unread("every_cell", "*")])


def test_a_code_of_two_levels_counts_when_both_are_the_same_ground() -> None:
    upper: dict[str, dict[str, str | None]] = {"district": {"1": None}, "street": {"1": "1", "2": "1"}}
    both = cells_of(["a", "b"], parents={"a": "1", "b": "2"}, upper=upper)
    assert read_cell_list("1", both) == ([], [Unread("area_of_several_levels", "1")])
    alike = cells_of(["a", "b"], parents={"a": "1", "b": "1"}, upper=upper)
    assert read_cell_list("1", alike) == (["a", "b"], [])
