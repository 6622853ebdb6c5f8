"""What a track is counted on: the cells in force when it began, and the streets of the road layer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Text
from gridsvc.geography import AreaEdition, areas_in_force, load_layer
from gridsvc.responsibility import Grid
from gridsvc.roads import Roads, load_roads
from gridsvc.tracks.fixes import Floats, Track
from gridsvc.tracks.matching import StreetLines, match_track
from gridsvc.tracks.sampling import Pieces, local_days, summed

CellRow = tuple[int, str, int, float]
StreetRow = tuple[int, int, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class CellGround:
    """The cells of one edition, to count minutes on."""

    edition: AreaEdition
    codes: list[str]
    grid: Grid

    def minutes(self, pieces: Pieces, zone: ZoneInfo) -> tuple[list[CellRow], float]:
        """Return (edition, cell code, local day since 1970, minutes) by cell and day; minutes in no cell."""
        cell = self.grid.place(pieces.lon, pieces.lat).cell.astype(np.int64)
        inside = cell >= 0
        (cells, days), (minutes,) = summed(
            (cell[inside], local_days(pieces.at[inside], zone)), pieces.minutes[inside]
        )
        rows = [
            (self.edition.id, self.codes[index], day, amount)
            for index, day, amount in zip(cells.tolist(), days.tolist(), minutes.tolist(), strict=True)
        ]
        return rows, float(pieces.minutes[~inside].sum())

    def away_m(self, lon: Floats, lat: Floats) -> tuple[str, float]:
        """Return the name of the cell nearest to the middle of places, and the distance in metres."""
        found = self.grid.nearest(float(np.median(lon)), float(np.median(lat)))
        assert found is not None
        return found[1] or found[0], found[2]


class Grounds:
    """Every ground that an import needs, each read once."""

    def __init__(self, connection: Connection, *, snap_outside_m: float) -> None:
        """Read nothing yet; `snap_outside_m`: a place this near outside gets a cell, as a report does."""
        self._connection = connection
        self._snap_mm = round(snap_outside_m * 1000)
        self._cells: dict[int, CellGround] = {}
        self._roads: Roads | None = None
        self._streets: StreetLines | None = None
        self.roads = road_state(connection)

    def cells(self, at: datetime) -> CellGround:
        """Return the cells in force at an instant; before the first edition, those of the first.

        Raises `NotFound` (`no_cells`).
        """
        edition = edition_then(self._connection, at)
        if edition.id not in self._cells:
            layer = load_layer(self._connection, edition.id)
            self._cells[edition.id] = CellGround(
                edition, layer.codes, Grid({"cell": layer}, snap_mm=self._snap_mm)
            )
        return self._cells[edition.id]

    @property
    def streets(self) -> StreetLines | None:
        """Return the streets; None without a road layer."""
        layer = self.road_layer
        if layer is not None and self._streets is None:
            self._streets = StreetLines(layer)
        return self._streets

    @property
    def road_layer(self) -> Roads | None:
        """Return the road layer; None where there is none."""
        if self.roads is not None and self._roads is None:
            self._roads = load_roads(self._connection)
        return self._roads

    def street_minutes(self, track: Track, pieces: Pieces, zone: ZoneInfo) -> list[StreetRow]:
        """Return (road id, local day since 1970, minutes, metres) by link and day."""
        streets = self.streets
        if streets is None:
            return []
        link = match_track(track, streets)[pieces.fix]
        # Instants are kept to the millisecond: between two fixes of one there is no time.
        on = (link >= 0) & (pieces.minutes > 0)
        (links, days), (minutes, metres) = summed(
            (streets.ids[link[on]], local_days(pieces.at[on], zone)), pieces.minutes[on], pieces.metres[on]
        )
        return list(zip(links.tolist(), days.tolist(), minutes.tolist(), metres.tolist(), strict=True))


def edition_then(connection: Connection, at: datetime) -> AreaEdition:
    """Return the edition of the cells in force at an instant; before the first, the first.

    Raises `NotFound` (`no_cells`).
    """
    edition = areas_in_force(connection, "cell", at)
    if edition is None:
        first = connection.scalar(
            text("SELECT min(effective_from) FROM area_edition WHERE level = 'cell' AND withdrawn_at IS NULL")
        )
        edition = areas_in_force(connection, "cell", first) if first is not None else None
    if edition is None:
        raise NotFound(
            "no_cells",
            Text("还没有导入单元网格。", "no cells were imported yet."),
            remedy=Text(
                "请先运行 gridsvc area import … --level cell。",
                "Run gridsvc area import … --level cell first.",
            ),
        )
    return edition


def road_state(connection: Connection) -> str | None:
    """Return a word for the road layer that changes when a link does; None without one."""
    state = connection.execute(
        text(
            "SELECT count(*) AS links, coalesce(sum(hashtextextended(ST_AsText(geom), id)), 0) AS d FROM road"
        )
    ).one()
    return f"{state.links}:{state.d}" if state.links else None
