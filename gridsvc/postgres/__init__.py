"""The database: the embedded server, engines, migrations, COPY, change notices, backup."""

from gridsvc.postgres.account import make_folder
from gridsvc.postgres.backup import Backup, Restored, backup, restore
from gridsvc.postgres.changes import CHANNEL, SUBJECTS, Listener, announce_change, listen
from gridsvc.postgres.cluster import Cluster
from gridsvc.postgres.copying import copy_rows
from gridsvc.postgres.database import ready_engine
from gridsvc.postgres.engine import open_engine
from gridsvc.postgres.migrating import migrate
from gridsvc.postgres.status import Status, database_status

__all__ = [
    "CHANNEL",
    "SUBJECTS",
    "Backup",
    "Cluster",
    "Listener",
    "Restored",
    "Status",
    "announce_change",
    "backup",
    "copy_rows",
    "database_status",
    "listen",
    "make_folder",
    "migrate",
    "open_engine",
    "ready_engine",
    "restore",
]
