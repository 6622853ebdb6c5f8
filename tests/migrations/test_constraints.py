"""What the tables refuse, whoever writes into them."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from tests.town import make_town

REPORT = "INSERT INTO report (origin, opened_at{}) VALUES ('t', now(){}) RETURNING id"


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        (", scheme, kind, class_code", ", 'gbt30428.2-2013', 'event', '9999'"),
        (", accuracy_m, accuracy_kind", ", 10, 'guess'"),
    ],
)
def test_a_report_of_no_class_or_with_an_unheard_of_accuracy(
    connection: Connection, columns: str, values: str
) -> None:
    with pytest.raises(IntegrityError):
        connection.execute(text(REPORT.format(columns, values)))


def test_the_senders_words_are_no_class(connection: Connection) -> None:
    assert connection.execute(text(REPORT.format(", scheme, class_code", ", 'x', 'Illegal Postings'"))).one()


@pytest.mark.parametrize("cell", [("edition", "'no-such-cell'"), ("edition", "NULL"), ("NULL", "'x'")])
def test_a_resolution_names_a_cell_of_its_edition(connection: Connection, cell: tuple[str, str]) -> None:
    edition = make_town(connection).edition
    report = connection.execute(text(REPORT.format("", ""))).scalar_one()
    values = ", ".join(cell).replace("edition", str(edition))
    with pytest.raises(IntegrityError):
        connection.execute(
            text(
                "INSERT INTO resolution (report_id, atlas, decision, cell_edition_id, cell_code)"
                f" VALUES ({report}, 'a', 'determined', {values})"
            )
        )


def test_a_session_has_a_role_that_there_is(connection: Connection) -> None:
    with pytest.raises(IntegrityError):
        connection.execute(
            text(
                "INSERT INTO session (secret_sha256, role, state, expires_at) VALUES ('x', 'king', 'open', now())"
            )
        )


ZONE = (
    "INSERT INTO zone (kind, code, name, effective_from, effective_to, withdrawn_at, given_as, srid, geom, geom_mm,"
    " source) VALUES ({kind!r}, {code!r}, 'n', {since}, {until}, {withdrawn}, {given_as!r}, 4545,"
    " ST_SetSRID('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))'::geometry, 4326), {shape!r}::geometry, 't')"
)
SOUND = "MULTIPOLYGON(((0 0,9 0,9 9,0 0)))"


def _zone(connection: Connection, **given: str) -> None:
    values = {
        "kind": "patrol",
        "code": "A",
        "since": "'2026-01-01'",
        "until": "NULL",
        "withdrawn": "NULL",
        "given_as": "polygon",
        "shape": SOUND,
    }
    connection.execute(text(ZONE.format(**values | given)))


def test_zones_may_follow_each_other(connection: Connection) -> None:
    _zone(connection, until="'2026-06-01'")
    _zone(connection, since="'2026-06-01'")
    _zone(connection, kind="sanitation")
    _zone(connection, code="B")
    _zone(connection, withdrawn="now()")


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("'2026-01-01'", "NULL"),
        ("NULL", "NULL"),
        ("'2025-01-01'", "'2026-01-02'"),
        ("'2027-01-01'", "'2027-02-01'"),
    ],
)
def test_no_zone_holds_twice_at_once(connection: Connection, since: str, until: str) -> None:
    _zone(connection)
    with pytest.raises(IntegrityError):
        _zone(connection, since=since, until=until)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "巡查"},
        {"code": ""},
        {"given_as": "words"},
        {"until": "'2026-01-01'"},
        {"since": "'2026-01-02'", "until": "'2026-01-01'"},
        {"shape": "MULTIPOLYGON EMPTY"},
        {"shape": "MULTIPOLYGON(((0 0,9 9,9 0,0 9,0 0)))"},
    ],
)
def test_a_zone_has_a_kind_a_code_a_shape_and_dates_in_order(
    connection: Connection, given: dict[str, str]
) -> None:
    with pytest.raises(IntegrityError):
        _zone(connection, **given)


@pytest.mark.parametrize(
    "given",
    [
        {"id": "''"},
        {"state": "'blue'"},
        {"class_code": "'0999'"},
        {"kind": "'event'", "class_code": "'0201'"},
        {"location_class": "'D'"},
        {"owner_code": "'nobody'"},
    ],
)
def test_a_component_has_an_id_a_class_of_components_and_a_state(
    connection: Connection, given: dict[str, str]
) -> None:
    make_town(connection)
    values = {
        "id": "'1'",
        "scheme": "'gbt30428.2-2013'",
        "class_code": "'0101'",
        "geom": "ST_SetSRID(ST_MakePoint(108, 34), 4326)",
        "source": "'t'",
    }

    def insert(row: dict[str, str]) -> None:
        columns, held = ", ".join(row), ", ".join(row.values())
        connection.execute(text(f"INSERT INTO component ({columns}) VALUES ({held})"))

    insert(values)
    with pytest.raises(IntegrityError):
        insert(values | {"id": "'2'"} | given)
