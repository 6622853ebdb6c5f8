"""Editions that follow each other: what an early date means, and codes that are used again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.geography import (
    AreaImport,
    areas_in_force,
    codes_ever_used,
    editions,
    import_areas,
    validity,
)
from tests.geography import paper

ZONE = ZoneInfo("Asia/Shanghai")
A, B, C, D = paper.cell_codes(4)
FIRST = {A: paper.square(0, 0), B: paper.square(100, 0), C: paper.square(200, 0)}


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=ZONE)


def load(
    connection: Connection,
    tmp_path: Path,
    cells: dict[str, Any],
    effective: datetime | None = None,
    **options: Any,
) -> AreaImport:
    path = paper.write(tmp_path / "cells.gpkg", paper.degrees(list(cells.values())), code=list(cells))
    path_options = {"level": "cell", "code_column": "code", "effective": effective}
    try:
        return import_areas(connection, path, **path_options | options)
    finally:
        path.unlink()


def said(faults: Sequence[Any]) -> list[tuple[str, str | None]]:
    return [(fault.code, fault.place.value) for fault in faults if fault.code.startswith("code_")]


def test_a_split_cell_that_keeps_its_code_on_the_larger_part_is_fine(
    connection: Connection, tmp_path: Path
) -> None:
    load(connection, tmp_path, FIRST, year(2020))
    split = FIRST | {B: paper.square(100, 0, 60), D: paper.square(160, 0, 40)}
    assert said(load(connection, tmp_path, split, year(2022)).doubtful) == []


def test_a_code_for_other_ground_is_refused(connection: Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, FIRST, year(2020))
    swapped = FIRST | {B: FIRST[C], C: FIRST[B]}
    with pytest.raises(InputRefused) as caught:
        load(connection, tmp_path, swapped, year(2022))
    assert said(caught.value.faults) == [("code_reused", B), ("code_reused", C)]
    assert "cell-2020-01-01-1" in caught.value.faults[0].message.zh
    assert "0%" in caught.value.faults[0].message.en
    taken = load(connection, tmp_path, swapped, year(2022), allow_reuse=True)
    assert said(taken.doubtful) == [("code_reused", B), ("code_reused", C)]
    # the correction of an edition, for its own date, follows nothing but itself
    assert load(connection, tmp_path, FIRST, year(2022)).superseded == "cell-2022-01-01-1"


def test_a_small_part_is_not_the_cell(connection: Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, FIRST, year(2020))
    cut = FIRST | {B: paper.square(100, 0, 40), D: paper.square(140, 0, 60)}
    with pytest.raises(InputRefused) as caught:
        load(connection, tmp_path, cut, year(2022))
    assert said(caught.value.faults) == [("code_reused", B)]


def test_a_retired_code_is_not_used_again(connection: Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, FIRST, year(2020))
    without = {A: FIRST[A], C: shapely.union(FIRST[B], FIRST[C]).convex_hull}
    load(connection, tmp_path, without, year(2022), allow_reuse=True)
    with pytest.raises(InputRefused) as caught:
        load(connection, tmp_path, without | {B: paper.square(300, 0)}, year(2024))
    [fault] = caught.value.faults
    assert (fault.code, fault.place.value) == ("code_reused", B)
    assert "cell-2020-01-01-1" in fault.message.en
    assert "is not in cell-2022-01-01-1" in fault.message.en
    # back where it was: a mistake of the edition between, perhaps
    back = load(connection, tmp_path, FIRST, year(2024), allow_reuse=True)
    assert ("code_returned", B) in said(back.doubtful)


def test_history_loaded_afterwards_is_held_against_what_follows(
    connection: Connection, tmp_path: Path
) -> None:
    load(connection, tmp_path, FIRST, year(2022))
    with pytest.raises(InputRefused) as caught:
        load(connection, tmp_path, FIRST | {A: FIRST[C], C: FIRST[A]}, year(2020))
    assert said(caught.value.faults) == [("code_reused", A), ("code_reused", C)]
    assert "cell-2022-01-01-1" in caught.value.faults[0].message.en
    older = load(connection, tmp_path, FIRST, year(2020))
    [told] = [fault for fault in older.doubtful if fault.code == "before_existing"]
    assert "cell-2022-01-01-1" in told.message.zh
    assert told.remedy is not None
    newest = load(connection, tmp_path, FIRST, year(2024))
    assert "before_existing" not in [fault.code for fault in newest.doubtful]


def test_what_is_left_out_is_the_reused_area_only(connection: Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, FIRST, year(2020))
    moved = {A: FIRST[A], B: FIRST[B], C: paper.square(0, 100)}
    done = load(connection, tmp_path, moved, year(2022), skip_invalid=True)
    assert said(done.refused) == [("code_reused", C)]
    assert done.areas == 2


def test_free_layers_may_number_anew(connection: Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, {"1": FIRST[A], "2": FIRST[B]}, year(2020), profile="free")
    done = load(connection, tmp_path, {"2": FIRST[A], "1": FIRST[B]}, year(2022), profile="free")
    assert said(done.doubtful) == []


def test_systems_are_compared_on_the_ground(connection: Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, FIRST, year(2020), srid=4545)
    assert said(load(connection, tmp_path, FIRST, year(2022), srid=4524).doubtful) == []


def test_an_edition_before_its_parents_is_told(connection: Connection, tmp_path: Path) -> None:
    area = paper.write(
        tmp_path / "community.gpkg", paper.degrees([paper.square(0, 0, 300)]), code=[paper.COMMUNITY]
    )
    import_areas(connection, area, level="community", code_column="code", effective=year(2020))
    for effective, expected in ((year(2010), True), (None, True), (year(2020), False), (year(2021), False)):
        done = load(connection, tmp_path, FIRST, effective)
        assert ("before_parents" in [fault.code for fault in done.doubtful]) is expected


def test_validity_and_codes(connection: Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, FIRST, year(2022))
    load(connection, tmp_path, FIRST)
    load(connection, tmp_path, {A: FIRST[A], D: FIRST[B]}, year(2020))
    load(connection, tmp_path, {A: FIRST[A], B: FIRST[B]}, year(2020))
    listed = editions(connection, withdrawn=True)
    periods = {each.name: validity(listed).get(each.id) for each in listed}
    assert periods == {
        "cell-ever-1": (None, year(2020)),
        "cell-2020-01-01-1": None,
        "cell-2020-01-01-2": (year(2020), year(2022)),
        "cell-2022-01-01-1": (year(2022), None),
    }
    for at, name in ((2019, "cell-ever-1"), (2020, "cell-2020-01-01-2"), (2023, "cell-2022-01-01-1")):
        edition = areas_in_force(connection, "cell", year(at))
        assert edition is not None
        assert edition.name == name
    # also of the withdrawn one: what was published once is spent
    assert codes_ever_used(connection, "cell") == {A, B, C, D}
