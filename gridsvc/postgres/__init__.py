"""The database: the embedded server, engines, migrations, COPY, change notices, backup."""

from gridsvc.postgres.changes import CHANNEL, announce_change
from gridsvc.postgres.copying import copy_rows
from gridsvc.postgres.database import ready_engine
from gridsvc.postgres.engine import open_engine
from gridsvc.postgres.migrating import migrate

__all__ = ["CHANNEL", "announce_change", "copy_rows", "migrate", "open_engine", "ready_engine"]
