"""`gridsvc area` as a user types it: every bad input has a message, status 1, and an unchanged database."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gridsvc.postgres import open_engine
from tests.conftest import Outcome, Run
from tests.geography import paper

CELLS = [paper.square(0, 0), paper.square(100, 0), paper.square(0, 100, 200)]
CODES = paper.cell_codes(3)
BOW_TIE = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])

Command = Callable[..., Outcome]


@pytest.fixture
def fingerprint(database_url: str) -> Iterator[Callable[[], str]]:
    """A digest of every row of every table that an import could touch."""
    engine = open_engine(database_url)

    def digest() -> str:
        hashed = hashlib.sha256()
        with engine.connect() as connection:
            for table in ("area_edition", "area", "area_fault"):
                for row in connection.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1")).scalars():
                    hashed.update(row.encode())
        return hashed.hexdigest()

    yield digest
    engine.dispose()


def _import(command: Command, path: Path, *more: object) -> Outcome:
    return command("area", "import", path, "--level", "cell", "--code", "code", *more)


def _loaded(command: Command, tmp_path: Path) -> None:
    path = paper.write(tmp_path / "before.geojson", paper.degrees(CELLS), code=CODES)
    assert _import(command, path).status == 0


def _features(tmp_path: Path, *geometries: Any) -> Path:
    """A GeoJSON written by hand, for what no writer would write."""
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
        for code, geometry in zip(CODES, geometries, strict=False)
    ]
    path = tmp_path / "bad.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _shapes(tmp_path: Path, shapes: list[Any], **columns: Any) -> Path:
    if not columns:
        columns = {"code": CODES[: len(shapes)]}
    return paper.write(tmp_path / "bad.geojson", paper.degrees(shapes), **columns)


def _good(k: int) -> Any:
    return shapely.geometry.mapping(paper.degrees(CELLS)[k])


def _swapped(tmp_path: Path) -> Path:
    turned = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in paper.degrees(CELLS)]
    return paper.write(tmp_path / "bad.geojson", turned, code=CODES)


def _text(tmp_path: Path) -> Path:
    path = tmp_path / "bad.geojson"
    path.write_text("这不是矢量文件\n" * 10)
    return path


def _nan(tmp_path: Path) -> Path:
    ring = [[108.9, 34.2], [float("inf"), 34.2], [108.91, 34.21], [108.9, 34.2]]
    return paper.write(tmp_path / "bad.gpkg", [shapely.Polygon(ring)], code=CODES[:1])


def _cut(folder: Path) -> Path:
    path = _shapes(folder, CELLS)
    path.write_bytes(path.read_bytes()[:-200])
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    # what: how to make it, code of the fault, what the message must name
    "swapped lon/lat": (_swapped, "swapped_axes", "exchanged"),
    "no system": (
        lambda folder: paper.write(folder / "bad.shp", paper.degrees(CELLS), crs=None, code=CODES),
        "missing_crs",
        "bad.shp",
    ),
    "wrong system": (
        lambda folder: paper.write(folder / "bad.gpkg", paper.projected(CELLS), code=CODES),
        "wrong_crs",
        "588000",
    ),
    "no geometry": (lambda folder: _features(folder, _good(0), None), "no_geometry", "row 2"),
    "empty polygon": (
        lambda folder: paper.write(
            folder / "bad.gpkg", [*paper.degrees(CELLS[:1]), shapely.Polygon()], code=CODES[:2]
        ),
        "empty_geometry",
        "row 2",
    ),
    "line": (lambda folder: _shapes(folder, [CELLS[0], CELLS[1].exterior]), "not_polygons", "row 2"),
    "self-crossing": (lambda folder: _shapes(folder, [CELLS[1], BOW_TIE]), "self_crossing", "row 2"),
    "infinite": (_nan, "bad_number", "row 1"),
    "duplicate codes": (
        lambda folder: _shapes(folder, CELLS, code=[CODES[0], CODES[1], CODES[0]]),
        "duplicate_code",
        f"row 3 column code = '{CODES[0]}'",
    ),
    "blank code": (lambda folder: _shapes(folder, CELLS, code=[CODES[0], None, " "]), "blank_code", "row 3"),
    "14 digits": (
        lambda folder: _shapes(folder, CELLS, code=[*CODES[:2], "61010300100103"]),
        "retired_code",
        "row 3 column code = '61010300100103'",
    ),
    "10 MB in a field": (
        lambda folder: _shapes(folder, CELLS, code=CODES, 备注=["", "", "长" * 4_000_000]),
        "text_too_long",
        "row 3 column 备注 = '长长长长",
    ),
    "a megabyte as a code": (
        lambda folder: _shapes(folder, CELLS, code=[*CODES[:2], "长" * 400_000]),
        "bad_code",
        "row 3 column code = '长长长长",
    ),
    "a file cut off": (_cut, "unreadable_file", "row 8"),
    "overlap": (
        lambda folder: _shapes(folder, [CELLS[0], paper.square(95, 0)]),
        "overlap",
        "row 2",
    ),
    "gap": (lambda folder: _shapes(folder, [CELLS[0], paper.square(101, 0)]), "gap", "100 m²"),
    "no such column": (lambda folder: _shapes(folder, CELLS, id=CODES), "unknown_column", "It has: id"),
    "no such file": (lambda folder: folder / "bad.geojson", "no_such_file", "bad.geojson"),
    "no vector file": (_text, "unreadable_file", "bad.geojson"),
    "no features": (lambda folder: _features(folder), "no_areas", "bad.geojson"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_named_and_changes_nothing(
    what: str, command: Command, fingerprint: Callable[[], str], tmp_path: Path
) -> None:
    make, code, names = BAD[what]
    _loaded(command, tmp_path)
    before = fingerprint()
    refused = _import(command, make(tmp_path))
    assert refused.status == 1, refused.stderr
    assert refused.stdout == ""
    assert code in refused.stderr
    assert names in refused.stderr
    assert "bad." in refused.stderr
    assert len(refused.stderr) < 5_000
    assert "Traceback" not in refused.stderr
    assert fingerprint() == before


def test_a_prefix_that_is_no_parent(command: Command, fingerprint: Callable[[], str], tmp_path: Path) -> None:
    path = _shapes(tmp_path, CELLS, code=CODES, up=[paper.COMMUNITY, "610103001002", paper.COMMUNITY])
    before = fingerprint()
    refused = _import(command, path, "--parent", "up")
    assert refused.status == 1
    assert "row 2 column up = '610103001002' prefix_is_not_parent" in refused.stderr
    answer = json.loads(_import(command, path, "--parent", "up", "--json").stdout)
    assert answer["edition"] is None
    assert [(fault["row"], fault["code"]) for fault in answer["refused"]] == [(2, "prefix_is_not_parent")]
    assert fingerprint() == before


def test_a_self_crossing_polygon_is_mended_under_free_and_on_demand(command: Command, tmp_path: Path) -> None:
    path = _shapes(tmp_path, [CELLS[1], BOW_TIE])
    for more in (["--profile", "free"], ["--repair"]):
        done = _import(command, path, *more, "--json")
        assert done.status == 0, done.stderr
        answer = json.loads(done.stdout)
        assert answer["areas"] == 2
        (mended,) = [fault for fault in answer["repaired"] if fault["code"] == "self_crossing"]
        assert mended["row"] == 2
        assert "自相交" in mended["reason"]
        assert "self-intersection" in mended["reason_en"]


def test_skip_invalid_writes_the_rejects(command: Command, tmp_path: Path) -> None:
    path = _shapes(tmp_path, [*CELLS, BOW_TIE], code=[*CODES, "甲"])
    rejects = tmp_path / "rejects.csv"
    done = _import(command, path, "--skip-invalid", rejects)
    assert done.status == 0, done.stderr
    assert "3 areas (of 4 features)" in done.stdout
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["code"]) for row in rows] == [("4", "bad_code"), ("4", "self_crossing")]
    assert rows[0]["value"] == "甲"


def test_nothing_left_after_skipping_is_refused(
    command: Command, fingerprint: Callable[[], str], tmp_path: Path
) -> None:
    before = fingerprint()
    refused = _import(command, _shapes(tmp_path, [BOW_TIE]), "--skip-invalid", tmp_path / "r.csv")
    assert refused.status == 1
    assert "self_crossing" in refused.stderr
    assert fingerprint() == before


def test_dry_run_says_all_and_changes_nothing(
    command: Command, fingerprint: Callable[[], str], tmp_path: Path
) -> None:
    before = fingerprint()
    done = _import(command, _shapes(tmp_path, CELLS), "--dry-run")
    assert done.status == 0, done.stderr
    assert "3 areas" in done.stdout
    assert "Dry run" in done.stdout
    assert fingerprint() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("--effective", "someday"),
        ("--profile", "nl"),
        ("--datum", "mars"),
        ("--level", "ward"),
        ("--srid", "here"),
    ],
)
def test_wrong_usage_is_status_2(command: Command, tmp_path: Path, arguments: tuple[str, str]) -> None:
    assert _import(command, _shapes(tmp_path, CELLS), *arguments).status == 2


def test_editions_and_the_list(run_here: Run, database_url: str, tmp_path: Path) -> None:
    """The whole way as processes of their own, in Chinese."""
    environment = {"GRIDSVC_DATABASE_URL": database_url}
    path = _shapes(tmp_path, CELLS, code=CODES, 名称=["甲", "乙", "丙"])
    options = ("--level", "cell", "--code", "CODE", "--name", "名称", "--effective", "2026-07-01")
    first = run_here("area", "import", path, *options, env=environment)
    assert first.status == 0, first.stderr
    assert "版本 cell-2026-07-01-1：3 个区域" in first.stdout
    again = run_here("area", "import", path, *options, env=environment)
    assert again.status == 0
    assert "完全相同" in again.stdout
    _shapes(tmp_path, CELLS[:2], code=CODES[:2], 名称=["甲", "乙"])
    new = run_here("area", "import", path, *options, env=environment)
    assert new.status == 0, new.stderr
    assert "版本 cell-2026-07-01-1 已由其取代" in new.stdout
    listed = json.loads(run_here("area", "list", "--json", env=environment).stdout)
    assert [(row["level"], row["edition"], row["areas"]) for row in listed] == [
        ("cell", "cell-2026-07-01-1", 3),
        ("cell", "cell-2026-07-01-2", 2),
    ]
    assert listed[0]["effective_from"] == "2026-07-01T00:00:00+08:00"
    assert listed[0]["withdrawn_at"]
    assert listed[1]["withdrawn_at"] is None
    shown = run_here("area", "list", env=environment).stdout.splitlines()
    assert "已撤回" in shown[0]
    assert "有效" in shown[1]
