"""What is kept for counts is what the reports and their resolutions say, whatever was done to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import Text
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.records.keys import class_key, tally_key
from gridsvc.postgres import backup, copy_rows, migrate, open_engine, restore
from tests.hotspots.district import SCHEME, add_reports, make_district, record_cells

KEPT = text("SELECT report_id, opened_at, class_key, channel_key, cell_key FROM report_tally ORDER BY 1")
TOLD = text(
    "SELECT r.id, r.opened_at, r.scheme, r.kind, r.class_code, r.source, s.cell_edition_id, s.cell_code"
    " FROM report r LEFT JOIN resolution s ON s.report_id = r.id ORDER BY 1"
)


def check(connection: Connection) -> int:
    """Compare what is kept with what is told, keys as Python makes them, and return how many there are."""
    expected = []
    for row in connection.execute(TOLD):
        counted = CountedClass(row.scheme, row.kind, row.class_code, Text("", ""))
        expected.append(
            (
                row.id,
                row.opened_at,
                class_key(counted) if row.class_code is not None else None,
                tally_key(row.source) if row.source is not None else None,
                tally_key(f"{row.cell_edition_id} {row.cell_code}") if row.cell_code else None,
            )
        )
    assert [tuple(row) for row in connection.execute(KEPT)] == expected
    return len(expected)


def test_every_change_is_kept(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [district.place(1.5, 1.5)] * 8)
    ids += add_reports(connection, [None], class_code="Graffiti 涂鸦", kind=None)
    assert check(connection) == 9
    record_cells(connection, district.edition, [(each, district.code(1, 1)) for each in ids[:5]])
    check(connection)
    for change in (
        "UPDATE report SET opened_at = opened_at + interval '1 day' WHERE id % 2 = 0",
        "UPDATE report SET class_code = '0101', source = NULL WHERE kind IS NOT NULL AND id % 3 = 0",
        "UPDATE report SET scheme = NULL, kind = NULL, class_code = NULL WHERE id % 5 = 0",
        "UPDATE report SET text = 'anders'",
        f"UPDATE resolution SET cell_code = '{district.code(2, 2)}' WHERE report_id % 2 = 0",
        "UPDATE resolution SET cell_code = NULL, cell_edition_id = NULL WHERE report_id % 3 = 0",
        "DELETE FROM resolution WHERE report_id % 4 = 0",
        "DELETE FROM report WHERE id % 3 = 1",
    ):
        connection.execute(text(change))
        check(connection)
    connection.execute(text("TRUNCATE resolution"))
    assert check(connection) > 0
    connection.execute(text("TRUNCATE report CASCADE"))
    assert check(connection) == 0


def test_a_row_that_gets_another_key_takes_along_what_is_kept(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [district.place(1.5, 1.5)] * 4)
    record_cells(connection, district.edition, [(each, district.code(1, 1)) for each in ids[:2]])
    for change, of in (
        ("UPDATE report SET id = DEFAULT, source = 'app' WHERE id = :of", ids[3]),
        ("UPDATE resolution SET report_id = :to WHERE report_id = :of", ids[0]),
        (
            f"UPDATE resolution SET report_id = :of, cell_code = '{district.code(2, 2)}'"
            " WHERE report_id = :to",
            ids[0],
        ),
    ):
        connection.execute(text(change), {"of": of, "to": ids[2]})
        assert check(connection) == 4


def test_an_upsert_is_kept(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [district.place(1.5, 1.5)] * 3)
    record_cells(connection, district.edition, [(ids[0], district.code(1, 1))])
    connection.execute(
        text(
            "INSERT INTO resolution SELECT (jsonb_populate_record(s, jsonb_build_object('report_id', r.id,"
            " 'cell_code', CAST(:code AS text)))).* FROM resolution s, report r"
            " ON CONFLICT (report_id) DO UPDATE SET cell_code = excluded.cell_code"
        ),
        {"code": district.code(2, 2)},
    )
    assert connection.scalar(text("SELECT count(DISTINCT cell_key) FROM report_tally")) == 1
    assert check(connection) == 3


def test_a_restored_database_has_what_was_kept_and_keeps_on(empty_database_url: str, tmp_path: Path):
    own = open_engine(empty_database_url)
    try:
        migrate(own)
        with own.begin() as connection:
            district = make_district(connection)
            ids = add_reports(connection, [district.place(1.5, 1.5)] * 3)
            record_cells(connection, district.edition, [(ids[0], district.code(1, 1))])
        backup(own, tmp_path / "all.dump")
        restore(own, tmp_path / "all.dump", replace=True)
        with own.begin() as connection:
            assert check(connection) == 3
            add_reports(connection, [district.place(1.5, 1.5)])
            record_cells(connection, district.edition, [(ids[1], district.code(2, 2))])
            assert check(connection) == 4
    finally:
        own.dispose()


def test_copied_rows_are_kept_too(connection: Connection):
    make_district(connection)
    rng = np.random.default_rng(7)
    copy_rows(
        connection,
        "report",
        ["origin", "scheme", "kind", "class_code", "source", "opened_at"],
        [
            ("copied", SCHEME, "event", ("0201", "0101")[k % 2], ("12345", None)[k % 2], f"2026-03-0{day}")
            for k, day in enumerate(rng.integers(1, 9, 500))
        ],
    )
    assert check(connection) == 500


def test_reports_from_before_the_upgrade_are_kept(empty_database_url: str):
    own = open_engine(empty_database_url)
    try:
        migrate(own)
        migrate(own, "0008")
        with own.begin() as connection:
            district = make_district(connection)
            ids = add_reports(connection, [district.place(1.5, 1.5)] * 3)
            record_cells(connection, district.edition, [(ids[0], district.code(1, 1))])
        migrate(own)
        with own.begin() as connection:
            assert check(connection) == 3
    finally:
        own.dispose()


@pytest.mark.parametrize("words", ["", "0201", "街面秩序 非法小广告", "a" * 300, "🚲"])
def test_the_keys_of_the_database_are_pythons(connection: Connection, words: str):
    assert connection.scalar(text("SELECT tally_key(:words)"), {"words": words}) == tally_key(words)
