"""What is asked: places, classes and instants as columns. One report is a column of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Instants = NDArray[np.int64]  # microseconds since 1970-01-01T00:00Z

Texts = Sequence[str | None] | str | None

MISSING_INSTANT = np.iinfo(np.int64).min
_FEW = 64
_LONG = 262_144
_NUMBERS = ("accuracy_m", "clause_id", "heading_deg", "house_number")


@dataclass(frozen=True, slots=True)
class Words:
    """A text column by dictionary: `values[codes[i]]` is row i's, None where it has none."""

    codes: NDArray[np.int32]
    values: tuple[str | None, ...]

    @classmethod
    def of(cls, given: Sequence[str | None] | str | None, n: int) -> Words:
        """Encode a sequence of n texts (or None), or one text for all rows; blanks are None."""
        if given is None or isinstance(given, str):
            return cls(np.zeros(n, np.int32), (_clean(given),))
        if n <= _FEW:
            if hasattr(given, "to_pylist"):  # an Arrow column yields scalars of its own
                given = given.to_pylist()
            order: dict[str | None, int] = {}
            codes = [order.setdefault(_clean(word), len(order)) for word in given]
            return cls(np.array(codes, np.int32), tuple(order))
        import pyarrow as pa

        column: Any = given
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if not isinstance(column, pa.Array):
            column = pa.array(column, pa.string(), from_pandas=True)
        encoded = column.cast(pa.string()).dictionary_encode("encode")
        values = tuple(_clean(word) for word in encoded.dictionary.to_pylist())
        return cls(encoded.indices.to_numpy().astype(np.int32), values)

    def __getitem__(self, row: int) -> str | None:
        return self.values[int(self.codes[row])]


def _clean(word: str | None) -> str | None:
    word = word.strip() if word is not None else None
    return word or None


@dataclass(frozen=True, slots=True)
class Queries:
    """n questions; every column has shape (n,), and is read only.

    `lon`, `lat`: degrees in the row's `datum`, NaN for none. `at`: when handling starts, microseconds UTC,
    MISSING_INSTANT for an unreadable one. `clause_id`: the sub-condition chosen by a person, -1 for none.
    `heading_deg`: which way the traffic runs on the carriageway where the thing lies, degrees clockwise from
    north (0 up to 360), NaN for none; `house_number`: the nearest one, -1 for none (both settle who keeps a
    boundary road). `unreadable`: rows whose numbers could not be read. `facts`: by name, what the report says
    of facts of `handling.facts`, as written; None where it says nothing.
    """

    lon: Floats
    lat: Floats
    datum: Words
    scheme: Words
    kind: Words
    class_code: Words
    at: Instants
    accuracy_m: Floats
    accuracy_kind: Words
    component_id: Words
    clause_id: NDArray[np.int64]
    unreadable: NDArray[np.bool_]
    heading_deg: Floats
    house_number: NDArray[np.int64]
    facts: Mapping[str, Words] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lon)

    def class_words(self, rows: slice | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return one number for the scheme, kind and class code of each row."""
        kinds, codes = len(self.kind.values), len(self.class_code.values)
        if kinds == len(self.scheme.values) == 1:
            return self.class_code.codes[rows].astype(np.int64)
        kind = self.kind.codes[rows].astype(np.int64)
        if len(self.scheme.values) > 1:
            kind += self.scheme.codes[rows] * np.int64(kinds)
        kind *= codes
        kind += self.class_code.codes[rows]
        return kind

    @property
    def class_words_size(self) -> int:
        """How many numbers `class_words` can give."""
        return len(self.scheme.values) * len(self.kind.values) * len(self.class_code.values)

    def class_words_of(self, number: int) -> tuple[str | None, str | None, str | None]:
        """Return the scheme, kind and class code that a number of `class_words` stands for."""
        kinds, codes = len(self.kind.values), len(self.class_code.values)
        return (
            self.scheme.values[number // codes // kinds],
            self.kind.values[number // codes % kinds],
            self.class_code.values[number % codes],
        )

    @classmethod
    def of(
        cls,
        *,
        lon: ArrayLike,
        lat: ArrayLike,
        at: datetime | Instants | NDArray[np.datetime64],
        class_code: Sequence[str | None] | str | None = None,
        kind: Sequence[str | None] | str | None = None,
        scheme: Sequence[str | None] | str | None = None,
        datum: Sequence[str | None] | str | None = "wgs84",
        accuracy_m: ArrayLike | None = None,
        accuracy_kind: Sequence[str | None] | str | None = None,
        component_id: Sequence[str | None] | str | None = None,
        clause_id: ArrayLike | None = None,
        unreadable: NDArray[np.bool_] | None = None,
        heading_deg: ArrayLike | None = None,
        house_number: ArrayLike | None = None,
        facts: Mapping[str, Sequence[str | None] | str | None] | None = None,
    ) -> Queries:
        """Gather columns; a single text or instant stands for every row."""
        longitude = np.atleast_1d(np.asarray(lon, np.float64))
        n = len(longitude)
        words = _encoded(
            {
                "datum": datum,
                "scheme": scheme,
                "kind": kind,
                "class_code": class_code,
                "accuracy_kind": accuracy_kind,
                "component_id": component_id,
            },
            n,
        )
        return cls(
            lon=longitude,
            lat=np.atleast_1d(np.asarray(lat, np.float64)),
            datum=words["datum"],
            scheme=words["scheme"],
            kind=words["kind"],
            class_code=words["class_code"],
            at=_instants(at, n),
            accuracy_m=_floats(accuracy_m, n),
            accuracy_kind=words["accuracy_kind"],
            component_id=words["component_id"],
            clause_id=_integers(clause_id, n),
            unreadable=_same(False, n, bool) if unreadable is None else unreadable,
            heading_deg=_floats(heading_deg, n),
            house_number=_integers(house_number, n),
            facts=_encoded(facts, n) if facts else {},
        )

    @classmethod
    def one(cls, *, lon: float | None, lat: float | None, at: datetime, **fields: Any) -> Queries:
        """Ask a single question; a field that is None is not given, None for lon or lat is no place."""
        place = [[np.nan if degree is None else float(degree)] for degree in (lon, lat)]
        given: dict[str, Any] = {
            name: [value] if name in _NUMBERS else value
            for name, value in fields.items()
            if value is not None
        }
        return cls.of(lon=place[0], lat=place[1], at=at, **given)


def is_given(column: NDArray[np.generic]) -> bool:
    """Return whether anybody gave a column: what nobody gave is one value, seen n times."""
    return column.strides != (0,)


def _encoded(given: Mapping[str, Texts], n: int) -> dict[str, Words]:
    """Encode columns of text, long ones side by side: Arrow works outside the interpreter's lock."""
    if n < _LONG:
        return {name: Words.of(words, n) for name, words in given.items()}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(given, pool.map(lambda words: Words.of(words, n), given.values()), strict=True))


def _floats(given: ArrayLike | None, n: int) -> Floats:
    return _same(np.nan, n, np.float64) if given is None else _own(np.asarray(given, np.float64))


def _integers(given: ArrayLike | None, n: int) -> NDArray[np.int64]:
    return _same(-1, n, np.int64) if given is None else _own(np.asarray(given, np.int64))


def _same(value: float, n: int, dtype: type) -> NDArray[Any]:
    column: NDArray[Any] = np.ndarray((n,), dtype, np.array(value, dtype), strides=(0,))
    column.flags.writeable = False
    return column


def _own(column: NDArray[Any]) -> NDArray[Any]:
    column = np.atleast_1d(column)
    return column if is_given(column) else column.copy()


def _instants(at: datetime | Instants | NDArray[np.datetime64], n: int) -> Instants:
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise ValueError("an instant without a zone")
        return np.full(n, round(at.timestamp() * 1_000_000), np.int64)
    if at.dtype.kind == "M":
        instants: Instants = at.astype("datetime64[us]").astype(np.int64)
        return instants  # NaT is MISSING_INSTANT
    return np.asarray(at, np.int64)
