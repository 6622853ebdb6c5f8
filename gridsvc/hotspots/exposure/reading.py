"""Reading an exposure of the cells: measured, imported, or the minutes of patrols."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Place, Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.exposure.carrying import carry_over
from gridsvc.hotspots.exposure.exposure import Exposure, Floats
from gridsvc.hotspots.exposure.streets import ROLES, Streets, street_km
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.recent import Recent
from gridsvc.roads import load_roads
from gridsvc.tracks.effort import Effort, read_effort

ROAD_KM = Text("道路长度", "street length")
MEASURED = ("road_km", "hectare", "uniform")
"""Names that no import may take."""
LABELS = {"people": Text("人口", "people"), "patrol_minutes": Text("巡查分钟", "patrol minutes")}
# Below these a cell gives no rate: a corner of street, a sliver of ground, half an hour of patrol.
ROAD_FLOOR_KM, HECTARE_FLOOR, MINUTES_FLOOR, PEOPLE_FLOOR = 0.02, 0.01, 30.0, 10.0

_STREETS: Recent[Streets] = Recent(4)


def read_exposure(connection: Connection, cells: Cells, name: str, *, first: date, last: date) -> Exposure:
    """Return how much of `name` each cell has; patrol minutes are summed over `first` to `last`, inclusive.

    A day whose minutes were told for two editions of the cells counts once, as the newer tells it; a day of
    which no file tells has those of the tracks.

    `road_km`, `hectare`, `uniform` and `patrol_minutes` are always known by name, others once imported. What
    was given for another edition of the cells is carried over by area.

    Raises
    ------
    NotFound
        `no_exposure`: nothing was imported under this name; `no_roads`: there is no road layer;
        `no_patrol_effort`: no minutes are known in the period.
    """
    if name == "road_km":
        return _road_km(connection, cells)
    if name == "hectare":
        return _hectare(connection, cells)
    if name == "uniform":
        return Exposure(
            "uniform",
            Text("单元网格", "cells"),
            Text("个", "cell"),
            np.ones(len(cells.layer.codes)),
            0.0,
            Text("每个单元网格相同", "every cell the same"),
        )
    if name == "patrol_minutes":
        return _patrol_minutes(connection, cells, first, last)
    return _imported(connection, cells, name)


def choose_exposure(
    connection: Connection, cells: Cells, question: Question, name: str | None = None
) -> Exposure:
    """Return the exposure of this name over the question's days.

    Without a name: street length where a road layer reaches at least half of the cells, else area.

    Raises what `read_exposure` raises.
    """
    if name is not None:
        return read_exposure(connection, cells, name, first=question.first, last=question.last)
    if connection.scalar(text("SELECT EXISTS (SELECT FROM road)")):
        streets = _road_km(connection, cells)
        if (streets.values > 0).mean() >= 0.5:
            return streets
    return read_exposure(connection, cells, "hectare", first=question.first, last=question.last)


def _road_km(connection: Connection, cells: Cells) -> Exposure:
    state = connection.execute(
        text(
            "SELECT count(*) AS links, coalesce(sum(hashtextextended(role || ST_AsText(geom), 0)), 0)"
            " AS digest FROM road"
        )
    ).one()
    if not state.links:
        raise NotFound(
            "no_roads",
            Text("还没有导入路网。", "no road layer was imported yet."),
            remedy=Text("请先运行 gridsvc road import。", "Run gridsvc road import first."),
        )
    bounds = shapely.bounds(cells.layer.geom_mm)

    def measure() -> Streets:
        roads = load_roads(connection)
        lines = roads.geometries[np.isin(roads.roles, ROLES)]
        return street_km(cells.layer, cells.grid.locators[cells.layer.key], lines)

    held = _STREETS.get(
        (sha256(bounds.tobytes()).hexdigest(), cells.layer.key, state.links, state.digest), measure
    )
    return Exposure(
        "road_km",
        ROAD_KM,
        Text("千米", "km"),
        held.km,
        ROAD_FLOOR_KM,
        Text(
            f"路网中心线 {held.total_km - held.outside_km:,.1f} 千米，沿界道路两侧各计一半",
            f"{held.total_km - held.outside_km:,.1f} km of centre lines, each side to the cell that it faces",
        ),
    )


def _hectare(connection: Connection, cells: Cells) -> Exposure:
    rows = connection.execute(
        text('SELECT area_m2 FROM area WHERE edition_id = :edition ORDER BY code COLLATE "C"'),
        {"edition": cells.edition.id},
    )
    values = np.array(rows.scalars().all(), np.float64) / 10_000
    return Exposure(
        "hectare",
        Text("面积", "area"),
        Text("公顷", "hectare"),
        values,
        HECTARE_FLOOR,
        Text(f"{cells.edition.name}，椭球面积", f"{cells.edition.name}, area on the spheroid"),
    )


def _patrol_minutes(connection: Connection, cells: Cells, first: date, last: date) -> Exposure:
    effort = read_effort(connection, first, last)
    if not effort.minutes:
        raise NotFound(
            "no_patrol_effort",
            Text(
                f"{first} 至 {last} 没有巡查工时记录。",
                f"no patrol minutes are known from {first} to {last}.",
            ),
            remedy=Text(
                "请用 gridsvc track import 导入轨迹，或用 gridsvc hotspot exposure import"
                " --name patrol_minutes 导入工时。",
                "Import tracks by gridsvc track import, or minutes by gridsvc hotspot exposure import"
                " --name patrol_minutes.",
            ),
        )
    values = np.zeros(len(cells.layer.codes))
    for edition, given in effort.minutes.items():
        values += carry_over(connection, edition, given, cells)
    return Exposure(
        "patrol_minutes",
        LABELS["patrol_minutes"],
        Text("分钟", "minute"),
        values,
        MINUTES_FLOOR,
        _said_effort(effort, first, last),
    )


def _said_effort(effort: Effort, first: date, last: date) -> Text:
    zh, en = f"{first} 至 {last} 的巡查工时", f"patrol minutes from {first} to {last}"
    if effort.tracks:
        zh += f"（轨迹 {effort.tracks:,} 条、{effort.track_days} 天"
        en += f" ({effort.tracks:,} tracks on {effort.track_days} days"
        if effort.file_days:
            zh += f"；文件 {effort.file_days} 天"
            en += f"; a file on {effort.file_days}"
        zh, en = f"{zh}）", f"{en})"
    if effort.set_aside:
        zh += f"，文件已述各日的轨迹 {effort.set_aside:,.0f} 分钟未计"
        en += f"; {effort.set_aside:,.0f} minutes of tracks on days that the file tells are not counted"
    return Text(zh, en)


def _imported(connection: Connection, cells: Cells, name: str) -> Exposure:
    known = connection.execute(
        text(
            "SELECT edition_id, unit, floor, as_of, source FROM exposure WHERE name = :name"
            " ORDER BY (edition_id = :edition) DESC, imported_at DESC, edition_id DESC LIMIT 1"
        ),
        {"name": name, "edition": cells.edition.id},
    ).one_or_none()
    if known is None:
        names = connection.execute(text("SELECT DISTINCT name FROM exposure ORDER BY name")).scalars()
        listed = "、".join([*MEASURED, "patrol_minutes", *names])
        raise NotFound(
            "no_exposure",
            Text(f"没有暴露量 {name}。", f"there is no exposure {name}."),
            place=Place(column="exposure", value=name),
            remedy=Text(
                f"已有：{listed}；可用 gridsvc hotspot exposure import 导入。",
                f"There are: {listed}; import one by gridsvc hotspot exposure import.",
            ),
        )
    rows = connection.execute(
        text("SELECT cell_code, value FROM exposure_value WHERE edition_id = :edition AND name = :name"),
        {"edition": known.edition_id, "name": name},
    )
    values: Floats = carry_over(
        connection, known.edition_id, {row.cell_code: row.value for row in rows}, cells
    )
    said = f"{known.source}{f' {known.as_of}' if known.as_of else ''}"
    return Exposure(
        name,
        LABELS.get(name, Text(name, name)),
        Text(known.unit, known.unit),
        values,
        known.floor,
        Text(said, said),
    )
