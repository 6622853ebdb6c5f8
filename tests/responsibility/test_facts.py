"""House numbers and headings of a file: read as people write them, and never a reason to lose a row."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridsvc.responsibility.facts import heading_of, house_number_of, read_headings, read_house_numbers
from gridsvc.responsibility.files import resolve_file
from tests.responsibility import worlds
from tests.responsibility.roadside import YI, city, section


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("88", 88), ("88.0", 88), (" 88号 ", 88), ("８８号", 88), ("88甲号", 88), ("甲88号", 88), ("88号甲", 88),
        ("12-3号", 12), ("12-3", 12), ("A12", 12), ("友谊东路88号", 88), ("东二路3段88号", 88), ("88号3号楼", 88),
        ("无", None), ("", None), ("0", None), ("-5", None), ("88.5", None), ("1234567", None), ("inf", None),
    ],
)  # fmt: skip
def test_house_numbers_as_written(text: str, number: int | None) -> None:
    assert house_number_of(text) == number


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("0", 0), ("360", 360), ("92.5", 92.5), ("180°", 180), ("180度", 180), ("由北向南", 180), ("自西向东", 90),
        ("从东南往西北", 315), ("南→北", 0), ("向东", 90), ("往西南方向", 225),
        ("双向", None), ("东西向", None), ("", None), ("361", None), ("-1", None), ("nan", None),
    ],
)  # fmt: skip
def test_headings_as_written(text: str, degrees: float | None) -> None:
    assert heading_of(text) == degrees


def test_blanks_are_not_counted_as_unread() -> None:
    numbers, unread = read_house_numbers(["88号", "", None, "无"])
    assert (numbers.tolist(), unread.tolist()) == ([88, -1, -1, -1], [False, False, False, True])
    headings, unread = read_headings(["由北向南", " ", None, "双向"])
    assert (headings[0], unread.tolist()) == (180.0, [False, False, False, True])


def test_a_fact_that_is_not_understood_loses_no_row(tmp_path: Path) -> None:
    atlas = city(section(rule="house_number", odd_code=YI))
    lon, lat = worlds.place(2.95, 2.5)
    facts = [("12-3号", "由北向南"), ("友谊东路87号", "双向"), ("无", "?"), ("", "")]
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text(
        "经度,纬度,门牌号,行车方向,class,kind,at\n"
        + "".join(f"{lon},{lat},{n},{h},0201,event,2025-03-03T10:00\n" for n, h in facts),
        encoding="utf-8",
    )
    done = resolve_file(
        atlas, source, target, columns={}, now=datetime(2026, 1, 1, tzinfo=UTC), zone=worlds.ZONE
    )
    assert done.as_dict() == {
        "rows": 4,
        "problems": {},
        "decisions": {"determined": 2, "ranked": 2},
        "not_understood": {"heading": 2, "house_number": 1},
    }
    import pyarrow.parquet as parquet

    rows = parquet.read_table(target).to_pylist()
    assert [row["unit_code"] for row in rows] == ["S-01", "S-02", "S-01", "S-01"]
    assert all(row["cell_code"] for row in rows)
