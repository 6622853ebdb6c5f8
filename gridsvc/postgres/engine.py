"""One way to a PostGIS: a SQLAlchemy engine over psycopg 3."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, make_url


def open_engine(url: str, *, pool_size: int = 5) -> Engine:
    """Return an engine for `url`; `postgresql://` and `postgres://` are read as psycopg 3.

    Sessions speak UTC, so that every instant that leaves the database is aware and comparable.
    """
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    arguments = {"options": "-c timezone=UTC -c jit=off", "application_name": "gridsvc"}
    if "connect_timeout" not in parsed.query:
        arguments["connect_timeout"] = "15"  # libpq alone waits for a silent host for minutes
    return create_engine(parsed, pool_size=pool_size, pool_pre_ping=True, connect_args=arguments)
