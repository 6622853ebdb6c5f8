"""`plan_patrols`: a plan from a request, kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, text

from gridsvc.errors import Fault, NotFound, Text
from gridsvc.geography import areas_in_force
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import MIDDLE, Plan
from gridsvc.patrol.plans.gathering import gather
from gridsvc.patrol.plans.keeping import keep_plan
from gridsvc.patrol.plans.making import make_plan
from gridsvc.patrol.plans.request import PlanAsked, Spot
from gridsvc.patrol.plans.request_faults import check_request
from gridsvc.patrol.plans.varying import fresh_seed
from gridsvc.patrol.value.must_asked import MustAsked
from gridsvc.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A plan, the streets that it was made on, and the rows of the list of must-visits that were refused."""

    plan: Plan
    streets: Streets
    refused: tuple[Fault, ...] = ()


def plan_patrols(
    connection: Connection,
    asked: PlanAsked,
    musts: MustAsked,
    *,
    now: datetime,
    settings: Settings,
    made_by: str,
    progress: Callable[[float], None] | None = None,
) -> Planned:
    """Gather, plan, keep.

    Raises what `check_request`, `gather` and `make_plan` raise; nothing is kept then.
    """
    check_request(asked)
    seed = fresh_seed() if asked.seed is None else asked.seed
    seeded = replace(asked, seed=seed)
    material, refused = gather(connection, seeded, musts, now=now, settings=settings, seed=seed)
    plan, places = make_plan(material, seeded, progress=progress)
    kept = keep_plan(connection, plan, seeded, places, made_by=made_by, pieces=material.pieces)
    return Planned(kept, material.streets, refused)


def default_depot(connection: Connection, now: datetime) -> Spot:
    """Return the middle of the area in force, for patrols of whom nobody says where they begin.

    Raises NotFound (`no_cells`).
    """
    edition = areas_in_force(connection, "cell", now)
    if edition is None:
        raise NotFound(
            "no_cells",
            Text("还没有导入单元网格。", "no cells were imported yet."),
            remedy=Text(
                "请先运行 gridsvc area import，或给出出发地。",
                "Run gridsvc area import first, or say where patrols begin.",
            ),
        )
    lon, lat = connection.execute(
        text(
            "SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_Centroid(ST_Collect(ST_PointOnSurface(geom))) AS c"
            " FROM area WHERE edition_id = :edition) AS middle"
        ),
        {"edition": edition.id},
    ).one()
    return Spot(float(lon), float(lat), MIDDLE)
