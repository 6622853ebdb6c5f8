"""Places as JSON: a plan keeps its candidates, so that it can be made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

import numpy as np
import orjson
from pydantic import TypeAdapter

from gridsvc.errors import Text
from gridsvc.patrol.plan import Expected, Mode, StopKind
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_values import StreetPieces


@dataclass(frozen=True, slots=True)
class _PlaceRow:
    """One place, for JSON."""

    key: str
    kind: StopKind
    name: Text
    lon: float
    lat: float
    cell: str | None
    expected: float
    value: float
    opens: float
    closes: float
    windowed: bool
    dwell: float
    uncertainty: float
    required: bool
    classes: tuple[Expected, ...]
    because: tuple[Text, ...]
    bands: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class _PiecesKept:
    """Pieces of street, columns as in `StreetPieces`."""

    link: tuple[int, ...]
    from_m: tuple[float, ...]
    to_m: tuple[float, ...]
    value: tuple[float, ...]
    expected: tuple[float, ...]
    gains: dict[Mode, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _PlacesKept:
    rows: tuple[_PlaceRow, ...]
    versions: dict[str, str]
    remarks: tuple[Text, ...]
    pieces: _PiecesKept | None = None


@cache
def _adapter() -> TypeAdapter[_PlacesKept]:
    return TypeAdapter(_PlacesKept)


def places_json(places: Places, pieces: StreetPieces | None = None) -> str:
    """Return places, and the pieces of street that the last of them are, as JSON."""
    columns = [getattr(places, field.name) for field in fields(_PlaceRow)]
    columns[-1] = [None] * len(places) if places.bands is None else list(map(tuple, places.bands.tolist()))
    plain = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns]
    rows = tuple(_PlaceRow(*values) for values in zip(*plain, strict=True))
    return orjson.dumps(
        _adapter().dump_python(
            _PlacesKept(rows, dict(places.versions), tuple(places.remarks), _kept(pieces)), mode="json"
        )
    ).decode()


def places_of(document: Mapping[str, Any]) -> Places:
    """Return places from their JSON."""
    kept: _PlacesKept = _adapter().validate_python(document)
    rows = kept.rows

    def words(name: str) -> Any:
        held = np.empty(len(rows), object)
        held[:] = [getattr(row, name) for row in rows]
        return held

    def numbers(name: str, kind: Any = np.float64) -> Any:
        return np.array([getattr(row, name) for row in rows], kind)

    return Places(
        key=words("key"),
        kind=words("kind"),
        name=[row.name for row in rows],
        lon=numbers("lon"),
        lat=numbers("lat"),
        cell=words("cell"),
        expected=numbers("expected"),
        value=numbers("value"),
        opens=numbers("opens"),
        closes=numbers("closes"),
        windowed=numbers("windowed", np.bool_),
        dwell=numbers("dwell"),
        uncertainty=numbers("uncertainty"),
        required=numbers("required", np.bool_),
        classes=[row.classes for row in rows],
        because=[row.because for row in rows],
        versions=kept.versions,
        remarks=kept.remarks,
        bands=(
            np.array([row.bands for row in rows], np.float64)
            if rows and all(row.bands is not None for row in rows)
            else None
        ),
    )


_PIECE_COLUMNS = ("link", "from_m", "to_m", "value", "expected")


def _kept(pieces: StreetPieces | None) -> _PiecesKept | None:
    if pieces is None:
        return None
    columns = {name: tuple(getattr(pieces, name).tolist()) for name in _PIECE_COLUMNS}
    return _PiecesKept(**columns, gains={mode: tuple(gain.tolist()) for mode, gain in pieces.gains.items()})


def pieces_of(document: Mapping[str, Any]) -> StreetPieces | None:
    """Return the pieces of street from their JSON, None where there are none; their cells are not kept."""
    kept: _PiecesKept | None = _adapter().validate_python(document).pieces
    if kept is None:
        return None
    nothing = np.zeros(0, np.int64)
    return StreetPieces(
        link=np.array(kept.link, np.int64),
        from_m=np.array(kept.from_m),
        to_m=np.array(kept.to_m),
        value=np.array(kept.value),
        expected=np.array(kept.expected),
        share=(nothing, nothing, np.zeros(0)),
        round_m=np.zeros(0),
        gains={mode: np.array(gain) for mode, gain in kept.gains.items()},
    )
