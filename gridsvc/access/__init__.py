"""Who may do what: keys, roles, one-time sign-in links and browser sessions."""

from gridsvc.access.keys import Key, add_key, list_keys, revoke_key, verify_key
from gridsvc.access.roles import PERMISSIONS, ROLES, Identity
from gridsvc.access.secrets import digest, is_key, is_token
from gridsvc.access.sessions import (
    LINK_LIFE,
    SESSION_LIFE,
    OpenedSession,
    add_link,
    close_session,
    open_by_key,
    open_by_link,
    verify_session,
)

__all__ = [
    "LINK_LIFE",
    "PERMISSIONS",
    "ROLES",
    "SESSION_LIFE",
    "Identity",
    "Key",
    "OpenedSession",
    "add_key",
    "add_link",
    "close_session",
    "digest",
    "is_key",
    "is_token",
    "list_keys",
    "open_by_key",
    "open_by_link",
    "revoke_key",
    "verify_key",
    "verify_session",
]
