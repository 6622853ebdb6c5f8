"""A small city in plain values: two grids and three specifications in time, two schemes, all kinds of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from gridsvc.catalog import Class, Unit
from gridsvc.geography import Layer, code_profile
from gridsvc.geography.projection import to_degrees
from gridsvc.handling import Clause, ClauseUnit, Limit, Specification
from gridsvc.responsibility import Atlas, build_atlas
from gridsvc.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
SRID = 4545
EAST, NORTH, SIDE = 495_000_000, 3_790_000_000, 100_000
NEW_GRID = datetime(2026, 1, 1, tzinfo=ZONE)
NEW_RULES = datetime(2026, 7, 1, tzinfo=ZONE)
SCHEME, OTHER = "gbt30428.2-2013", "city"
SIZE = 6

_IMPORTED = datetime(2025, 1, 1, tzinfo=ZONE)


def place(column: float, row: float) -> tuple[float, float]:
    """Lon and lat of a place, counted in cells from the south-west corner."""
    x = np.array([EAST + round(column * SIDE)], np.int64)
    y = np.array([NORTH + round(row * SIDE)], np.int64)
    lon, lat = to_degrees(SRID, x, y)
    return float(lon[0]), float(lat[0])


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    east, north = (np.array(each) * SIDE for each in ((x0, x1), (y0, y1)))
    return shapely.MultiPolygon(
        [shapely.box(EAST + east[0], NORTH + north[0], EAST + east[1], NORTH + north[1])]
    )


def layer(
    edition: int,
    level: str,
    areas: Sequence[tuple[str, str, str | None, Any]],
    effective: datetime | None = None,
    profile: str = "gbt",
) -> Layer:
    """A layer of (code, name, parent code, geometry in mm)."""
    ordered = sorted(areas)
    geometries = np.empty(len(ordered), object)
    geometries[:] = [area[3] for area in ordered]
    return Layer(
        edition_id=edition,
        name=f"{level} {edition}",
        level=level,
        effective_from=effective,
        rules=code_profile(profile),
        srid=SRID,
        codes=[area[0] for area in ordered],
        names=[area[1] for area in ordered],
        parent_codes=[area[2] for area in ordered],
        geom_mm=geometries,
    )


def cells(edition: int, effective: datetime | None, *, wide: bool = False) -> Layer:
    """Squares of a cell's side, or (`wide`) strips of two; west half of street 001, east half of 002."""
    width = 2 if wide else 1
    return layer(
        edition,
        "cell",
        [
            (f"610103{1 + (i >= SIZE / 2):03d}001{j * SIZE + i + edition * 100:03d}", f"{i},{j}", None, box(i, j, i + width, j + 1))
            for i in range(0, SIZE, width)
            for j in range(SIZE)
        ],
        effective,
    )  # fmt: skip


def upper_layers() -> list[Layer]:
    half = SIZE / 2
    return [
        layer(3, "district", [("610103", "碑林区", None, box(0, 0, SIZE, SIZE))]),
        layer(
            4,
            "street",
            [
                ("610103001", "甲街道", "610103", box(0, 0, half, SIZE)),
                ("610103002", "乙街道", "610103", box(half, 0, SIZE, SIZE)),
            ],
        ),
        layer(
            5,
            "community",
            [
                ("610103001001", "甲一社区", "610103001", box(0, 0, half, SIZE)),
                ("610103002001", "乙一社区", "610103002", box(half, 0, SIZE, SIZE)),
            ],
        ),
    ]


def layers() -> list[Layer]:
    """District, streets, communities from ever; cells from ever, and wider ones from NEW_GRID."""
    return [*upper_layers(), cells(1, None), cells(2, NEW_GRID, wide=True)]


def classes() -> list[Class]:
    rows = [
        (SCHEME, "component", "0101", "供水井盖"),
        (SCHEME, "event", "0101", "私搭乱建"),
        (SCHEME, "event", "0201", "非法小广告"),
        (SCHEME, "event", "0301", "无照经营"),
        (SCHEME, "event", "0401", "规范未列"),
        (SCHEME, "component", "0501", "树池"),
        (OTHER, "event", "0201", "市自定"),
        (OTHER, "event", "9901", "市自定二"),
    ]
    return [
        Class(scheme, kind, code, name, None, code[:2], f"大类{code[:2]}", "test", "local")
        for scheme, kind, code, name in rows
    ]


UNITS = {
    "S-01": ("甲街道办事处", "street_office", "610103001"),
    "S-02": ("乙街道办事处", "street_office", "610103002"),
    "E-01": ("甲执法中队", "enforcement", "610103001"),
    "E-02": ("区执法大队", "enforcement", "610103"),
    "C-01": ("市容局", "bureau", None),
    "W-01": ("水务公司", "company", None),
}


def units() -> list[Unit]:
    return [Unit(code, name, kind, area, None, None) for code, (name, kind, area) in sorted(UNITS.items())]


NAMED = ClauseUnit("named", "市容局", "C-01")
WATER = ClauseUnit("named", "水务公司", "W-01")
STREET = ClauseUnit("street_office", "所属街办", None)
SQUAD = ClauseUnit("territorial_enforcement", "属地行政执法部门", None)
OWNERS = ClauseUnit("each_owner", "各产权单位", None)


def clause(
    id: int,
    kind: str,
    code: str,
    ordinal: int,
    units: Sequence[ClauseUnit],
    limit: tuple[str, str] | None = ("4", "work_hour"),
) -> Clause:
    return Clause(
        id=id,
        kind=kind,
        class_code=code,
        ordinal=ordinal,
        filing_condition=f"条件{ordinal}",
        closing_condition="恢复原状",
        responsible_text="、".join(unit.text for unit in units),
        supervising_text=None,
        limit_text=limit and "".join(limit),
        limit=Limit(Decimal(limit[0]), limit[1], "".join(limit)) if limit else None,
        units=tuple(units),
        sheet=None,
        row=None,
    )


def specification(
    id: int, clauses: Sequence[Clause], effective: datetime | None = None, scheme: str = SCHEME, **means: str
) -> Specification:
    return Specification(
        id=id,
        name=f"规范{id}",
        scheme=scheme,
        effective_from=effective,
        hour_means=means.get("hour_means", "through"),
        day_means=means.get("day_means", "through"),
        source="test",
        digest=f"{id}",
        imported_at=_IMPORTED,
        withdrawn_at=None,
        clauses=tuple(clauses),
    )


def specifications() -> list[Specification]:
    """From ever: both kinds. The city's own scheme. From NEW_RULES: other events, the components stay."""
    return [
        specification(
            1,
            [
                clause(11, "component", "0101", 1, [WATER], ("1", "urgent_hour")),
                clause(12, "component", "0501", 1, [OWNERS], ("3", "day")),
                clause(13, "event", "0101", 1, [SQUAD], ("2", "work_day")),
                clause(14, "event", "0201", 1, [STREET], ("4", "work_hour")),
                clause(15, "event", "0201", 2, [STREET, NAMED], ("1", "work_day")),
                clause(16, "event", "0301", 1, [SQUAD, STREET, OWNERS], None),
            ],
        ),
        specification(2, [clause(21, "event", "9901", 1, [NAMED])], scheme=OTHER),
        specification(
            3,
            [
                clause(31, "event", "0101", 1, [NAMED], ("6", "hour")),
                clause(32, "event", "0201", 1, [NAMED, STREET], ("2", "work_hour")),
            ],
            NEW_RULES,
            hour_means="working",
        ),
    ]


def settings(**changed: Any) -> Settings:
    return Settings(_env_file=None).model_copy(update=changed)


def atlas(**parts: Any) -> Atlas:
    """The whole city, with the parts that are named exchanged."""
    return build_atlas(
        parts.get("layers", layers()),
        parts.get("classes", classes()),
        parts.get("specifications", specifications()),
        parts.get("units", units()),
        parts.get("settings", settings()),
    )


def renamed(units: list[Unit], code: str, name: str) -> list[Unit]:
    return [replace(unit, name=name) if unit.code == code else unit for unit in units]
