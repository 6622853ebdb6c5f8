"""Bring a database to the newest schema."""

from __future__ import annotations

import re
from functools import lru_cache

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from gridsvc.errors import ServiceFailed, Text
from gridsvc.settings import shipped

# Any constant will do, as long as it never changes: two commands that migrate at once take turns on it.
_TURN = 7_610_103
_OLDEST_POSTGIS = 3


@lru_cache(maxsize=1)
def revisions() -> tuple[str, ...]:
    """Return the schema's revisions, oldest first, read from the files: Alembic takes a second to import."""
    after: dict[str | None, str] = {}
    for path in (shipped("migrations") / "versions").glob("*.py"):
        source = path.read_text()
        this = re.search(r"^revision\b.*?= ['\"](\w+)['\"]", source, re.MULTILINE)
        before = re.search(r"^down_revision\b.*?= (?:['\"](\w+)['\"]|None)", source, re.MULTILINE)
        if this and before:
            after[before[1]] = this[1]
    chain: list[str] = []
    while (following := after.get(chain[-1] if chain else None)) is not None:
        chain.append(following)
    return tuple(chain)


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database's schema; None for a database that has none."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def is_current(connection: Connection) -> bool:
    """Tell whether the schema is the newest. Raise ServiceFailed when it is newer than this program."""
    revision = revision_of(connection)
    known = revisions()
    if revision is not None and revision not in known:
        raise ServiceFailed(
            "schema_newer",
            Text(
                f"数据库的结构版本是 {revision}，比本程序（{known[-1]}）新。",
                f"The database's schema is at {revision}, newer than this program's {known[-1]}.",
            ),
            remedy=Text(
                "请升级 gridsvc，或用与备份同版本的程序。",
                "Upgrade gridsvc, or use the version that wrote it.",
            ),
        )
    return revision == known[-1]


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade (or, for an older `revision`, downgrade) the schema; a no-op when it is there already.

    Raise ServiceFailed when the database has no PostGIS and may not have it, or the account has no right.
    """
    # Imported here: a second that only a migration need cost.
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic expands % in what it is given.
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": _TURN})
        connection.commit()
        try:
            config.attributes["connection"] = connection
            if revision == "head":
                if not is_current(connection):
                    _ensure_postgis(connection)
                    connection.commit()
                    command.upgrade(config, revision)
            else:
                command.downgrade(config, revision)
            connection.commit()
        except ProgrammingError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) != "42501":
                raise
            raise _no_right(engine, error) from error
        finally:
            # A failed statement's transaction takes no more orders.
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:turn)"), {"turn": _TURN})
            connection.commit()


def _no_right(engine: Engine, error: DBAPIError) -> ServiceFailed:
    user, database = engine.url.username, engine.url.database
    command = f"ALTER DATABASE {database} OWNER TO {user}"
    return ServiceFailed(
        "no_right_to_migrate",
        Text(
            f"帐号 {user} 无权在数据库 {database} 中建表：{error.orig}",
            f"The account {user} may not make tables in {database}: {error.orig}",
        ),
        remedy=Text(f"请让它成为数据库的所有者： {command}", f"Make it the database's owner:  {command}"),
    )


def _ensure_postgis(connection: Connection) -> None:
    """See to it that the database has PostGIS 3 or newer and speaks UTF-8."""
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise ServiceFailed(
            "wrong_encoding",
            Text(
                f"数据库的编码是 {encoding}，不是 UTF8。", f"The database's encoding is {encoding}, not UTF8."
            ),
            remedy=Text(
                "请新建数据库： CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
                "Make a new one:  CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
            ),
        )
    version = postgis_version(connection)
    if version is None:
        try:
            connection.execute(text("CREATE EXTENSION postgis"))
        except DBAPIError as error:
            connection.rollback()
            database = connection.engine.url.database
            raise ServiceFailed(
                "no_postgis",
                Text(
                    f"数据库 {database} 没有 PostGIS，也装不上：{error.orig}",
                    f"The database {database} has no PostGIS, and it cannot be created: {error.orig}",
                ),
                remedy=Text(
                    "请在数据库服务器上安装 PostGIS 3，然后以超级用户在该库中执行： CREATE EXTENSION postgis",
                    "Install PostGIS 3 on the database server, then as a superuser in that database run:"
                    "  CREATE EXTENSION postgis",
                ),
            ) from error
    elif int(version.split(".")[0]) < _OLDEST_POSTGIS:
        raise ServiceFailed(
            "old_postgis",
            Text(f"PostGIS {version} 太旧。", f"PostGIS {version} is too old."),
            remedy=Text("请升级到 PostGIS 3。", "Upgrade it to PostGIS 3."),
        )


def postgis_version(connection: Connection) -> str | None:
    """Return the version of PostGIS in the database; None when it has none."""
    version: str | None = connection.scalar(
        text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
    )
    return version
