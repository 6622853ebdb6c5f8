"""Each fault of domain/grid.md planted in a faultless block is found once, with its measure and its areas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.geography.checking import KINDS, FileColumns, Limits, check_file
from tests.geography import paper
from tests.geography.checking.layers import block, kinds, report_on, write_layer

CODES = paper.cell_codes(14)


def _with(**changed: Any) -> list[Any]:
    """The block with cells replaced (`c5=…`) or added (`more=[…]`)."""
    cells = block()
    for name, shape in changed.items():
        if name != "more":
            cells[int(name[1:])] = shape
    return cells + list(changed.get("more", ()))


def _ring(*points: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(points)


_BOWTIE = _ring((300, 0), (400, 0), (400, 40), (420, 60), (420, 40), (400, 60), (400, 100), (300, 100))
_SPIKED = _ring((0, 0), (100, 0), (100, 100), (0, 100), (0, 50.005), (-30, 50), (0, 49.995))
_LOOSE = _ring((100, 100), (200, 100), (200.003, 150), (200, 200), (100, 200))
_HOLED = shapely.difference(paper.square(100, 100), paper.square(120, 120, 60, 60))
_STRIPS = shapely.union_all([paper.square(100, 100, 100, 32.5), paper.square(100, 167.5, 100, 32.5)])
_REPEATED = shapely.Polygon(
    [(100, 100), (100.0002, 100), (200, 100), (200, 200), (200, 200.0003), (100, 200)]
)

# kind, the layer, the chief areas (indexes; all when they are few), and the measures that it must have.
PLANTED: dict[str, tuple[str, Callable[[], list[Any]], set[int], dict[str, float]]] = {
    "slit": ("gap", lambda: _with(c5=paper.square(100, 100, 98)), {5, 6}, {"m2": 200, "width_m": 1.96}),
    "thin slit": ("sliver_gap", lambda: _with(c5=paper.square(100, 100, 99.5)), {5, 6}, {"m2": 50, "width_m": 0.4975, "length_m": 100.5}),
    "missing cell": ("wide_gap", lambda: block()[:5] + block()[6:], {1, 4, 5, 8}, {"m2": 10_000}),
    "notch of the outer border": ("sliver_gap", lambda: _with(c1=paper.square(100, 0, 99)), {1, 2}, {"m2": 100}),
    "overlap": ("overlap", lambda: _with(c5=paper.square(100, 100, 103)), {5, 6}, {"m2": 300, "share": 0.03}),
    "thin overlap": ("sliver_overlap", lambda: _with(c5=paper.square(100, 100, 100.5)), {5, 6}, {"m2": 50, "width_m": 0.4975}),
    "covered": ("covered_area", lambda: _with(more=[paper.square(110, 110, 60, 60)]), {12}, {"m2": 3600}),
    "the same twice": ("duplicate_geometry", lambda: _with(more=[paper.square(100, 100)]), {5, 12}, {"m2": 10_000}),
    "sliver": ("sliver_area", lambda: _with(c5=paper.square(100, 100, 99.2), more=[paper.square(199.2, 100, 0.8)]), {12}, {"m2": 80, "width_m": 0.7936}),
    "two parts": ("multipart", lambda: _with(c5=_STRIPS, more=[paper.square(100, 132.5, 100, 35)]), {5}, {"m2": 3250, "length_m": 35, "share": 0.5}),
    "bow tie": ("invalid_ring", lambda: _with(c3=_BOWTIE), {3}, {}),
    "repeated vertices": ("repeated_vertices", lambda: _with(c5=_REPEATED), {5}, {}),
    "spike": ("spike", lambda: _with(c0=_SPIKED), {0}, {"length_m": 30}),
    "vertex beside the border": ("near_miss", lambda: _with(c5=_LOOSE), {5, 6}, {"width_m": 0.003}),
    "hole of nobody's": ("hole", lambda: _with(c5=_HOLED), {5}, {"m2": 3600}),
    "cell within a cell": ("enclave", lambda: _with(c5=_HOLED, more=[paper.square(120, 120, 60, 60)]), {5, 12}, {"m2": 3600}),
    "far away": ("separate", lambda: _with(more=[paper.square(1000, 0)]), {12}, {"m2": 10_000}),
    "small": ("small_area", lambda: _with(c5=paper.square(100, 100, 80), more=[paper.square(180, 100, 20)]), {12}, {"m2": 2000}),
    "large": ("large_area", lambda: _with(more=[paper.square(400, 0, 200, 300)]), {12}, {"m2": 60_000}),
    "40 km²": ("huge_area", lambda: _with(more=[paper.square(400, 0, 8000, 5000)]), {12}, {"m2": 40e6}),
    "no geometry": ("no_geometry", lambda: _with(c11=None), {11}, {}),
    "a point": ("not_polygons", lambda: _with(c11=shapely.Point(350, 250)), {11}, {}),
    "a speck": ("too_small", lambda: _with(more=[paper.square(450, 50, 0.0003, 0.0003)]), {12}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_once_with_its_measure(tmp_path: Path, name: str) -> None:
    kind, layer, areas, measures = PLANTED[name]
    report = report_on(write_layer(tmp_path, layer()))
    assert kinds(report) == [kind], [each.message.en for each in report.findings]
    (found,) = report.findings
    assert {CODES[k] for k in areas} <= set(found.codes)
    assert {k + 1 for k in areas} <= set(found.rows)
    for measure, value in measures.items():
        assert getattr(found, measure) == pytest.approx(value, rel=2e-3), measure
    if kind not in ("no_geometry", "not_polygons"):
        place = paper.degrees([shapely.box(-40, -10, 8500, 5100)])[0]
        assert found.shape.is_valid
        assert place.contains(found.shape)
    assert found.message.zh != found.message.en
    assert found.remedy == KINDS[kind].remedy


@given(
    shifts=arrays.arrays(np.float64, (5, 5, 2), elements=st.floats(-15, 15)),
    share=st.floats(0.4, 0.6),
    cut=st.integers(0, 15),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_faultless_layer_has_no_fault(tmp_path: Path, shifts: Any, share: float, cut: int) -> None:
    """A jittered grid in which one cell is cut in two: its neighbours know nothing of the cut's ends."""
    cells = paper.jittered(4, 4, shifts)
    a, b, c, d = (np.array(corner) for corner in cells[cut].exterior.coords[:4])
    left, right = d + share * (a - d), c + share * (b - c)
    cells[cut : cut + 1] = [shapely.Polygon([a, b, right, left]), shapely.Polygon([left, right, c, d])]
    (tmp_path / "cells.gpkg").unlink(missing_ok=True)
    report = report_on(write_layer(tmp_path, cells), limits=Limits(least_m2=500.0))
    assert kinds(report) == []
    assert report.total_m2 == pytest.approx(sum(cell.area for cell in cells), abs=1.0)


class TestCodes:
    def test_of_the_old_width_and_twice(self, tmp_path: Path) -> None:
        codes = [*CODES[:10], "61010300100111", CODES[3]]
        report = report_on(write_layer(tmp_path, block(), codes))
        assert sorted(kinds(report)) == ["code_fault", "duplicate_code"]
        fault = next(each for each in report.findings if each.kind == "code_fault")
        assert "14" in fault.message.zh
        twice = next(each for each in report.findings if each.kind == "duplicate_code")
        assert (twice.codes, twice.rows) == ((CODES[3],), (4, 12))

    def test_a_prefix_that_is_not_the_parent(self, tmp_path: Path) -> None:
        above = [paper.COMMUNITY] * 11 + ["610103001009"]
        report = report_on(write_layer(tmp_path, block(), above=above), parent="above")
        assert kinds(report) == ["prefix_is_not_parent"]
        assert report.findings[0].codes == (CODES[11],)

    def test_numbers_that_run_from_the_south(self, tmp_path: Path) -> None:
        file = write_layer(tmp_path, block())
        report = report_on(file, limits=Limits(numbering=True))
        assert kinds(report) == ["out_of_sequence"]
        assert report.findings[0].severity == "info"
        in_order = [CODES[4 * (2 - k // 4) + k % 4] for k in range(12)]
        file.unlink()
        right = report_on(write_layer(tmp_path, block(), in_order), limits=Limits(numbering=True))
        assert kinds(right) == []

    def test_without_a_column_features_are_numbered_and_codes_not_judged(self, tmp_path: Path) -> None:
        report = report_on(write_layer(tmp_path, block(), ["?"] * 12), code=None)
        assert kinds(report) == []
        assert report.codes[:2] == ("#1", "#10")


class TestSeverity:
    def test_a_free_layer_may_overlap(self, tmp_path: Path) -> None:
        file = write_layer(tmp_path, _with(c5=paper.square(100, 100, 103)))
        assert report_on(file).findings[0].severity == "error"
        assert report_on(file, profile="free").findings[0].severity == "warning"

    def test_the_worst_comes_first(self, tmp_path: Path) -> None:
        cells = _with(c5=paper.square(100, 100, 103), c3=_BOWTIE, more=[paper.square(1000, 0, 10)])
        found = report_on(write_layer(tmp_path, cells)).findings
        assert [each.severity for each in found] == ["error", "error", "warning", "info"]


class TestSizes:
    def test_the_draft_standard_asks_for_ten_per_cent(self, tmp_path: Path) -> None:
        cells = _with(c5=paper.square(100, 100, 85), more=[paper.square(185, 100, 15 + 100)])
        cells[6] = cells.pop()
        file = write_layer(tmp_path, cells)
        assert kinds(report_on(file)) == []
        draft = report_on(file, limits=Limits(draft_size=True))
        assert sorted(kinds(draft)) == ["large_area", "small_area"]
        assert draft.sizes.in_draft_band == pytest.approx(10 / 12)
        assert draft.sizes.in_band == 1.0

    def test_only_cells_have_a_size(self, tmp_path: Path) -> None:
        file = paper.write(
            tmp_path / "c.gpkg", paper.degrees([paper.square(0, 0, 8000, 5000)]), code=[paper.COMMUNITY]
        )
        assert kinds(report_on(file, level="community")) == []

    @pytest.mark.parametrize(
        "limits", [{"least_m2": 9.0, "most_m2": 8.0}, {"tolerance": 1.5}, {"snap_m": 0.0}]
    )
    def test_limits_that_contradict_themselves_are_refused(self, limits: dict[str, float]) -> None:
        with pytest.raises(WrongUsage) as caught:
            Limits(**limits)  # type: ignore[arg-type]
        assert caught.value.code == "bad_limits"
        assert caught.value.remedy is not None


class TestWholeFiles:
    def test_a_layer_with_exchanged_coordinates_is_refused(self, tmp_path: Path) -> None:
        turned = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in paper.degrees(block())]
        file = paper.write(tmp_path / "cells.gpkg", turned, code=CODES[:12])
        with pytest.raises(InputRefused) as caught:
            report_on(file)
        assert caught.value.faults[0].code == "swapped_axes"

    def test_a_file_of_points_has_nothing_to_check(self, tmp_path: Path) -> None:
        file = paper.write(tmp_path / "p.gpkg", paper.degrees([shapely.Point(0, 0)]), code=["1"])
        with pytest.raises(InputRefused) as caught:
            report_on(file)
        assert caught.value.code == "nothing_to_check"

    def test_nothing_but_specks(self, tmp_path: Path) -> None:
        specks = [paper.square(9 * k, 0, 0.0003, 0.0003) for k in range(2)]
        with pytest.raises(InputRefused) as caught:
            report_on(write_layer(tmp_path, specks))
        assert caught.value.code == "nothing_to_check"
        assert [(each.code, each.place.row) for each in caught.value.faults] == [
            ("too_small", 1),
            ("too_small", 2),
        ]

    @pytest.mark.long
    def test_a_polygon_with_a_million_vertices_is_checked(self, tmp_path: Path) -> None:
        angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
        radius = 5000 + 20 * np.sin(40 * angle)
        circle = shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
        inner = shapely.Point(0, 0).buffer(1000)
        file = paper.write(
            tmp_path / "c.fgb", paper.degrees([shapely.difference(circle, inner), inner]), code=CODES[:2]
        )
        report = check_file(
            file, FileColumns(code="code"), level="community", profile="free", limits=Limits()
        )
        assert kinds(report) == ["enclave"]
