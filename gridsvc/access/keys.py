"""API keys: add, list, revoke, verify."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gridsvc.access.roles import ROLES, Identity
from gridsvc.access.secrets import digest, is_key, new_key, same
from gridsvc.access.tables import access_key, session
from gridsvc.errors import Conflict, InputRefused, NotFound, Place, Text
from gridsvc.postgres import announce_change

_NAME = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?")


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is listed; the secret itself is known to its holder alone."""

    name: str
    role: str
    created_at: datetime
    revoked_at: datetime | None


def check_role(role: str) -> None:
    """Refuse a role that the service does not know."""
    if role not in ROLES:
        raise InputRefused(
            "unknown_role",
            Text(f"没有“{role}”这个角色。", f"There is no role {role!r}."),
            remedy=Text("可用角色：" + "、".join(ROLES), "Roles: " + ", ".join(ROLES)),
            place=Place(column="role", value=role),
        )


def add_key(connection: Connection, name: str, role: str) -> str:
    """Make a key for `name` and return it: the only time that it can be read.

    A name that was revoked may be used again; the old key stays dead.

    Raises:
        InputRefused: `unknown_role` or `bad_name`.
        Conflict: `name_taken`, when a live key has the name.
    """
    check_role(role)
    if not _NAME.fullmatch(name):
        raise InputRefused(
            "bad_name",
            Text(
                "名称应为 1 至 64 个字符，首尾不能是空格，也不能含控制字符。",
                "A name has 1 to 64 characters, no space at either end and no control characters.",
            ),
            place=Place(column="name", value=name),
        )
    key = new_key()
    statement = upsert(access_key).values(name=name, role=role, secret_sha256=digest(key))
    added = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[access_key.c.name],
            set_={
                "role": statement.excluded.role,
                "secret_sha256": statement.excluded.secret_sha256,
                "created_at": func.now(),
                "revoked_at": None,
            },
            where=access_key.c.revoked_at.is_not(None),
        ).returning(access_key.c.id)
    ).one_or_none()
    if added is None:
        raise Conflict(
            "name_taken",
            Text(f"名为“{name}”的密钥已存在。", f"A key named {name!r} exists already."),
            remedy=Text("换一个名称，或先吊销旧密钥。", "Choose another name, or revoke the old key first."),
            place=Place(column="name", value=name),
        )
    announce_change(connection, "access")
    return key


def list_keys(connection: Connection) -> list[Key]:
    """Return all keys, live and revoked, by name."""
    columns = (access_key.c.name, access_key.c.role, access_key.c.created_at, access_key.c.revoked_at)
    return [Key(*row) for row in connection.execute(select(*columns).order_by(access_key.c.name))]


def revoke_key(connection: Connection, name: str) -> Key:
    """Revoke the key called `name`, and every browser session that it opened.

    Raises:
        NotFound: `unknown_key`, when no live key has the name.
    """
    revoked = connection.execute(
        update(access_key)
        .where(access_key.c.name == name, access_key.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(
            access_key.c.id,
            access_key.c.name,
            access_key.c.role,
            access_key.c.created_at,
            access_key.c.revoked_at,
        )
    ).one_or_none()
    if revoked is None:
        raise NotFound(
            "unknown_key",
            Text(f"没有名为“{name}”的有效密钥。", f"There is no live key named {name!r}."),
            remedy=Text("用 gridsvc token list 查看。", "See `gridsvc token list`."),
            place=Place(column="name", value=name),
        )
    # The name, and with it the row, may be given a new key: no session of the old one may revive then.
    connection.execute(delete(session).where(session.c.access_key_id == revoked.id))
    announce_change(connection, "access")
    return Key(*revoked[1:])


def verify_key(connection: Connection, key: str) -> Identity | None:
    """Return who holds `key`, or None when it is unknown or revoked."""
    if not is_key(key):
        return None
    hashed = digest(key)
    found = connection.execute(
        select(access_key.c.name, access_key.c.role, access_key.c.secret_sha256).where(
            access_key.c.secret_sha256 == hashed, access_key.c.revoked_at.is_(None)
        )
    ).one_or_none()
    if found is None or not same(found.secret_sha256, hashed):
        return None
    return Identity(found.name, found.role, "key")
