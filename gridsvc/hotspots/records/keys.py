"""Texts as numbers of eight bytes: how classes, channels and cells stand in `report_tally`.

The same as the function `tally_key` of the database. Of 100,000 different texts two have one key with a
probability of 3e-10.
"""

from __future__ import annotations

import hashlib

from gridsvc.geography import Layer
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.recent import Recent, names_content


def tally_key(words: str) -> int:
    """Return the first eight bytes of the MD5 of a text, as a signed number."""
    digest = hashlib.md5(words.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def class_key(counted: CountedClass) -> int:
    """Return the key of a class; a sender's words have no kind, whatever their scheme."""
    return tally_key(f"{'' if counted.kind is None else f'{counted.scheme} {counted.kind}'} {counted.code}")


def cell_keys(layer: Layer) -> str:
    """Return the keys of the cells of an edition in their order, as PostgreSQL writes an array."""
    if not names_content(layer.digest):
        return _cell_keys(layer)
    return _KNOWN.get(layer.key, lambda: _cell_keys(layer))


_KNOWN: Recent[str] = Recent(4)


def _cell_keys(layer: Layer) -> str:
    return "{" + ",".join(str(tally_key(f"{layer.edition_id} {code}")) for code in layer.codes) + "}"
