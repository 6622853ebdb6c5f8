"""One-time sign-in links, and the browser sessions that a link or a key opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from gridsvc.access.keys import check_role
from gridsvc.access.roles import Identity
from gridsvc.access.secrets import digest, is_key, is_token, new_token, same
from gridsvc.access.tables import access_key, session

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A browser session just opened; `secret` goes into the cookie and is not stored."""

    secret: str
    expires_at: datetime


def add_link(connection: Connection, now: datetime, *, role: str = "administrator") -> str:
    """Make a one-time sign-in link and return its token; it is good once, for `LINK_LIFE` from `now`."""
    check_role(role)
    connection.execute(delete(session).where(session.c.expires_at < now))
    token = new_token()
    connection.execute(
        insert(session).values(
            secret_sha256=digest(token), role=role, state="link", expires_at=now + LINK_LIFE
        )
    )
    return token


def open_by_link(connection: Connection, token: str, now: datetime) -> OpenedSession | None:
    """Use up a one-time link; None when it is unknown, used or expired.

    One UPDATE turns the link into the session, so of two browsers that follow it at once one gets in.
    """
    if not is_token(token):
        return None
    secret = new_token()
    opened = connection.execute(
        update(session)
        .where(
            session.c.secret_sha256 == digest(token),
            session.c.state == "link",
            session.c.expires_at > now,
        )
        .values(secret_sha256=digest(secret), state="open", expires_at=now + SESSION_LIFE)
        .returning(session.c.expires_at)
    ).one_or_none()
    return None if opened is None else OpenedSession(secret, opened.expires_at)


def open_by_key(connection: Connection, key: str, now: datetime) -> OpenedSession | None:
    """Open a session for the holder of `key`; None when the key is unknown or revoked."""
    if not is_key(key):
        return None
    holder = connection.execute(
        select(access_key.c.id, access_key.c.role).where(
            access_key.c.secret_sha256 == digest(key), access_key.c.revoked_at.is_(None)
        )
    ).one_or_none()
    if holder is None:
        return None
    secret = new_token()
    connection.execute(
        insert(session).values(
            secret_sha256=digest(secret),
            access_key_id=holder.id,
            role=holder.role,
            state="open",
            expires_at=now + SESSION_LIFE,
        )
    )
    return OpenedSession(secret, now + SESSION_LIFE)


def close_session(connection: Connection, secret: str) -> None:
    """End a browser session; a no-op when there is none."""
    connection.execute(delete(session).where(session.c.secret_sha256 == digest(secret)))


def verify_session(connection: Connection, secret: str, now: datetime) -> Identity | None:
    """Return who signed in, or None when the session is unknown, over, or its key was revoked since."""
    if not is_token(secret):
        return None
    hashed = digest(secret)
    found = connection.execute(
        select(session.c.secret_sha256, session.c.role, access_key.c.name)
        .select_from(session.outerjoin(access_key))
        .where(
            session.c.secret_sha256 == hashed,
            session.c.state == "open",
            session.c.expires_at > now,
            or_(session.c.access_key_id.is_(None), access_key.c.revoked_at.is_(None)),
        )
    ).one_or_none()
    if found is None or not same(found.secret_sha256, hashed):
        return None
    return Identity(found.name or "console", found.role, "session")
