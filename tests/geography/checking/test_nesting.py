"""Areas against the level above, and borders against buildings and components."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gridsvc.geography.checking import Things
from gridsvc.geography.checking.kinds import KINDS
from tests.geography import paper
from tests.geography.checking.layers import block, kinds, parents_of, report_on, write_layer

WEST, EAST, NORTH = (f"6101030010{number}" for number in ("01", "02", "03"))


def _codes(shapes: list[Any]) -> list[str]:
    """Cells of the two western columns belong to one community, the others to the next."""
    middle = [shape.centroid.x for shape in shapes]
    return [f"{WEST if x < 200 else EAST}{k + 1:03d}" for k, x in enumerate(middle)]


def _halves() -> list[Any]:
    return [paper.square(0, 0, 200, 300), paper.square(200, 0, 200, 300)]


def test_cells_within_their_communities_have_no_fault(tmp_path: Path) -> None:
    file = write_layer(tmp_path, block(), _codes(block()))
    report = report_on(file, parents=parents_of(_halves(), [WEST, EAST]))
    assert kinds(report) == []
    assert report.against == "parents"


def test_a_cell_that_leaves_its_community(tmp_path: Path) -> None:
    parents = parents_of([paper.square(0, 0, 210, 300), paper.square(210, 0, 190, 300)], [WEST, EAST])
    report = report_on(write_layer(tmp_path, block(), _codes(block())), parents=parents)
    assert kinds(report) == ["partly_outside_parent"] * 3
    for found in report.findings:
        assert found.codes[1] == EAST
        assert found.m2 == pytest.approx(1000, rel=1e-3)
        assert found.share == pytest.approx(0.1, rel=1e-3)


def test_a_cell_with_the_code_of_another_community(tmp_path: Path) -> None:
    codes = _codes(block())
    codes[3] = f"{WEST}099"
    report = report_on(write_layer(tmp_path, block(), codes), parents=parents_of(_halves(), [WEST, EAST]))
    assert kinds(report) == ["outside_parent"]
    assert report.findings[0].codes == (codes[3], WEST)
    assert report.findings[0].severity == "error"
    assert report.findings[0].share == pytest.approx(1.0)


def test_a_layer_460_m_off_is_one_error(tmp_path: Path) -> None:
    moved = [shapely.transform(shape, lambda xy: np.add(xy, (460, 0))) for shape in block()]
    codes = _codes(block())
    report = report_on(write_layer(tmp_path, moved, codes), parents=parents_of(_halves(), [WEST, EAST]))
    assert kinds(report) == ["layer_outside_parents"]
    assert report.findings[0].severity == "error"
    assert report.findings[0].length_m == pytest.approx(60, rel=1e-3)
    assert "--datum" in KINDS["layer_outside_parents"].remedy.zh


def test_ground_of_a_community_without_cells(tmp_path: Path) -> None:
    cells = [cell for k, cell in enumerate(block()) if k != 3]
    file = write_layer(tmp_path, cells, _codes(cells))
    report = report_on(file, parents=parents_of(_halves(), [WEST, EAST]))
    assert kinds(report) == ["parent_uncovered"]
    assert report.findings[0].codes == (EAST,)
    assert report.findings[0].m2 == pytest.approx(10_000, rel=1e-3)
    assert report.findings[0].share == pytest.approx(1 / 6, rel=1e-3)


def test_a_whole_street_that_is_missing(tmp_path: Path) -> None:
    """Nobody doubts it at import: the layer is a partition and every parent that it names is there."""
    parents = parents_of([*_halves(), paper.square(0, 300, 400, 200)], [WEST, EAST, NORTH])
    report = report_on(write_layer(tmp_path, block(), _codes(block())), parents=parents)
    assert kinds(report) == ["parent_without_areas"]
    assert report.findings[0].codes == (NORTH,)
    assert report.findings[0].severity == "error"
    assert report.findings[0].m2 == pytest.approx(80_000, rel=1e-3)


def test_a_gap_between_cells_is_not_told_of_twice(tmp_path: Path) -> None:
    cells = block()
    cells[5] = paper.square(100, 100, 98)
    file = write_layer(tmp_path, cells, _codes(cells))
    assert kinds(report_on(file, parents=parents_of(_halves(), [WEST, EAST]))) == ["gap"]


def _enclave(hole: Any) -> list[Any]:
    return [shapely.difference(cell, hole) for cell in block()]


def test_ground_outside_the_parents_is_no_gap(tmp_path: Path) -> None:
    """A hole where four cells meet: a gap by itself, none when the communities leave the same ground open."""
    hole = paper.square(150, 50, 100, 100)
    file = write_layer(tmp_path, _enclave(hole), _codes(block()))
    assert kinds(report_on(file)) == ["wide_gap"]
    open_ground = parents_of([shapely.difference(half, hole) for half in _halves()], [WEST, EAST])
    assert kinds(report_on(file, parents=open_ground)) == []
    assert kinds(report_on(file, parents=parents_of(_halves(), [WEST, EAST]))) == ["wide_gap"]


def test_a_hole_of_one_cell_outside_the_parents_is_nobodys(tmp_path: Path) -> None:
    hole = paper.square(120, 120, 50, 50)
    file = write_layer(tmp_path, _enclave(hole), _codes(block()))
    open_ground = parents_of([shapely.difference(half, hole) for half in _halves()], [WEST, EAST])
    assert kinds(report_on(file, parents=open_ground)) == []
    assert kinds(report_on(file)) == ["hole"]


def test_the_hole_of_a_district_is_a_remark(tmp_path: Path) -> None:
    district = shapely.difference(paper.square(0, 0, 400, 300), paper.square(150, 50, 100, 100))
    report = report_on(write_layer(tmp_path, [district], ["610103"]), level="district")
    assert kinds(report) == ["open_ground"]
    assert report.findings[0].severity == "info"
    assert report.findings[0].m2 == pytest.approx(10_000, rel=1e-3)


def test_parents_that_nobody_knows(tmp_path: Path) -> None:
    file = write_layer(tmp_path, block(), _codes(block()))
    report = report_on(file, parents=parents_of([paper.square(0, 0, 400, 300)], [WEST]))
    assert kinds(report) == ["unknown_parent"]
    assert len(report.findings[0].codes) == 6
    assert report.findings[0].m2 == pytest.approx(60_000, rel=1e-3)


class TestThings:
    def _report(self, tmp_path: Path, kind: str, shapes: list[Any]) -> Any:
        file = paper.write(
            tmp_path / "things.geojson", paper.degrees(shapes), id=[f"T{k}" for k in range(len(shapes))]
        )
        cells = write_layer(tmp_path, block())
        return report_on(cells, things=Things(**{kind: file}))

    def test_a_building_across_a_border(self, tmp_path: Path) -> None:
        """One cut, one within a cell, one that touches a border, one that passes it by a centimetre."""
        shapes = [
            paper.square(190, 120, 15, 20),
            paper.square(110, 110, 20, 20),
            paper.square(170, 150, 30, 20),
            paper.square(150, 180, 20, 20.01),
        ]
        report = self._report(tmp_path, "buildings", shapes)
        assert kinds(report) == ["cuts_building"]
        found = report.findings[0]
        assert "T0" in found.message.zh
        assert found.m2 == pytest.approx(100, rel=1e-2)
        assert found.share == pytest.approx(1 / 3, rel=1e-2)
        assert found.codes == (paper.cell_codes(6)[5], paper.cell_codes(7)[6])

    def test_components_cut_and_on_a_border(self, tmp_path: Path) -> None:
        shapes = [
            shapely.LineString([(110, 150), (240, 150)]),
            shapely.LineString([(110, 120), (190, 120)]),
            shapely.Point(200, 150),
            shapely.Point(150, 150),
            paper.square(195, 110, 20, 10),
            shapely.Point(200, 200),
        ]
        report = self._report(tmp_path, "components", shapes)
        assert sorted(kinds(report)) == ["component_on_border"] * 2 + ["cuts_component"] * 2
        cut = [each for each in report.findings if each.kind == "cuts_component"]
        line = next(each for each in cut if each.m2 is None)
        assert line.length_m == pytest.approx(40, rel=1e-3)
        area = next(each for each in cut if each.m2 is not None)
        assert area.m2 == pytest.approx(50, rel=1e-2)
        corner = [each for each in report.findings if len(each.codes) == 4]
        assert len(corner) == 1
