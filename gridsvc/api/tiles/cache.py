"""Tiles that were made, kept by version until others need the room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

_OVERHEAD = 300  # bytes that a key and its place in the table take, about


class TileCache:
    """The most recently used tiles, at most `most_bytes` in all. For one event loop: it takes no lock.

    A key names the version of its data, so nothing here is ever wrong; what is out of date is no longer asked
    for, and makes room.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._tiles: OrderedDict[Hashable, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tiles)

    @property
    def size(self) -> int:
        """Return how many bytes are held."""
        return self._bytes

    def get(self, key: Hashable) -> bytes | None:
        """Return a tile, now the most recently used one."""
        found = self._tiles.get(key)
        if found is not None:
            self._tiles.move_to_end(key)
        return found

    def put(self, key: Hashable, tile: bytes) -> None:
        """Keep a tile; one larger than everything is not kept."""
        size = len(tile) + _OVERHEAD
        if key in self._tiles or size > self._most:
            return
        self._tiles[key] = tile
        self._bytes += size
        while self._bytes > self._most:
            _, dropped = self._tiles.popitem(last=False)
            self._bytes -= len(dropped) + _OVERHEAD
