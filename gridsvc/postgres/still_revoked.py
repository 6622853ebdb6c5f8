"""A backup is older than what it replaces: keys revoked and sessions ended since then stay so."""

from __future__ import annotations

from sqlalchemy import Connection, text

# The rooms above own these two tables; here they are only read and written as a restore finds them.
_KEYS = "public.access_key"


def carry_over(replaced: Connection, restored: Connection) -> int:
    """Revoke in `restored` every key that is revoked in `replaced`; returns how many it newly revoked.

    A revoked key's name may have been given to a new secret since. Its row, known by id and name, then holds
    a secret made later than the backup's, so the backup's was revoked too.
    """
    if not (_has(replaced, _KEYS) and _has(restored, _KEYS)):
        return 0
    rows = replaced.execute(
        text("SELECT id, name, secret_sha256, created_at, revoked_at FROM access_key")
    ).all()
    if not rows:
        return 0
    ids, names, secrets, created, revoked = (list(column) for column in zip(*rows, strict=True))
    changed = restored.execute(
        text(
            "UPDATE access_key AS k SET revoked_at = coalesce(seen.revoked_at, seen.created_at)"
            " FROM unnest(CAST(:ids AS int[]), CAST(:names AS text[]), CAST(:secrets AS text[]),"
            "  CAST(:created AS timestamptz[]), CAST(:revoked AS timestamptz[]))"
            "  AS seen (id, name, secret_sha256, created_at, revoked_at)"
            " WHERE k.revoked_at IS NULL AND ("
            "  (k.secret_sha256 = seen.secret_sha256 AND seen.revoked_at IS NOT NULL)"
            "  OR (k.id = seen.id AND k.name = seen.name AND k.secret_sha256 <> seen.secret_sha256"
            "   AND k.created_at < seen.created_at))"
        ),
        {"ids": ids, "names": names, "secrets": secrets, "created": created, "revoked": revoked},
    ).rowcount
    restored.execute(
        text(
            "DELETE FROM session USING access_key k"
            " WHERE k.id = session.access_key_id AND k.revoked_at IS NOT NULL"
        )
    )
    return changed


def end_sessions(replaced: Connection, restored: Connection) -> None:
    """Delete from `restored` the links already used and the sessions already ended in `replaced`."""
    known: list[tuple[str, str]] = []
    if _has(replaced, "public.session"):
        rows = replaced.execute(text("SELECT secret_sha256, state FROM session")).all()
        known = [(secret, state) for secret, state in rows]
    restored.execute(
        text(
            "DELETE FROM session WHERE NOT EXISTS ("
            " SELECT FROM unnest(CAST(:secrets AS text[]), CAST(:states AS text[])) AS seen (secret, state)"
            " WHERE seen.secret = session.secret_sha256 AND seen.state = session.state)"
        ),
        {"secrets": [secret for secret, _ in known], "states": [state for _, state in known]},
    )


def _has(connection: Connection, table: str) -> bool:
    return connection.scalar(text("SELECT to_regclass(:table)"), {"table": table}) is not None
