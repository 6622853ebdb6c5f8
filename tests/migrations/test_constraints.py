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
