"""Are the fixes of a file in the datum that they are said to be in? Held against the streets."""

from __future__ import annotations

from sqlalchemy import Connection

from gridsvc.errors import Fault, Place, Text
from gridsvc.geography import KnownGround, finding_of, from_wgs84, judge_datum, loaded_ground, remedy_of
from gridsvc.roads import Roads
from gridsvc.tracks.fixes import Floats

_ROADS = Text("路网", "the road layer")


def datum_fault(
    connection: Connection,
    lon: Floats,
    lat: Floats,
    datum: str | None,
    file: str,
    *,
    roads: Roads | None,
) -> tuple[Fault | None, bool]:
    """Return what is wrong with the datum of places (WGS 84, converted from `datum`), and whether to refuse.

    Receivers know WGS 84, but Chinese applications write what their maps show. It is refused when the streets
    say so and nobody said `datum`; where only outlines of areas are known, or it was said, it is doubtful.
    """
    declared = datum or "wgs84"
    grounds = [] if roads is None else [KnownGround(roads.geometries, _ROADS)]
    for ground in grounds or loaded_ground(connection):
        verdict = judge_datum(*from_wgs84(declared, lon, lat), ground, declared=declared, look_for_move=False)
        if not verdict.alarm:
            continue
        message = finding_of(verdict, ground.name)
        assert message is not None
        remedy = remedy_of(verdict, given=datum is not None)
        return Fault("wrong_datum", message, Place(file=file), remedy), datum is None and roads is not None
    return None, False
