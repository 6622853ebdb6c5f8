"""The show: Beilin's real boundary and road network become a grid that can be loaded and walked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from gridsvc.geography import import_areas
from gridsvc.geography.building import (
    BuiltGrid,
    Listed,
    SourceFile,
    Sources,
    Wish,
    build_grid,
    draw,
    page,
    read_community_list,
    read_offices,
    read_sources,
    summary,
    write_grid,
)
from gridsvc.geography.profiles import code_profile
from tests.conftest import Run
from tests.geography.building.grounds import planted_compounds

LEVELS = ("district", "street", "community", "cell")


@pytest.fixture(scope="module")
def compounds(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """26 compounds of 0.3 to 8 ha, a third of them L-shaped, at places and angles that a seed chooses."""
    district = geopandas.read_file(real_data / "beilin_district_gcj02.geojson")
    file = tmp_path_factory.mktemp("compounds") / "compounds.geojson"
    shapes = planted_compounds(district.geometry.iloc[0], seed=610103, count=26)
    geopandas.GeoSeries(shapes, crs=4545).to_crs(4326).to_file(file)
    return file


@pytest.fixture(scope="module")
def built(real_data: Path, compounds: Path) -> tuple[Sources, BuiltGrid]:
    profile = code_profile("gbt")
    sources = read_sources(
        SourceFile(real_data / "beilin_district_gcj02.geojson", "gcj02"),
        SourceFile(real_data / "beilin_road_links_wgs84.geojson"),
        profile=profile,
        compounds=SourceFile(compounds),
    )
    offices = read_offices(SourceFile(real_data / "beilin_street_offices_bd09.csv"), sources.srid, profile)
    listed = read_community_list(real_data / "beilin_communities.csv", profile)
    return sources, build_grid(sources, profile, listed=Listed(offices, tuple(listed)))


def test_sizes_partition_and_compounds(built: tuple[Sources, BuiltGrid]) -> None:
    sources, grid = built
    cells = grid.cells.shapes
    area = shapely.area(cells) / 1e6
    assert np.mean((area >= 3_000) & (area <= 30_000)) >= 0.95
    assert 9_000 < np.median(area) < 11_000
    # The boundary as the issue gives it, put right and projected by PROJ alone.
    ground = shapely.build_area(shapely.multilinestrings([*sources.exact]))
    assert shapely.symmetric_difference(shapely.union_all(cells), ground).area / 1e6 < 0.01
    assert area.sum() * 1e6 == pytest.approx(ground.area, abs=1e4)
    assert shapely.coverage_is_valid(cells)
    assert set(shapely.get_type_id(cells)) == {shapely.GeometryType.POLYGON}
    assert shapely.is_valid(cells).all()
    # No overlap, by an oracle that knows nothing of coverages.
    one, other = shapely.STRtree(cells).query(cells, predicate="overlaps")
    shared = shapely.area(shapely.intersection(cells[one], cells[other]))
    assert shared.sum() / 1e6 < 1e-3
    # Compounds lie in one cell each; a shrunken one may touch no second.
    assert len(sources.compounds) >= 20
    sizes = shapely.area(sources.compounds) / 1e6
    assert sizes.min() >= 3_000 - 1
    assert sizes.max() > 30_000
    inside = shapely.STRtree(cells).query(shapely.buffer(sources.compounds, -2.0), predicate="intersects")[0]
    assert np.bincount(inside).tolist() == [1] * len(sources.compounds)
    large = [fault for fault in grid.doubts if fault.code == "cell_too_large"]
    assert {fault.place.value for fault in large} == {
        grid.cells.codes[k] for k in np.flatnonzero(area > 30_000)
    }


def test_codes_levels_and_names_of_placeholders(built: tuple[Sources, BuiltGrid], real_data: Path) -> None:
    _, grid = built
    assert {name: len(grid.levels[name].codes) for name in LEVELS[:3]} == {
        "district": 1,
        "street": 8,
        "community": 105,
    }
    for name in ("street", "community"):
        level = grid.levels[name]
        assert level.placeholder
        assert all(each.endswith("（占位）") for each in level.names)
        assert set(shapely.get_type_id(level.shapes)) == {shapely.GeometryType.POLYGON}
    listed = (real_data / "beilin_communities.csv").read_text("utf-8-sig").splitlines()[1:]
    assert grid.levels["community"].codes == sorted(line.split(",")[0] for line in listed)
    cells = grid.cells
    assert all(
        len(code) == 15 and code[:12] == parent
        for code, parent in zip(cells.codes, cells.parents, strict=True)
    )
    assert len(set(cells.codes)) == len(cells.codes)
    for community, shape in zip(grid.levels["community"].codes, grid.levels["community"].shapes, strict=True):
        members = [k for k, parent in enumerate(cells.parents) if parent == community]
        numbers = [int(cells.codes[k][12:]) for k in members]
        assert numbers == list(range(1, len(members) + 1))
        together = shapely.union_all(cells.shapes[members])
        assert shapely.symmetric_difference(together, shape).area < 1.0


def test_shapes_can_be_walked(built: tuple[Sources, BuiltGrid]) -> None:
    _, grid = built
    free = grid.cell_compound < 0
    cells = grid.cells.shapes[free]
    compact = 4 * np.pi * shapely.area(cells) / shapely.length(cells) ** 2
    # A square has 0.785, a rectangle twice as long as wide 0.70, three times 0.59.
    assert np.median(compact) > 0.70
    assert np.mean(compact < 0.5) < 0.02
    assert compact.min() > 0.2


def test_borders_follow_the_roads(built: tuple[Sources, BuiltGrid], real_data: Path) -> None:
    sources, grid = built
    numbers = summary(grid, sources, Wish())
    borders = numbers["borders"]
    inner = sum(
        borders[kind] for kind in borders if kind in ("parent", "compound", "river", "wall", "road", "rule")
    )
    assert borders["inner_m"] == pytest.approx(inner, abs=0.1)
    assert borders["road"] > 40_000
    assert borders["road_share"] == pytest.approx(borders["road"] / inner, abs=1e-4)
    # Most centre lines are borders; the rest were in blocks too thin to be cells.
    assert borders["road"] > 0.9 * numbers["roads"]["centre_lines_m"]
    # A border that follows a road lies on the roads of the file: within half a dual carriageway of a link.
    links = geopandas.read_file(real_data / "beilin_road_links_wgs84.geojson").to_crs(4545).geometry
    tree = shapely.STRtree(links.to_numpy())
    from gridsvc.geography.building.following import KINDS

    on_road = grid.sides.edges[grid.follows == KINDS.index("road")] / 1e3
    steps = np.hypot(*(on_road[:, 1] - on_road[:, 0]).T)
    _, far = tree.query_nearest(shapely.points(on_road.mean(axis=1)), return_distance=True, all_matches=False)
    assert np.average(far < 25.0, weights=steps) > 0.97
    # North of the last link nothing follows a road.
    north = np.asarray(links.total_bounds)[3]
    assert on_road[:, :, 1].max() < north + 1.0
    assert set(numbers["roads"]["left_out"]) == {"elevated", "interchange", "ramp", "tunnel", "turning link"}


def test_the_same_input_gives_the_same_grid(
    built: tuple[Sources, BuiltGrid], real_data: Path, compounds: Path, tmp_path: Path
) -> None:
    """Also when the links come in another order. Large cells: the same rule, sooner done."""
    sources, _ = built
    wish = Wish(60_000.0, 15_000.0, 150_000.0)
    links = geopandas.read_file(real_data / "beilin_road_links_wgs84.geojson")
    shuffled = tmp_path / "roads.geojson"
    links.sample(frac=1.0, random_state=3).to_file(shuffled)
    again = build_grid(
        read_sources(
            SourceFile(real_data / "beilin_district_gcj02.geojson", "gcj02"),
            SourceFile(shuffled),
            profile=code_profile("gbt"),
            compounds=SourceFile(compounds),
        ),
        code_profile("gbt"),
        wish=wish,
    )
    first = build_grid(sources, code_profile("gbt"), wish=wish)
    assert first.cells.codes == again.cells.codes
    assert shapely.equals_exact(first.cells.shapes, again.cells.shapes, 0.0).all()


def test_every_level_is_imported_without_repair(
    built: tuple[Sources, BuiltGrid], tmp_path: Path, connection: Any
) -> None:
    _, grid = built
    for name in ("grid.gpkg", "grid.geojson"):
        write_grid(tmp_path / name, grid)
    for level in LEVELS:
        done = import_areas(
            connection,
            tmp_path / "grid.gpkg",
            level=level,
            layer=level,
            code_column="code",
            name_column="name",
        )
        assert (done.refused, done.repaired, done.doubtful) == ((), (), ())
        assert done.areas == len(grid.levels[level].codes)
    flat = geopandas.read_file(tmp_path / "grid.geojson")
    assert flat["level"].value_counts().to_dict() == {name: len(grid.levels[name].codes) for name in LEVELS}
    upper = flat[flat["level"].isin(["street", "community"])]
    assert upper["placeholder"].all()
    assert upper["source"].str.contains("占位").all()
    borders = geopandas.read_file(tmp_path / "grid.gpkg", layer="border")
    assert set(borders["follows"]) <= {"boundary", "compound", "road", "rule"}
    assert set(borders.columns) >= {"cell", "other", "follows", "length_m"}


def test_report_and_picture(built: tuple[Sources, BuiltGrid], tmp_path: Path) -> None:
    sources, grid = built
    html = page(grid, summary(grid, sources, Wish()), "boundary <Amap>")
    assert html.count("<title>") == len(grid.cells.codes) + 1
    assert "占位" in html
    assert "Placeholders" in html
    assert "boundary &lt;Amap&gt;" in html
    assert "http" not in html
    draw(tmp_path / "grid.png", grid, "credit")
    assert (tmp_path / "grid.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "grid.png").stat().st_size < 600_000


def test_command(run: Run, run_here: Run, real_data: Path, tmp_path: Path) -> None:
    """Without the boundary's datum the command says what is wrong with it; a file that is there is kept."""
    arguments = ("--roads", real_data / "beilin_road_links_wgs84.geojson", "--target", "60000",
                 "--smallest", "10000", "--largest", "150000")  # fmt: skip
    done = run(
        "area", "build", "--boundary", real_data / "beilin_district_gcj02.geojson", *arguments,
        "-o", tmp_path / "grid.fgb", "--json", "--report", tmp_path / "r.json",
    )  # fmt: skip
    assert done.status == 0, done.stderr
    numbers = json.loads(done.stdout)
    assert numbers["placeholders"] == ["street", "community"]
    assert [each["code"] for each in numbers["doubts"]] == ["datum_doubtful"]
    assert "gcj02" in numbers["doubts"][0]["reason"]
    assert json.loads((tmp_path / "r.json").read_bytes())["counts"] == numbers["counts"]
    again = run_here(
        "area", "build", "--boundary", real_data / "beilin_district_gcj02.geojson", *arguments,
        "-o", tmp_path / "grid.fgb",
    )  # fmt: skip
    assert again.status == 1
    assert "file_exists" in again.stderr
