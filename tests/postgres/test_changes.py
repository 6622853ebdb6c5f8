"""Change notices reach whoever holds an atlas, also over a restart of the server."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from gridsvc.postgres import SUBJECTS, Cluster, announce_change, listen, open_engine, ready_engine
from gridsvc.settings import get_settings


class Ear:
    """Collects what a listener says."""

    def __init__(self) -> None:
        self.heard: queue.Queue[frozenset[str]] = queue.Queue()

    def __call__(self, subjects: frozenset[str]) -> None:
        self.heard.put(subjects)

    def next(self) -> frozenset[str]:
        return self.heard.get(timeout=60)


def test_a_burst_is_one_change(database_url: str) -> None:
    engine = open_engine(database_url)
    ear = Ear()
    listener = listen(engine, ear)
    try:
        with engine.begin() as connection:
            announce_change(connection, "areas")
            announce_change(connection, "classes")
            announce_change(connection, "areas")
        assert ear.next() == {"areas", "classes"}
        with engine.begin() as connection:
            announce_change(connection, "units")
        assert ear.next() == {"units"}
        assert ear.heard.empty()
    finally:
        listener.stop()
        engine.dispose()


def test_what_is_rolled_back_is_not_told(database_url: str) -> None:
    engine = open_engine(database_url)
    ear = Ear()
    listener = listen(engine, ear)
    try:
        with engine.connect() as connection, connection.begin() as work:
            announce_change(connection, "areas")
            work.rollback()
        with engine.begin() as connection:
            announce_change(connection, "specification")
        assert ear.next() == {"specification"}
    finally:
        listener.stop()
        engine.dispose()


def test_an_error_of_the_hearer_does_not_end_the_listening(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_engine(database_url)
    ear = Ear()

    def stumble(subjects: frozenset[str]) -> None:
        ear(subjects)
        raise RuntimeError("no atlas today")

    listener = listen(engine, stumble)
    try:
        for subject in ("areas", "units"):
            with engine.begin() as connection:
                announce_change(connection, subject)
            assert ear.next() == {subject}
        _until(lambda: caplog.text.count("no atlas today") >= 2)
    finally:
        listener.stop()
        engine.dispose()


def test_a_lost_connection_is_made_again_and_everything_counts_as_changed(database_url: str) -> None:
    engine = open_engine(database_url)
    ear = Ear()
    listener = listen(engine, ear)
    try:
        with engine.connect() as connection:
            ended = connection.scalar(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'gridsvc changes'"
                )
            )
        assert ended == 1
        assert ear.next() == SUBJECTS
        with engine.begin() as connection:
            announce_change(connection, "areas")
        assert ear.next() == {"areas"}
    finally:
        listener.stop()
        engine.dispose()


def test_it_hears_again_after_the_server_was_away(home: Path) -> None:
    cluster = Cluster(get_settings())
    assert cluster.home == home
    engine = ready_engine(get_settings())
    ear = Ear()
    listener = listen(engine, ear)
    try:
        cluster.stop()
        cluster.start()
        assert ear.next() == SUBJECTS
        with engine.begin() as connection:
            announce_change(connection, "classes")
        assert ear.next() == {"classes"}
    finally:
        listener.stop()
        engine.dispose()


def test_stopping_ends_the_thread_also_while_the_server_is_away() -> None:
    engine = open_engine("postgresql://nobody@/nowhere?host=/nonexistent")
    listener = listen_without_waiting(engine)
    listener.stop()
    listener.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "gridsvc-changes"]


def listen_without_waiting(engine: object) -> object:
    from gridsvc.postgres.changes import Listener

    listener = Listener(engine, Ear())  # type: ignore[arg-type]
    listener._listening.set()
    listener.start()
    return listener


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
