"""Bring a database to the newest schema."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from gridsvc.settings import shipped

# Any constant will do, as long as it never changes: two commands that migrate at once take turns on it.
_TURN = 7_610_103


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade (or, for an older `revision`, downgrade) the schema; a no-op when it is there already."""
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": _TURN})
        connection.commit()
        try:
            config.attributes["connection"] = connection
            if revision == "head":
                command.upgrade(config, revision)
            else:
                command.downgrade(config, revision)
            connection.commit()
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:turn)"), {"turn": _TURN})
            connection.commit()
