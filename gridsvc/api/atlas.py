"""The atlas that this worker answers from, and its change when the data changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from gridsvc.errors import ServiceFailed, Text
from gridsvc.gazetteer import Gazetteer, load_gazetteer, names_until
from gridsvc.postgres import Listener, listen
from gridsvc.responsibility import Atlas, load_atlas
from gridsvc.settings import Settings

logger = logging.getLogger(__name__)

_ACCESS = frozenset({"access"})
_FIRST_RETRY_S = 1.0
_LONGEST_RETRY_S = 60.0
_LONGEST_WAIT_S = 60.0
"""So often the clock is looked at while an edition waits for its day: clocks are set, machines sleep."""


@dataclass(frozen=True, slots=True)
class AtlasHealth:
    """What `/health/ready` says of the atlas."""

    version: str | None
    loaded_at: datetime | None
    stale: bool
    """The last reload failed: answers come from the last good atlas."""


class AtlasHolder:
    """Holds the current atlas; a request takes a reference once, so a swap never splits a batch."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        clock: Callable[[], datetime],
        access_changed: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._access_changed = access_changed
        self._atlas: Atlas | None = None
        self._gazetteer: Gazetteer | None = None
        self._loaded_at: datetime | None = None
        self._stale = False
        self._listener: Listener | None = None
        self._reloading = threading.Lock()
        self._names_until: datetime | None = None
        self._again: threading.Timer | None = None
        self._pause = _FIRST_RETRY_S
        self._stopped = False
        self._changes = 0

    @property
    def current(self) -> Atlas:
        """Return the atlas.

        Raises:
            ServiceFailed: `atlas_missing`, when none could be loaded yet.
        """
        if self._atlas is None:
            raise ServiceFailed(
                "atlas_missing",
                Text("网格与规范数据尚未载入，请稍后重试。", "The atlas is not loaded yet; try again."),
            )
        if self._atlas.is_overgrown and not self._reloading.locked():
            # Beside the requests: they go on with the old one until the fresh one is there.
            threading.Thread(target=self.reload, name="renew-atlas", daemon=True).start()
        return self._atlas

    @property
    def gazetteer(self) -> Gazetteer:
        """Return the gazetteer; it is loaded after the atlas, and changes with it.

        Raises:
            ServiceFailed: `gazetteer_missing`, when none could be loaded yet.
        """
        if self._gazetteer is None:
            raise ServiceFailed(
                "gazetteer_missing",
                Text("地名数据尚未载入，请稍后重试。", "The gazetteer is not loaded yet; try again."),
            )
        return self._gazetteer

    @property
    def gazetteer_if_loaded(self) -> Gazetteer | None:
        """Return the gazetteer, None when none could be loaded yet."""
        return self._gazetteer

    @property
    def health(self) -> AtlasHealth:
        """Return what is known of the atlas."""
        version = self._atlas.version if self._atlas else None
        return AtlasHealth(version, self._loaded_at, self._stale)

    @property
    def changes(self) -> int:
        """Return how often a change of the data was heard of; what was read before may be out of date."""
        return self._changes

    def start(self) -> None:
        """Listen for changes, then load: in this order no change falls between the two."""
        self._listener = listen(self._engine, self._heard)
        self.reload()

    def stop(self) -> None:
        """End the listening, the trying again and the waiting for an edition's day."""
        if self._listener is not None:
            self._listener.stop()
        with self._reloading:
            self._stopped = True
            self._cancel()

    def reload(self) -> None:
        """Put a fresh atlas in place; when that fails, keep the last good one, say so, and try again later.

        Notices and retries come from threads of their own; they take turns.
        """
        with self._reloading:
            if self._stopped:
                return
            self._cancel()
            self._load()
            if self._stale:
                # The notice will not come again: without this a moment's failure would last for ever.
                self._after(self._pause, self.reload)
                self._pause = min(2 * self._pause, _LONGEST_RETRY_S)
            else:
                self._pause = _FIRST_RETRY_S
                self._wait()

    def _look(self) -> None:
        """Reload when the day of an edition has come: its names count from then on, and no notice tells."""
        if self._names_until is not None and self._clock() >= self._names_until:
            self.reload()
            return
        with self._reloading:
            if not self._stopped:
                self._wait()

    def _wait(self) -> None:
        if self._names_until is not None:
            left = (self._names_until - self._clock()).total_seconds()
            self._after(min(max(left, 0.0), _LONGEST_WAIT_S), self._look)

    def _after(self, seconds: float, work: Callable[[], None]) -> None:
        self._cancel()
        self._again = threading.Timer(seconds, work)
        self._again.daemon = True
        self._again.start()

    def _cancel(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _load(self) -> None:
        # One after the other: a gazetteer that cannot be made does not keep a good atlas from answering.
        loaded = [self._load_atlas(), self._load_gazetteer()]
        self._stale = not all(loaded)
        if not self._stale:
            self._loaded_at = self._clock()

    def _load_atlas(self) -> bool:
        try:
            with self._picture() as connection:
                atlas = load_atlas(connection, self._settings, self._atlas)
        except Exception:  # whatever it is, the service goes on with what it has
            logger.exception("the atlas could not be loaded")
            return False
        if self._atlas is None or atlas.version != self._atlas.version or self._atlas.is_overgrown:
            logger.info("answering from %s", atlas.version)
            self._atlas = atlas
        return True

    def _load_gazetteer(self) -> bool:
        try:
            with self._picture() as connection:
                now = self._clock()
                found = load_gazetteer(connection, self._settings, now, self._gazetteer)
                self._names_until = names_until(connection, now)
        except Exception:  # as above
            logger.exception("the gazetteer could not be loaded")
            return False
        if found is not self._gazetteer:
            logger.info("finding places in %s", found.version)
            self._gazetteer = found
        return True

    @contextmanager
    def _picture(self) -> Iterator[Connection]:
        """Give one picture of all tables, whatever commits meanwhile."""
        with self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ")

    def _heard(self, subjects: frozenset[str]) -> None:
        # Also when only areas changed: after a lost connection everything may have.
        self._access_changed()
        if subjects - _ACCESS:
            self._changes += 1
            self.reload()
