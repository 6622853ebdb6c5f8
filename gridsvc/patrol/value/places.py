"""Places that may be visited, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.patrol.plan import Expected, StopKind

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Candidates of one shift, shape (n,) each; `lon`, `lat` in degrees of WGS 84.

    `key`: names the place from day to day (`cell:610103001001001`, `report:17`, `component:…`, `given:id:3`).
    `kind`: StopKind. `cell`: code or None. `expected`: problems that a visit of 12 minutes in the shift is
    expected to meet, of a street those that its walk is. `value`: `expected` x severity x freshness, what is
    maximised; a must-visit may have 0.
    `opens`, `closes`: minutes after the shift's begin between which the visit should begin; 0 and the length
    of the shift where any time is as good. `windowed`: whether that window was learned or given.
    `dwell`: minutes. `uncertainty`: width of the forecast's 80 % interval, in problems. `required`: must be
    visited. `classes[i]`: what may be met, most first. `because[i]`: why it is a candidate, in sentences.
    `bands`, shape (n, hours of the shift, the last one may be short): `value` of a visit in each hour of the
    shift, whatever the window; None where it was not worked out.
    """

    key: Texts
    kind: NDArray[np.object_]
    name: list[Text]
    lon: Floats
    lat: Floats
    cell: Texts
    expected: Floats
    value: Floats
    opens: Floats
    closes: Floats
    windowed: NDArray[np.bool_]
    dwell: Floats
    uncertainty: Floats
    required: NDArray[np.bool_]
    classes: list[tuple[Expected, ...]]
    because: list[tuple[Text, ...]]
    versions: dict[str, str] = field(default_factory=dict)
    remarks: tuple[Text, ...] = ()
    bands: Floats | None = None

    def __len__(self) -> int:
        return len(self.key)

    def kinds(self, kind: StopKind) -> NDArray[Any]:
        """Return which places are of `kind`, shape (n,)."""
        return np.asarray(self.kind == kind)

    def joined(self, other: Places) -> Places:
        """Return these places and then the others; versions and remarks of both."""
        arrays = {name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in _ARRAYS}
        hours = max(0 if each.bands is None else each.bands.shape[1] for each in (self, other))
        bands = [np.zeros((len(each), hours)) if each.bands is None else each.bands for each in (self, other)]
        return Places(
            **arrays,
            name=[*self.name, *other.name],
            classes=[*self.classes, *other.classes],
            because=[*self.because, *other.because],
            versions=self.versions | other.versions,
            remarks=tuple(dict.fromkeys((*self.remarks, *other.remarks))),
            bands=np.concatenate(bands) if hours else None,
        )

    def only(self, rows: NDArray[Any]) -> Places:
        """Return the places that a mask or indexes name."""
        chosen = np.arange(len(self))[rows]
        return Places(
            **{name: getattr(self, name)[chosen] for name in _ARRAYS},
            name=[self.name[row] for row in chosen.tolist()],
            classes=[self.classes[row] for row in chosen.tolist()],
            because=[self.because[row] for row in chosen.tolist()],
            versions=self.versions,
            remarks=self.remarks,
            bands=None if self.bands is None else self.bands[chosen],
        )


_ARRAYS = (
    "key", "kind", "lon", "lat", "cell", "expected", "value", "opens", "closes", "windowed", "dwell",
    "uncertainty", "required",
)  # fmt: skip
