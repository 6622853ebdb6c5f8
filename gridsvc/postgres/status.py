"""What the database is like just now, without starting or changing anything."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import OperationalError

from gridsvc.errors import ServiceFailed
from gridsvc.postgres.cluster import Cluster
from gridsvc.postgres.database import open_named
from gridsvc.postgres.engine import open_engine
from gridsvc.postgres.migrating import postgis_version, revision_of, revisions
from gridsvc.postgres.processes import postmaster_of
from gridsvc.settings import Settings


@dataclass(frozen=True, slots=True)
class Status:
    """One look at the database; what cannot be known while it is down is None."""

    embedded: bool
    running: bool
    url: str
    data_folder: str | None
    fault: str | None
    server: str | None = None
    postgis: str | None = None
    encoding: str | None = None
    revision: str | None = None
    newest_revision: str | None = None
    bytes: int | None = None
    sessions: int | None = None


def database_status(settings: Settings) -> Status:
    """Look at the embedded database, or at the one that the settings name."""
    cluster = Cluster(settings) if settings.database_url is None else None
    url = cluster.url if cluster else str(settings.database_url)
    shown = make_url(url).render_as_string(hide_password=True) if cluster else _hidden(url)
    folder = str(cluster.data) if cluster else None
    try:
        if cluster is not None:
            up = cluster.exists and postmaster_of(cluster.data) is not None
            if not (up and cluster.socket_is_private()):
                return Status(True, False, shown, folder, None)
            engine = open_engine(url, pool_size=1)
        else:
            engine = open_named(url, pool_size=1)
        try:
            with engine.connect() as connection:
                return _look(connection, embedded=cluster is not None, url=shown, folder=folder)
        finally:
            engine.dispose()
    except OperationalError as error:
        return Status(cluster is not None, False, shown, folder, str(error.orig).strip())
    except ServiceFailed as error:
        return Status(cluster is not None, False, shown, folder, error.message.en)


def _hidden(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except Exception:
        return "?"


def _look(connection: Connection, *, embedded: bool, url: str, folder: str | None) -> Status:
    known = revisions()
    row = connection.execute(
        text(
            "SELECT current_setting('server_version'), current_setting('server_encoding'),"
            " pg_database_size(current_database()),"
            " (SELECT count(*) FROM pg_stat_activity"
            "   WHERE datname = current_database() AND pid <> pg_backend_pid())"
        )
    ).one()
    return Status(
        embedded,
        True,
        url,
        folder,
        None,
        server=row[0],
        postgis=postgis_version(connection),
        encoding=row[1],
        revision=revision_of(connection),
        newest_revision=known[-1] if known else None,
        bytes=row[2],
        sessions=row[3],
    )
