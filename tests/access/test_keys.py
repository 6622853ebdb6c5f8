from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select, text

from gridsvc.access import (
    LINK_LIFE,
    PERMISSIONS,
    ROLES,
    SESSION_LIFE,
    add_key,
    add_link,
    close_session,
    list_keys,
    open_by_key,
    open_by_link,
    revoke_key,
    verify_key,
    verify_session,
)
from gridsvc.access.tables import access_key
from gridsvc.errors import Conflict, InputRefused, NotFound

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_its_holders(connection: Connection, role: str) -> None:
    key = add_key(connection, "采集终端 1", role)
    identity = verify_key(connection, key)
    assert identity is not None
    assert (identity.name, identity.role, identity.by) == ("采集终端 1", role, "key")
    assert identity.may("resolve")
    assert not identity.may("something nobody listed")


def test_permissions_name_known_roles() -> None:
    assert all(roles <= set(ROLES) for roles in PERMISSIONS.values())
    assert "unit" not in PERMISSIONS["reports:read"]
    assert "leader" not in PERMISSIONS["reports:write"]


def test_keys_are_long_and_all_different(connection: Connection) -> None:
    keys = {add_key(connection, f"key {number}", "planner") for number in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 47 and key.startswith("gsk_") for key in keys)


def test_only_the_digest_is_stored(connection: Connection) -> None:
    key = add_key(connection, "a", "planner")
    rows = connection.execute(text("SELECT k::text FROM access_key k")).scalars().all()
    assert not any(key in row or key[4:] in row for row in rows)


@pytest.mark.parametrize("key", ["", "gsk_", "gsk_" + "A" * 43, "x" * 47, "gsk_" + "A" * 42 + "\n", "é" * 47])
def test_unknown_keys(connection: Connection, key: str) -> None:
    add_key(connection, "a", "planner")
    assert verify_key(connection, key) is None


def test_a_name_is_taken_until_its_key_is_revoked(connection: Connection) -> None:
    first = add_key(connection, "desk", "planner")
    with pytest.raises(Conflict) as caught:
        add_key(connection, "desk", "leader")
    assert caught.value.code == "name_taken"
    revoke_key(connection, "desk")
    second = add_key(connection, "desk", "leader")
    assert verify_key(connection, first) is None
    identity = verify_key(connection, second)
    assert identity is not None
    assert identity.role == "leader"
    assert [(key.name, key.role, key.revoked_at) for key in list_keys(connection)] == [
        ("desk", "leader", None)
    ]


def test_revoking(connection: Connection) -> None:
    key = add_key(connection, "desk", "planner")
    assert revoke_key(connection, "desk").revoked_at is not None
    assert verify_key(connection, key) is None
    for name in ("desk", "nobody"):
        with pytest.raises(NotFound):
            revoke_key(connection, name)


@pytest.mark.parametrize(
    ("name", "role", "code"),
    [
        ("a", "boss", "unknown_role"),
        ("", "planner", "bad_name"),
        (" a", "planner", "bad_name"),
        ("a\nb", "planner", "bad_name"),
        ("x" * 65, "planner", "bad_name"),
    ],
)
def test_what_is_no_key(connection: Connection, name: str, role: str, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        add_key(connection, name, role)
    assert caught.value.code == code
    assert connection.execute(select(access_key)).all() == []


def test_a_link_opens_one_session(connection: Connection) -> None:
    token = add_link(connection, NOW)
    opened = open_by_link(connection, token, NOW + LINK_LIFE - timedelta(seconds=1))
    assert opened is not None
    assert open_by_link(connection, token, NOW) is None
    assert open_by_link(connection, opened.secret, NOW) is None
    identity = verify_session(connection, opened.secret, NOW)
    assert identity is not None
    assert (identity.role, identity.by) == ("administrator", "session")
    assert verify_session(connection, token, NOW) is None
    assert verify_session(connection, opened.secret, opened.expires_at) is None


def test_a_link_ends(connection: Connection) -> None:
    token = add_link(connection, NOW)
    assert open_by_link(connection, token, NOW + LINK_LIFE) is None
    # The next link sweeps away what has ended.
    add_link(connection, NOW + SESSION_LIFE)
    assert connection.execute(text("SELECT count(*) FROM session")).scalar_one() == 1


def test_a_session_ends_with_its_key_and_does_not_revive(connection: Connection) -> None:
    opened = open_by_key(connection, add_key(connection, "desk", "planner"), NOW)
    assert opened is not None
    identity = verify_session(connection, opened.secret, NOW)
    assert identity is not None
    assert (identity.name, identity.role) == ("desk", "planner")
    revoke_key(connection, "desk")
    assert verify_session(connection, opened.secret, NOW) is None
    add_key(connection, "desk", "administrator")
    assert verify_session(connection, opened.secret, NOW) is None


def test_signing_out(connection: Connection) -> None:
    opened = open_by_key(connection, add_key(connection, "desk", "planner"), NOW)
    assert opened is not None
    close_session(connection, opened.secret)
    assert verify_session(connection, opened.secret, NOW) is None
    assert open_by_key(connection, "gsk_" + "A" * 43, NOW) is None
