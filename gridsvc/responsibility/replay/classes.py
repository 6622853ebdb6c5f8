"""Cases of another scheme: the class that a specification knows in place of theirs, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.catalog import Link, crosswalk
from gridsvc.responsibility.queries import Queries, Words

Mask = NDArray[np.bool_]
Key = tuple[str, str, str]
"""Scheme, kind and code of a class."""


@dataclass(frozen=True, slots=True)
class Translation:
    """What a specification of `schemes` calls classes of other schemes.

    `links`: by scheme, kind and code of the other class, the likeliest class here. `used` counts the cases
    that were translated, by pair of schemes.
    """

    schemes: frozenset[str]
    links: Mapping[Key, Key]
    used: Counter[tuple[str, str]]

    @classmethod
    def none(cls, schemes: frozenset[str]) -> Translation:
        """Return a translation that knows no other scheme."""
        return cls(schemes, {}, Counter())

    def of(self, queries: Queries) -> tuple[Queries, dict[str, Mask]]:
        """Return the queries as this specification would be asked, and the rows that it cannot be asked.

        Those are masks of shape (n,), by the scheme of their class. A clause that a person chose is left out:
        it is one of another edition.
        """
        asked = replace(queries, clause_id=np.full(len(queries), -1, np.int64))
        if {scheme for scheme in queries.scheme.values if scheme is not None} <= self.schemes:
            return asked, {}
        numbers = queries.class_words(slice(None))
        present, which = np.unique(numbers, return_inverse=True)
        which = which.ravel()
        words = [queries.class_words_of(number) for number in present.tolist()]
        counts = np.bincount(which, minlength=len(present)).tolist()
        unknown: dict[str, Mask] = {}
        for k, (scheme, kind, code) in enumerate(words):
            if scheme is None or scheme in self.schemes:
                continue
            here = self.links.get((scheme, kind, code)) if kind is not None and code is not None else None
            if here is None:
                mask = unknown.setdefault(scheme, np.zeros(len(queries), bool))
                mask |= which == k
            else:
                words[k] = here
                self.used[scheme, here[0]] += counts[k]
        scheme_words, kind_words, code_words = (
            Words(which.astype(np.int32), tuple(column)) for column in zip(*words, strict=True)
        )
        return replace(asked, scheme=scheme_words, kind=kind_words, class_code=code_words), unknown


def load_translation(connection: Connection, schemes: frozenset[str], others: frozenset[str]) -> Translation:
    """Return what the crosswalks that are loaded say of classes of `others` in `schemes`."""
    links: dict[Key, Key] = {}
    for other in sorted(others - schemes):
        for scheme in sorted(schemes):
            for (kind, code), found in crosswalk(connection, other, scheme).items():
                here = next((_key(link) for link in found if link.to_code is not None), None)
                if here is not None:
                    links.setdefault((other, kind, code), here)
    return Translation(schemes, links, Counter())


def _key(link: Link) -> Key:
    assert link.to_code is not None
    return link.to_scheme, link.kind, link.to_code
