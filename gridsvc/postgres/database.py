"""The database of this installation: the embedded cluster, or the one that the settings name."""

from __future__ import annotations

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from gridsvc.errors import ServiceFailed, Text, WrongUsage
from gridsvc.postgres.cluster import Cluster
from gridsvc.postgres.engine import open_engine
from gridsvc.postgres.migrating import is_current, migrate
from gridsvc.settings import Settings


def ready_engine(settings: Settings, *, pool_size: int = 5) -> Engine:
    """Return an engine on a running, migrated database, starting the embedded one if it is down.

    When all is well already this costs one connection and one query. Raise ServiceFailed, with what to do,
    when there is no usable database.
    """
    if settings.database_url is None:
        cluster = Cluster(settings)
        engine = open_engine(cluster.url, pool_size=pool_size)
        if not (cluster.exists and cluster.socket_is_private() and _connects(engine)):
            cluster.start()
    else:
        engine = open_named(settings.database_url, pool_size=pool_size)
    try:
        with engine.connect() as connection:
            current = is_current(connection)
        if not current:
            migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _connects(engine: Engine) -> bool:
    try:
        engine.connect().close()
    except OperationalError:
        return False
    return True


def open_named(url: str, *, pool_size: int = 5) -> Engine:
    """Return an engine on the PostGIS at `url`, which must answer."""
    try:
        if make_url(url).drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise ArgumentError(make_url(url).drivername)
        engine = open_engine(url, pool_size=pool_size)
    except (ArgumentError, ValueError) as error:
        # The URL itself is not shown: it may hold a password.
        raise WrongUsage(
            "bad_database_url",
            Text(
                "GRIDSVC_DATABASE_URL 不是有效的地址。", "GRIDSVC_DATABASE_URL is not a URL that can be read."
            ),
            remedy=Text(
                "写法： postgresql://用户:口令@主机:5432/数据库",
                "Write it as  postgresql://USER:PASSWORD@HOST:5432/DATABASE",
            ),
        ) from error
    try:
        engine.connect().close()
    except OperationalError as error:
        shown = engine.url.render_as_string(hide_password=True)
        engine.dispose()
        raise ServiceFailed(
            "database_unreachable",
            Text(
                f"连不上数据库 {shown}：{error.orig}", f"The database {shown} cannot be reached: {error.orig}"
            ),
            remedy=Text(
                "请检查 GRIDSVC_DATABASE_URL、服务器是否在运行、口令和网络；"
                "不设 GRIDSVC_DATABASE_URL 则使用内置数据库。",
                "Check GRIDSVC_DATABASE_URL, that the server runs, the password and the network;"
                " without GRIDSVC_DATABASE_URL the embedded database is used.",
            ),
        ) from error
    return engine
