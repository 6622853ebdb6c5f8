"""Bulk rows, however much the server has to say of them."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from gridsvc.postgres import copy_rows


@pytest.mark.timeout(60)
def test_notices_of_every_row_do_not_stop_a_copy(connection: Connection) -> None:
    connection.execute(text("CREATE TEMPORARY TABLE said (number integer, words text)"))
    connection.execute(
        text(
            "CREATE FUNCTION pg_temp.speak() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE NOTICE '%', repeat('x', 2000); RETURN NEW; END $$"
        )
    )
    connection.execute(
        text("CREATE TRIGGER speak BEFORE INSERT ON said FOR EACH ROW EXECUTE FUNCTION pg_temp.speak()")
    )
    before = connection.scalar(text("SHOW client_min_messages"))
    rows = ((number, "w" * 1000) for number in range(3000))
    assert copy_rows(connection, "said", ["number", "words"], rows) == 3000
    assert connection.scalar(text("SELECT count(*) FROM said")) == 3000
    assert connection.scalar(text("SHOW client_min_messages")) == before
