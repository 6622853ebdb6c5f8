"""Writing an edition: all rows by COPY; what it takes the place of is withdrawn, never deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from sqlalchemy import Connection, func, insert, select, text, update

from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.editions import AreaEdition, edition_named
from gridsvc.geography.profiles import profile_document
from gridsvc.geography.rings import Floats, Geometries, Rings
from gridsvc.geography.tables import area_edition
from gridsvc.postgres import announce_change, copy_rows


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """The accepted areas of one layer, sorted by code: degrees of WGS 84, and millimetres of EPSG:`srid`."""

    codes: Sequence[str]
    names: Sequence[str]
    parents: Sequence[str | None]
    geometries: Geometries
    geom_mm: Geometries
    srid: int

    def subset(self, keep: npt.NDArray[np.bool_]) -> Areas:
        """Return only the areas that `keep` marks."""
        if keep.all():
            return self
        chosen = np.flatnonzero(keep).tolist()
        return replace(
            self,
            codes=[self.codes[k] for k in chosen],
            names=[self.names[k] for k in chosen],
            parents=[self.parents[k] for k in chosen],
            geometries=self.geometries[keep],
            geom_mm=self.geom_mm[keep],
        )

    def with_geometry(self, geometries: Geometries, geom_mm: Geometries) -> Areas:
        """Return the same areas with other shapes."""
        return replace(self, geometries=geometries, geom_mm=geom_mm)

    def digest(self, profile: str) -> str:
        """Return the SHA-256 of all that was accepted; the order of the file and of rings has no part."""
        hashed = hashlib.sha256(f"{profile} {self.srid}".encode())
        shapes = shapely.to_wkb(shapely.normalize(self.geometries))
        for row in zip(self.codes, self.names, self.parents, shapes, strict=True):
            for value in row:
                content = value if isinstance(value, bytes) else ("" if value is None else value).encode()
                hashed.update(len(content).to_bytes(8, "big") + content)
        return hashed.hexdigest()


@dataclass(frozen=True, slots=True)
class Publication:
    """The edition now in force for its date, whether it was there before, and the one that it replaced."""

    edition: AreaEdition
    unchanged: bool
    superseded: str | None


def lock_editions(connection: Connection) -> None:
    """Let imports take turns until the transaction ends, so that none judges by what another is replacing.

    Readers go on reading.
    """
    connection.execute(text("LOCK TABLE area_edition IN SHARE ROW EXCLUSIVE MODE"))


def publish(
    connection: Connection,
    areas: Areas,
    *,
    level: str,
    effective: datetime | None,
    profile: CodeProfile,
    source: str,
) -> Publication:
    """Write `areas` as the edition of `level` from `effective` (None: from ever).

    The same content under the same rules of codes as the edition in force for that date changes nothing. The
    caller has called `lock_editions` before it looked at any edition.
    """
    of_date = (
        area_edition.c.level == level,
        area_edition.c.effective_from.is_(None)
        if effective is None
        else area_edition.c.effective_from == effective,
    )
    digest, rules = areas.digest(profile.name), profile_document(profile)
    before = connection.execute(
        select(area_edition.c.name, area_edition.c.digest, area_edition.c.code_rules).where(
            *of_date, area_edition.c.withdrawn_at.is_(None)
        )
    ).first()
    if before is not None and before.digest == digest and before.code_rules == rules:
        return Publication(edition_named(connection, before.name), unchanged=True, superseded=None)
    if before is not None:
        connection.execute(
            update(area_edition).where(area_edition.c.name == before.name).values(withdrawn_at=func.now())
        )
    stem = f"{level}-{'ever' if effective is None else _date(effective)}-"
    named = select(func.count()).where(area_edition.c.name.startswith(stem, autoescape=True))
    name = f"{stem}{connection.execute(named).scalar_one() + 1}"
    edition_id = connection.execute(
        insert(area_edition)
        .values(
            name=name,
            level=level,
            effective_from=effective,
            profile=profile.name,
            code_rules=rules,
            srid=areas.srid,
            source=source,
            digest=digest,
        )
        .returning(area_edition.c.id)
    ).scalar_one()
    _copy(connection, edition_id, areas)
    announce_change(connection, "areas")
    superseded = None if before is None else before.name
    return Publication(edition_named(connection, name), unchanged=False, superseded=superseded)


def _date(effective: datetime) -> str:
    midnight = (effective.hour, effective.minute, effective.second, effective.microsecond) == (0, 0, 0, 0)
    return effective.strftime("%Y-%m-%d" if midnight else "%Y-%m-%dT%H%M%S")


def _copy(connection: Connection, edition_id: int, areas: Areas) -> None:
    sizes = spheroid_m2(areas.geometries)
    shapes = shapely.to_wkb(shapely.set_srid(areas.geometries, 4326), hex=True, include_srid=True)
    lattice = shapely.to_wkb(areas.geom_mm, hex=True)
    copy_rows(
        connection,
        "area",
        ("edition_id", "code", "name", "parent_code", "area_m2", "geom", "geom_mm"),
        zip(
            [edition_id] * len(areas.codes),
            areas.codes,
            areas.names,
            areas.parents,
            sizes.tolist(),
            shapes,
            lattice,
            strict=True,
        ),
    )


_SPHEROID = pyproj.Geod(ellps="WGS84")


def spheroid_m2(geometries: Geometries) -> Floats:
    """Return the area in m² of multipolygons in degrees on the WGS 84 spheroid (edges are geodesics)."""
    rings = Rings.of(geometries)
    edges = rings.rings.tolist()
    lon, lat = np.ascontiguousarray(rings.xy[:, 0]), np.ascontiguousarray(rings.xy[:, 1])
    sizes = np.array(
        [
            abs(_SPHEROID.polygon_area_perimeter(lon[start:end], lat[start:end])[0])
            for start, end in pairwise(edges)
        ]
    )
    sizes[~rings.is_shell()] *= -1.0
    total = np.bincount(rings.area_of_ring(), weights=sizes, minlength=len(geometries))
    return np.asarray(total, dtype=np.float64)
