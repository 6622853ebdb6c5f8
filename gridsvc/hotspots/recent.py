"""What was built of something that never changes, kept for the next who asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_Built = TypeVar("_Built")
_DIGEST = 64


def names_content(digest: str) -> bool:
    """Return whether a digest is one (SHA-256, in hexadecimal), and not a word put there by hand."""
    return len(digest) == _DIGEST


class Recent(Generic[_Built]):
    """The `most` things asked for last, by what they were built of; for threads too."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, _Built] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, build: Callable[[], _Built]) -> _Built:
        """Return what is held under `key`, or build and hold it.

        Two threads that miss at once both build: that is rare, and no thread waits for another's editions.
        """
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        built = build()
        with self._lock:
            self._held[key] = built
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return built
