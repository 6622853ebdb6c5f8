"""One finding of a check, and the ledger that collects them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.checking.kinds import KINDS, SEVERITIES, Severity
from gridsvc.geography.projection import to_degrees


@dataclass(frozen=True, slots=True, eq=False)
class CheckFinding:
    """One thing found. `kind` is one of `KINDS`; `codes` are the areas that it is about, the chief one first.

    `rows` are their features in the file (from 1). `m2` and `width_m`, `length_m` measure it where it has
    a size, in the projected system of the check; `share` is the part (0 to 1) of the first area that is
    concerned. `shape` is what to look at: lon, lat of WGS 84, None where nothing is to be seen.
    """

    kind: str
    severity: Severity
    codes: tuple[str, ...]
    message: Text
    rows: tuple[int, ...] = ()
    m2: float | None = None
    length_m: float | None = None
    width_m: float | None = None
    share: float | None = None
    shape: Any = None

    @property
    def remedy(self) -> Text:
        """What to do."""
        return KINDS[self.kind].remedy

    @property
    def title(self) -> Text:
        """The name of the kind."""
        return KINDS[self.kind].title

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; `at` is a place inside the shape as [lon, lat]."""
        at = None if self.shape is None else self.shape.point_on_surface()
        return {
            "kind": self.kind,
            "severity": self.severity,
            "codes": list(self.codes),
            "rows": list(self.rows),
            "m2": _rounded(self.m2, 6),
            "length_m": _rounded(self.length_m, 4),
            "width_m": _rounded(self.width_m, 4),
            "share": _rounded(self.share, 6),
            "at": None if at is None or at.is_empty else [round(at.x, 7), round(at.y, 7)],
            "message": self.message.zh,
            "message_en": self.message.en,
            "remedy": self.remedy.zh,
            "remedy_en": self.remedy.en,
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


@dataclass(slots=True)
class Ledger:
    """Collects what is found in a layer; shapes are noted in millimetres of EPSG:`srid` and turned last."""

    srid: int
    strict: bool
    found: list[CheckFinding] = field(default_factory=list)

    def note(
        self,
        kind: str,
        message: Text,
        codes: Sequence[str] = (),
        *,
        rows: Sequence[int] = (),
        m2: float | None = None,
        length_m: float | None = None,
        width_m: float | None = None,
        share: float | None = None,
        shape: Any = None,
    ) -> None:
        """Note a finding; it is as bad as its kind is for the profile of the layer."""
        severity = KINDS[kind].severity_for(strict=self.strict)
        self.found.append(
            CheckFinding(
                kind, severity, tuple(codes), message, tuple(rows), m2, length_m, width_m, share, shape
            )
        )

    def in_degrees(self) -> tuple[CheckFinding, ...]:
        """Return the findings, the worst first, with their shapes in lon, lat."""
        kinds = list(KINDS)
        order = sorted(
            self.found,
            key=lambda each: (
                SEVERITIES.index(each.severity),
                kinds.index(each.kind),
                -(each.m2 or 0.0),
                each.codes,
            ),
        )
        shapes = np.array([each.shape for each in order], dtype=object)
        turned = lon_lat(shapes, self.srid)
        return tuple(replace(each, shape=shape) for each, shape in zip(order, turned, strict=True))


def lon_lat(shapes: Any, srid: int) -> Any:
    """Return shapes in millimetres of EPSG:`srid` (None: none) in degrees of WGS 84."""
    if not len(shapes):
        return shapes

    def turned(xy: Any) -> Any:
        return np.column_stack(to_degrees(srid, xy[:, 0], xy[:, 1]))

    return np.array(shapely.transform(shapes, turned), dtype=object)
