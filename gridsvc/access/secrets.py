"""Secrets: how keys, links and sessions are made, recognised and stored.

Each is 256 bits from the system's generator, so a plain SHA-256 is enough for storage: there is nothing
to guess that a slow password hash would protect.
"""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256

KEY_PREFIX = "gsk_"
_KEY = re.compile(r"gsk_[A-Za-z0-9_-]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_key() -> str:
    """Return a fresh API key; the prefix lets scanners find one that was published by mistake."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_token() -> str:
    """Return a fresh secret for a link or a session."""
    return secrets.token_urlsafe(32)


def is_key(secret: str) -> bool:
    """Tell whether `secret` has the form of a key, before anything is asked of the database."""
    return _KEY.fullmatch(secret) is not None


def is_token(secret: str) -> bool:
    """Tell whether `secret` has the form of a link's or a session's secret."""
    return _TOKEN.fullmatch(secret) is not None


def digest(secret: str) -> str:
    """Return the SHA-256 under which a secret is stored, in hexadecimal."""
    return sha256(secret.encode()).hexdigest()


def same(stored: str, computed: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(stored, computed)
