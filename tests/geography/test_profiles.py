"""Code profiles as files: which ship, and what is said of a faulty one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.geography import editions, import_areas, load_layer
from gridsvc.geography.profiles import (
    code_profile,
    profile_document,
    profile_from_document,
    read_profile,
    shipped_profiles,
    stored_profile,
)
from gridsvc.settings import shipped
from tests.geography import paper

WARDS = """
name = "wards-of-x"
title = "Wards of X"
strict = true
[levels]
community = "W{ward}"
cell = "W{ward}-{block}"
[fields.ward]
label = { zh = "选区", en = "ward" }
width = [1, 2]
[fields.block]
width = 3
[numbering]
field = "block"
order = "columns"
"""


def test_what_ships() -> None:
    assert shipped_profiles() == ("gbt", "gbt-letters", "gbt14", "free")
    for name in shipped_profiles():
        assert code_profile(name).name == name


@pytest.mark.parametrize("name", ["gbt", "gbt14", "gbt-letters", "free"])
def test_a_profile_survives_being_stored(name: str) -> None:
    profile = code_profile(name)
    stored = json.loads(json.dumps(profile_document(profile)))
    assert profile_from_document(stored) == profile
    assert stored_profile(stored) is stored_profile(stored)


def test_an_edition_keeps_the_rules_of_a_file(connection: Connection, tmp_path: Path) -> None:
    rules = tmp_path / "wards.toml"
    rules.write_text(WARDS, encoding="utf-8")
    path = paper.write(
        tmp_path / "cells.gpkg",
        paper.degrees([paper.square(0, 0), paper.square(100, 0)]),
        code=["W1-001", "W12-001"],
    )
    done = import_areas(connection, path, level="cell", code_column="code", profile=str(rules))
    assert done.profile == "wards-of-x"
    [edition] = editions(connection)
    assert edition.rules == read_profile(rules)
    layer = load_layer(connection, edition.id)
    assert layer.profile == "wards-of-x"
    assert layer.parent_codes == ["W1", "W12"]
    again = import_areas(connection, path, level="cell", code_column="code", profile=str(rules))
    assert again.unchanged
    rules.write_text(WARDS.replace("width = 3", "width = [3, 4]"), encoding="utf-8")
    with pytest.raises(InputRefused):
        read_profile(rules)  # a number to count with has one width
    rules.write_text(WARDS.replace("width = [1, 2]", "width = [1, 3]"), encoding="utf-8")
    changed = import_areas(connection, path, level="cell", code_column="code", profile=str(rules))
    assert not changed.unchanged
    assert changed.superseded == done.edition
    with pytest.raises(InputRefused) as caught:
        import_areas(
            connection,
            paper.write(tmp_path / "odd.gpkg", paper.degrees([paper.square(0, 0)]), code=["W1001"]),
            level="cell",
            code_column="code",
            profile=str(rules),
        )
    assert [fault.code for fault in caught.value.faults] == ["bad_code"]


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(WrongUsage) as caught:
        code_profile("nl")
    assert caught.value.code == "unknown_profile"
    assert "gbt, gbt-letters, gbt14, free" in caught.value.remedy.en  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (None, "profile_unreadable", None),
        (b"\xff\xfe\x00", "profile_unreadable", None),
        (b'name = "x"\nlevels = = 3\n', "profile_unreadable", 2),
        (b'name = "gbt"\n', "profile_name_taken", None),
        (b"#" * 1_000_001, "profile_unreadable", None),
    ],
)
def test_a_file_that_is_no_profile(tmp_path: Path, content: bytes | None, code: str, row: int | None) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputRefused) as caught:
        code_profile(str(path))
    assert caught.value.code == code
    assert caught.value.place.file == "own.toml"
    assert caught.value.place.row == row
    assert caught.value.remedy is not None


def _changed(path: str, value: Any) -> dict[str, Any]:
    document = profile_document(code_profile("gbt"))
    held = document
    *steps, last = path.split(".")
    for step in steps:
        held = held[int(step)] if step.isdecimal() else held[step]
    held[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "column"),
    [
        ("name", "国标", "name"),
        ("name", None, "name"),
        ("title", 7, "title"),
        ("strict", "yes", "strict"),
        ("reuse", "never", "reuse"),
        ("levle", {}, "levle"),
        ("levels", [], "levels"),
        ("levels.ward", "{district}", "levels.ward"),
        ("levels.cell", "{district}{seq}", "levels.cell"),
        ("levels.cell", "{district", "levels.cell"),
        ("levels.cell", "{district}{district}", "levels.cell"),
        ("levels.cell", "", "levels.cell"),
        ("levels.cell", "{district}" + "x" * 60 + "{sequence}", "levels.cell"),
        ("fields.street.width", 0, "fields.street.width"),
        ("fields.street.width", [3, 2], "fields.street.width"),
        ("fields.street.width", [2, 3], "levels.cell"),
        ("fields.street.width", True, "fields.street.width"),
        ("fields.street.alphabet", "0-9]", "fields.street.alphabet"),
        ("fields.street.alphabet", "9-0", "fields.street.alphabet"),
        ("fields.street.least", -1, "fields.street.least"),
        ("fields.street.Label", "x", "fields.street.Label"),
        ("fields.street.label", {"de": "Strasse"}, "fields.street.label"),
        ("fields.Bad-Name", {"width": 1}, "fields.Bad-Name"),
        ("fields.street.ranges.1.first", 50, "fields.street.ranges[2]"),
        ("fields.street.ranges.1.last", "x", "fields.street.ranges[2]"),
        ("fields.street.ranges", {}, "fields.street.ranges"),
        ("numbering.field", "district_", "numbering.field"),
        ("numbering.order", "spiral", "numbering.order"),
        ("numbering.band_m", 0, "numbering.band_m"),
        ("numbering.level", "ward", "numbering.level"),
        ("fields.sequence.alphabet", "A-Z", "numbering.field"),
        ("retired.0.width", "x", "retired[1].width"),
        ("retired.0.level", "x", "retired[1].level"),
    ],
)
def test_every_fault_has_its_place(path: str, value: Any, column: str) -> None:
    with pytest.raises(InputRefused) as caught:
        profile_from_document(_changed(path, value), "own.toml")
    assert caught.value.code == "profile_refused"
    assert column in [fault.place.column for fault in caught.value.faults]
    assert all(fault.place.file == "own.toml" for fault in caught.value.faults)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputRefused) as caught:
        profile_from_document({"name": "X", "strict": 1, "fields": {"a": {}}})
    assert {fault.place.column for fault in caught.value.faults} == {"name", "strict", "fields.a.width"}


def test_the_files_are_written_in_plain_toml() -> None:
    for path in (shipped("geodata") / "profiles").glob("*.toml"):
        assert path.read_text(encoding="utf-8").startswith("#"), "a profile says where its rules are from"
