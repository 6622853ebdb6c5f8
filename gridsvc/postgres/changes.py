"""Change notices: who writes what an atlas is built from says so, who holds an atlas hears it."""

from __future__ import annotations

import logging
import os
import selectors
import threading
import time
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine, text

CHANNEL = "gridsvc_changed"
SUBJECTS = frozenset(
    {
        "areas",
        "classes",
        "units",
        "calendars",
        "specification",
        "refusals",
        "zones",
        "components",
        "places",
        "roads",
        "boundary_roads",
    }
)

# An import announces several subjects one after the other: they are one change.
QUIET_S = 0.2
LONGEST_BURST_S = 2.0
_FIRST_RETRY_S = 0.2
_LONGEST_RETRY_S = 10.0
_PROBE_S = 30.0

_log = logging.getLogger(__name__)


def announce_change(connection: Connection, subject: str) -> None:
    """Tell every listener, when this transaction commits, that `subject` (areas, classes, …) changed."""
    connection.execute(text("SELECT pg_notify(:channel, :subject)"), {"channel": CHANNEL, "subject": subject})


def listen(engine: Engine, on_change: Callable[[frozenset[str]], None]) -> Listener:
    """Call `on_change` with the subjects of each burst of changes, in a thread, until `stop()`.

    It is listening when this returns. When the server goes away it tries again until the server is back, and
    then names every subject: what changed meanwhile was not heard. An error in `on_change` is logged, and
    the listening goes on.
    """
    listener = Listener(engine, on_change)
    listener.start()
    return listener


class Listener:
    """A thread that holds one connection of its own; see `listen`."""

    def __init__(self, engine: Engine, on_change: Callable[[frozenset[str]], None]) -> None:
        self._engine = engine
        self._on_change = on_change
        self._stopping = threading.Event()
        self._listening = threading.Event()
        self._ear, self._mouth = os.pipe()
        self._thread = threading.Thread(target=self._run, name="gridsvc-changes", daemon=True)

    def start(self) -> None:
        """Start the thread and wait, for a while at most, until it hears."""
        self._thread.start()
        self._listening.wait(15)

    def stop(self) -> None:
        """End the thread; a call of `on_change` that is under way is waited for."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        os.write(self._mouth, b".")
        if threading.current_thread() is not self._thread:
            self._thread.join()
            os.close(self._ear)
            os.close(self._mouth)

    def _run(self) -> None:
        heard_before = False
        pause = _FIRST_RETRY_S
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    self._listening.set()
                    pause = _FIRST_RETRY_S
                    if heard_before:
                        self._tell(SUBJECTS)
                    heard_before = True
                    self._hear(connection)
            except (psycopg.Error, OSError) as error:
                if self._stopping.is_set():
                    return
                # A first connection that fails may come too late for a change as well.
                heard_before = True
                _log.warning("change notices interrupted: %s", str(error).strip())
                self._stopping.wait(pause)
                pause = min(pause * 2, _LONGEST_RETRY_S)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the engine does, so that its address, password and options hold here too."""
        arguments, named = self._engine.dialect.create_connect_args(self._engine.url)
        connection: psycopg.Connection[tuple[object, ...]] = psycopg.connect(
            *arguments, **named, autocommit=True, application_name="gridsvc changes", connect_timeout=15
        )
        connection.execute(f"LISTEN {CHANNEL}")
        return connection

    def _hear(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._ear, selectors.EVENT_READ)
            while not self._stopping.is_set():
                if not selector.select(_PROBE_S):
                    # A server that vanished without a word is only found out by asking.
                    connection.execute("SELECT 1")
                subjects = self._drain(connection)
                if not subjects:
                    continue
                ends = time.monotonic() + LONGEST_BURST_S
                while time.monotonic() < ends and not self._stopping.is_set():
                    if not selector.select(QUIET_S):
                        break
                    subjects |= self._drain(connection)
                if not self._stopping.is_set():
                    self._tell(frozenset(subjects))

    def _drain(self, connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
        return {notice.payload for notice in connection.notifies(timeout=0)}

    def _tell(self, subjects: frozenset[str]) -> None:
        try:
            self._on_change(subjects)
        except Exception:
            _log.exception("a change could not be taken up")
