"""`import_tracks`: the fixes of a GPX or a table become tracks, with minutes by cell and by street."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.datum import check_datum
from gridsvc.tracks.cleaning import clean, parted
from gridsvc.tracks.datum import datum_fault
from gridsvc.tracks.doubts import doubts_of, overlap_fault, stranger_fault, useless_fault
from gridsvc.tracks.files import checked_name, content_of, read_fixes
from gridsvc.tracks.fixes import Fixes, Track, instant
from gridsvc.tracks.grounds import Grounds
from gridsvc.tracks.report import ImportedTrack, TrackImport
from gridsvc.tracks.sampling import pieces_of
from gridsvc.tracks.storing import delete_tracks, digest_of, known, overlapping, store


@dataclass(slots=True)
class _Found:
    tracks: list[ImportedTrack] = field(default_factory=list)
    replaced: int = 0
    refused: list[Fault] = field(default_factory=list)
    doubtful: list[Fault] = field(default_factory=list)


def import_tracks(
    connection: Connection,
    given: Path | bytes,
    *,
    now: datetime,
    zone: ZoneInfo,
    snap_outside_m: float,
    largest_mb: int,
    file: str | None = None,
    patrol: str | None = None,
    datum: str | None = None,
    columns: Mapping[str, str] | None = None,
    local_times: bool = False,
    replace: bool = False,
    skip_invalid: bool = False,
) -> TrackImport:
    """Store the tracks of a GPX, CSV or Parquet (or of the bytes of a GPX, called `file`).

    `patrol` is who walked them; without it a GPX is told by the names of its tracks, a table by its column,
    each else by the file's name. `datum` None: WGS 84 unless the streets say otherwise. `local_times`: times
    of a GPX without a zone are of `zone`, not UTC. A track that is there already, instant by instant, is left
    as it is. With `replace` a track of the same patrol at the same time makes way for the new one.

    Raises
    ------
    InputRefused
        `tracks_refused` with the faults, unless `skip_invalid` leaves those tracks and rows out;
        `no_tracks_left`; `file_not_found`, `file_too_large`, and what reading the file raises.
    WrongUsage
        `bad_patrol`, `bad_datum`, and what reading a table raises.
    NotFound
        `no_cells`: there is no grid to count on.
    """
    if patrol is not None:
        patrol = checked_name(patrol)
    check_datum(datum or "wgs84")
    content, name = content_of(given, file, largest_mb)
    read = read_fixes(
        given, content, name, patrol=patrol, columns=columns or {}, zone=zone, local_times=local_times
    )
    found = _Found(refused=read.refused, doubtful=read.doubtful)
    tracks = _cleaned(read.fixes, name, datum or "wgs84", now, found)
    grounds = Grounds(connection, snap_outside_m=snap_outside_m)
    connection.execute(text("LOCK TABLE track IN SHARE ROW EXCLUSIVE MODE"))
    if _wrong_datum(grounds, connection, tracks, name, datum, found):
        tracks = []  # leaving out tracks does not mend the others
    for track in tracks if not found.refused or skip_invalid else ():
        _take(connection, track, grounds, name, datum or "wgs84", zone, replace, found)
    if found.refused and not skip_invalid:
        raise InputRefused(
            "tracks_refused",
            Text(
                f"{name}：{len(found.refused)} 处不能接受，数据库未改动。",
                f"{name}: {len(found.refused)} things cannot be taken; the database is unchanged.",
            ),
            place=Place(file=name),
            faults=found.refused,
        )
    if not found.tracks:
        raise InputRefused(
            "no_tracks_left",
            Text(f"{name}：没有可导入的轨迹。", f"{name}: no track is left to import."),
            place=Place(file=name),
            faults=found.refused,
        )
    return TrackImport(name, tuple(found.tracks), found.replaced, tuple(found.refused), tuple(found.doubtful))


def _take(
    connection: Connection,
    track: Track,
    grounds: Grounds,
    file: str,
    datum: str,
    zone: ZoneInfo,
    replace: bool,
    found: _Found,
) -> None:
    """Store one track, or say why not."""
    begins = instant(int(track.at[0]))
    ground = grounds.cells(begins)
    pieces = pieces_of(track)
    cells, outside = ground.minutes(pieces, zone)
    if not cells:
        found.refused.append(stranger_fault(track, file, *ground.away_m(track.lon, track.lat)))
        return
    digest = digest_of(track)
    number = known(connection, digest)
    streets = [] if number is not None else grounds.street_minutes(track, pieces, zone)
    if number is None:
        others = overlapping(connection, track)
        if others and not replace:
            found.refused.append(overlap_fault(track, file, others))
            return
        found.replaced += delete_tracks(connection, others)
        stored = store(
            connection,
            track,
            pieces,
            digest=digest,
            source=file,
            datum=datum,
            outside_minutes=outside,
            cells=cells,
            streets=streets,
            roads=grounds.roads,
        )
        found.doubtful += doubts_of(track, file, outside)
    found.tracks.append(
        ImportedTrack(
            number if number is not None else stored,
            track.patrol,
            begins,
            instant(int(track.at[-1])),
            len(track),
            track.dropped,
            track.minutes,
            outside,
            track.gap_minutes,
            float(pieces.metres.sum()),
            len({code for _, code, _, _ in cells}),
            len({road for road, _, _, _ in streets}),
            number is not None,
        )
    )


def _cleaned(fixes: list[Fixes], file: str, datum: str, now: datetime, found: _Found) -> list[Track]:
    """Return the tracks that have minutes. Who has none is doubtful, and refused where nobody has any."""
    tracks: list[Track] = []
    useless: list[Fault] = []
    for each in fixes:
        whole = clean(each, datum=datum, now=now)
        parts = parted(whole)
        useful = [part for part in parts if part.joined.any()]
        if not useful:
            useless.append(useless_fault(whole, file))
            continue
        alone = len(whole) - sum(map(len, useful))
        dropped = dict(whole.dropped) | ({"alone": alone} if alone else {})
        tracks += [dataclasses.replace(useful[0], dropped=dropped), *useful[1:]]
    (found.doubtful if tracks else found.refused).extend(useless)
    return tracks


def _wrong_datum(
    grounds: Grounds,
    connection: Connection,
    tracks: list[Track],
    file: str,
    datum: str | None,
    found: _Found,
) -> bool:
    if not tracks:
        return False
    lon = np.concatenate([track.lon for track in tracks])
    lat = np.concatenate([track.lat for track in tracks])
    fault, certain = datum_fault(connection, lon, lat, datum, file, roads=grounds.road_layer)
    if fault is not None:
        (found.refused if certain else found.doubtful).append(fault)
    return certain
