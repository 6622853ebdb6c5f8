"""The service with two endpoints more: a constant, and the same look-up asked of PostGIS."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import Connection, text
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.bodies import JSON_TYPES, media_type, read_body
from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.gathering import Asked, questions
from gridsvc.api.models import ResolveRequest
from gridsvc.api.problems import problem_response, validation_problem
from gridsvc.api.resolving import BODY_LIMIT
from gridsvc.responsibility import answer_of, resolve
from gridsvc.server import create_app

QUESTION = {
    "lon": 108.955,
    "lat": 34.245,
    "class": "0201",
    "kind": "event",
    "at": "2026-11-23T09:00:00+08:00",
}

# What a service without an atlas would ask for each report: cell and areas above it, clause, candidate units.
# It is spared the deadline, the reasons and the tie rule.
LOOK_UP = text(
    """
    WITH place AS (
        SELECT ST_SetSRID(ST_Point(round(ST_X(p) * 1000), round(ST_Y(p) * 1000)), 0) AS mm
        FROM ST_Transform(ST_SetSRID(ST_Point(:lon, :lat), 4326), :srid) AS p
    ), located AS (
        SELECT cell.code AS cell, community.code AS community, street.code AS street,
               street.name AS street_name, district.code AS district
        FROM place
        JOIN area cell ON ST_Covers(cell.geom_mm, place.mm) AND cell.edition_id = :cells
        LEFT JOIN area community
            ON community.edition_id = :communities AND community.code = cell.parent_code
        LEFT JOIN area street ON street.edition_id = :streets AND street.code = community.parent_code
        LEFT JOIN area district ON district.edition_id = :districts AND district.code = street.parent_code
        ORDER BY cell.code LIMIT 1
    ), chosen AS (
        SELECT id, filing_condition, closing_condition, limit_value, limit_unit, limit_text
        FROM clause
        WHERE edition_id = :specification AND kind = :kind AND class_code = :code
        ORDER BY ordinal LIMIT 1
    )
    SELECT located.*, chosen.*,
        (SELECT jsonb_agg(jsonb_build_object('code', unit.code, 'name', unit.name) ORDER BY cu.ordinal)
         FROM clause_unit cu
         JOIN unit ON unit.code = cu.unit_code
            OR (cu.means = 'street_office' AND unit.kind = 'street_office'
                AND unit.area_code = located.street)
            OR (cu.means = 'territorial_enforcement' AND unit.kind = 'enforcement'
                AND unit.area_code = located.street)
         WHERE cu.clause_id = chosen.id) AS units
    FROM located, chosen
    """
)


def create_benchmark_app() -> FastAPI:
    """Return the service's own application with the two endpoints added behind the same gate."""
    app = create_app()
    context: Context = app.state.context
    editions: dict[str, int] = {}
    constant: dict[str, Any] = {}

    async def asked(request: Request) -> ResolveRequest | Response:
        require(request, "resolve")
        media_type(request, JSON_TYPES)
        raw = await read_body(request, BODY_LIMIT)
        try:
            return ResolveRequest.model_validate_json(raw)
        except ValidationError as error:
            return problem_response(validation_problem(error, context.language(request)))

    @app.post("/bench/constant")
    async def answer_constant(request: Request) -> Response:
        question = await asked(request)
        if isinstance(question, Response):
            return question
        if not constant:
            at = question.at_or(context.clock(), context.settings.zone)
            found = resolve(context.holder.current, questions([Asked(question, at)]))
            constant.update(answer_of(found, 0))
        return json_response(constant)

    @app.post("/bench/postgis")
    async def answer_from_postgis(request: Request) -> Response:
        question = await asked(request)
        if isinstance(question, Response):
            return question
        row = await context.read(lambda connection: _look_up(connection, question, editions))
        return Response(orjson.dumps(row, default=str), media_type="application/json")

    return app


def _look_up(
    connection: Connection, question: ResolveRequest, editions: dict[str, int]
) -> dict[str, Any] | None:
    if not editions:
        # At once: several threads ask for the first time together, and each needs all of them.
        editions.update(_editions_in_force(connection))
    asked = {"lon": question.lon, "lat": question.lat, "kind": question.kind, "code": question.class_}
    found = connection.execute(LOOK_UP, asked | editions).mappings().first()
    return dict(found) if found else None


def _editions_in_force(connection: Connection) -> dict[str, int]:
    found = {
        name: connection.scalar(
            text("SELECT id FROM area_edition WHERE level = :level AND withdrawn_at IS NULL"),
            {"level": level},
        )
        for level, name in (
            ("cell", "cells"),
            ("community", "communities"),
            ("street", "streets"),
            ("district", "districts"),
        )
    }
    found["srid"] = connection.scalar(
        text("SELECT srid FROM area_edition WHERE id = :id"), {"id": found["cells"]}
    )
    found["specification"] = connection.scalar(
        text("SELECT id FROM specification_edition WHERE withdrawn_at IS NULL ORDER BY id LIMIT 1")
    )
    return found
