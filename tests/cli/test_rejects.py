"""`--skip-invalid REJECTS.csv` of every import: the list and the rows are both stored, or neither is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gridsvc.cli.output import rejects_file
from gridsvc.errors import Fault, Place, ServiceFailed, Text
from gridsvc.postgres import open_engine
from tests.cli.flawed import IMPORTS
from tests.conftest import Outcome

Command = Callable[..., Outcome]
REFUSED = Fault("bad_code", Text("编码不对", "the code is wrong"), Place(row=4, column="编码", value="甲,乙"))


@pytest.fixture
def stored(database_url: str) -> Iterator[Callable[[], int]]:
    """How many rows every table that an import fills has together."""
    engine = open_engine(database_url)
    tables = ("unit", "class", "report", "area_edition", "specification_edition")

    def count() -> int:
        with engine.connect() as connection:
            return sum(
                connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables
            )

    yield count
    engine.dispose()


@pytest.mark.parametrize("make", IMPORTS)
def test_nothing_is_stored_when_the_list_cannot_be_written(
    command: Command, stored: Callable[[], int], tmp_path: Path, make: Callable[[Path], list[object]]
) -> None:
    arguments = make(tmp_path)
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.iterdir())
    for rejects in (tmp_path / "missing" / "rejects.csv", tmp_path / "folder"):
        done = command(*arguments, "--skip-invalid", rejects)
        assert (done.status, done.stdout) == (1, "")
        assert f"{rejects} rejects_not_writable" in done.stderr
    # A device that opens but takes no byte: the rows are refused only once they are written.
    done = command(*arguments, "--skip-invalid", "/dev/full")
    assert (done.status, done.stdout) == (3, "")
    assert "/dev/full disk_full" in done.stderr
    assert stored() == 0
    assert sorted(tmp_path.iterdir()) == before
    rejects = tmp_path / "rejects.csv"
    done = command(*arguments, "--skip-invalid", rejects)
    assert done.status == 0, done.stderr
    assert stored() > 0
    assert sorted(tmp_path.iterdir()) == sorted([*before, rejects])
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert {row["row"] for row in csv.DictReader(file)} <= {"2", "3", "4"}


@pytest.mark.parametrize("make", IMPORTS)
def test_a_refused_import_leaves_an_earlier_list(
    command: Command, stored: Callable[[], int], tmp_path: Path, make: Callable[[Path], list[object]]
) -> None:
    arguments = make(tmp_path)
    assert isinstance(arguments[2], Path)
    arguments[2].write_bytes(b"\x00\x01")
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("earlier", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    assert command(*arguments, "--skip-invalid", rejects).status == 1
    assert rejects.read_text(encoding="utf-8") == "earlier"
    assert (sorted(tmp_path.iterdir()), stored()) == (before, 0)


def test_the_list_has_its_name_only_after_the_block(tmp_path: Path) -> None:
    path, link = tmp_path / "rejects.csv", tmp_path / "link.csv"
    link.symlink_to(path)
    with rejects_file(link) as reject:
        reject([REFUSED])
        assert not path.exists()
    assert link.is_symlink()
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["column"], row["value"], row["reason_en"]) == (
        "4",
        "编码",
        "甲,乙",
        "the code is wrong",
    )

    def interrupted() -> None:
        with rejects_file(path) as reject:
            reject([])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "bad_code" in path.read_text(encoding="utf-8-sig")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.csv", "rejects.csv"]


def test_a_list_that_cannot_be_renamed_is_kept_and_named(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"

    def write() -> None:
        with rejects_file(path) as reject:
            reject([REFUSED])
            path.mkdir()

    with pytest.raises(ServiceFailed) as failed:
        write()
    (kept,) = (each for each in tmp_path.iterdir() if each != path)
    assert str(kept) in failed.value.message.en
    assert "bad_code" in kept.read_text(encoding="utf-8-sig")


def test_without_a_list_nothing_is_written(tmp_path: Path) -> None:
    with rejects_file(None) as reject:
        reject([REFUSED])
    assert list(tmp_path.iterdir()) == []
