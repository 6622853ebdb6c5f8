"""Ground outside the level above is no gap: an enclave of another district is left open on every level."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.geography import import_areas
from gridsvc.geography.coverage import find_gaps, partition
from gridsvc.geography.upper_ground import UpperGround
from tests.geography import paper

SIDE = 400.0


def _cells(enclave: Any) -> list[Any]:
    """Sixteen cells, without the enclave."""
    squares = [paper.square(100 * i, 100 * j) for j in range(4) for i in range(4)]
    left = [shapely.difference(cell, enclave) for cell in squares]
    return [cell for cell in left if cell.area > 1.0]


def _whole(enclave: Any) -> Any:
    return shapely.difference(paper.square(0, 0, SIDE, SIDE), enclave)


def _load(connection: Connection, folder: Path, level: str, shapes: list[Any], **options: Any) -> Any:
    """Import drawn areas of the community 610103001001 or of the levels above it."""
    if level == "cell":
        codes = paper.cell_codes(len(shapes))
    else:
        codes = [paper.COMMUNITY[: {"district": 6, "street": 9, "community": 12}[level]]]
    file = paper.write(folder / f"{level}.geojson", paper.degrees(shapes), code=codes)
    return import_areas(connection, file, level=level, code_column="code", **options)


ENCLAVE = paper.square(150, 150)


def test_a_tree_with_an_enclave_is_imported_whole(connection: Connection, tmp_path: Path) -> None:
    """The hole of the one district is no gap, and so none of the levels below."""
    for level in ("district", "street", "community"):
        done = _load(connection, tmp_path, level, [_whole(ENCLAVE)])
        assert (done.refused, done.repaired) == ((), ())
    done = _load(connection, tmp_path, "cell", _cells(ENCLAVE))
    assert (done.refused, done.repaired, done.doubtful) == ((), (), ())


@pytest.mark.parametrize("srid", [4545, 4549, 32649])
def test_in_another_system_than_the_level_above(connection: Connection, tmp_path: Path, srid: int) -> None:
    _load(connection, tmp_path, "community", [_whole(ENCLAVE)], srid=4545)
    done = _load(connection, tmp_path, "cell", _cells(ENCLAVE), srid=srid)
    assert (done.refused, done.repaired) == ((), ())


def test_with_nothing_above_it_is_a_gap_and_the_remedy_names_the_level_above(
    connection: Connection, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused) as caught:
        _load(connection, tmp_path, "cell", _cells(ENCLAVE))
    (fault,) = caught.value.faults
    assert fault.code == "gap"
    assert fault.remedy is not None
    assert "上级" in fault.remedy.zh


def test_ground_of_the_parent_is_a_gap_as_before(connection: Connection, tmp_path: Path) -> None:
    """A missing cell, and what of a hole is larger than the enclave."""
    _load(connection, tmp_path, "community", [_whole(paper.square(150, 150, 100, 60))])
    with pytest.raises(InputRefused) as caught:
        _load(connection, tmp_path, "cell", _cells(ENCLAVE))
    (fault,) = caught.value.faults
    assert fault.code == "gap"
    assert float((fault.place.value or "").split()[0]) == pytest.approx(4000, rel=1e-3)


def _lattice(shapes: list[Any]) -> Any:
    return np.array(
        [
            shapely.MultiPolygon(shapely.get_parts(shapely.transform(s, lambda xy: np.rint(xy * 1000))))
            for s in shapes
        ],
        dtype=object,
    )


@settings(max_examples=60, deadline=None)
@given(
    x=st.integers(20, 250),
    y=st.integers(20, 250),
    width=st.integers(30, 130),
    height=st.integers(30, 130),
    missing=st.integers(0, 15),
)
def test_the_gaps_are_the_hole_without_what_is_outside(
    x: int, y: int, width: int, height: int, missing: int
) -> None:
    """Whatever the enclave and the missing cell: the gaps together are the ground of the parent left bare."""
    enclave = paper.square(x, y, width, height)
    cells = _cells(enclave)
    del cells[missing % len(cells)]
    upper = UpperGround(_lattice([_whole(enclave)]))
    layer = partition(_lattice(cells), mend_gaps=False).geometries
    bare = shapely.difference(_lattice([_whole(enclave)])[0], shapely.union_all(layer))
    closed = [part for part in shapely.get_parts(bare) if part.distance(_rim()) > 1.0]
    found = find_gaps(layer, upper)
    assert sum(gap.m2 for gap in found) == pytest.approx(sum(part.area for part in closed) / 1e6, abs=0.5)


def _rim() -> Any:
    return shapely.transform(paper.square(0, 0, SIDE, SIDE).exterior, lambda xy: xy * 1000)


def test_what_straddles_the_border_of_the_parent_is_closed_inside_only() -> None:
    """A crack of 1 m that runs on into the enclave is mended as far as the parent goes."""
    cells = [paper.square(0, 0, 100, 200), paper.square(101, 0, 99, 200)]
    above = shapely.difference(paper.square(0, 0, 200, 200), paper.square(100, 80, 1, 40))
    cap = [paper.square(0, 200, 200, 50), paper.square(0, -50, 200, 50)]
    upper = UpperGround(_lattice([shapely.union_all([above, *cap])]))
    done = partition(_lattice([*cells, *cap]), mend_gaps=True, upper=upper)
    assert len(done.gaps) == 2
    assert shapely.union_all(done.geometries).area / 1e6 == pytest.approx(200 * 300 - 40, abs=0.1)
