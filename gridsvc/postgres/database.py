"""The database of this installation: the embedded cluster, or the one that the settings name."""

from __future__ import annotations

from sqlalchemy import Engine

from gridsvc.postgres.engine import open_engine
from gridsvc.postgres.migrating import migrate
from gridsvc.settings import Settings


def ready_engine(settings: Settings, *, pool_size: int = 5) -> Engine:
    """Return an engine on a running, migrated database, starting the embedded one if it is down."""
    if settings.database_url is None:
        raise NotImplementedError("embedded cluster: being built")
    engine = open_engine(settings.database_url, pool_size=pool_size)
    migrate(engine)
    return engine
