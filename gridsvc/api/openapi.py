"""The API's description: request bodies that the endpoints read themselves, and problem answers."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gridsvc.api import (
    answers,
    catalogue_answers,
    hotspot_answers,
    models,
    patrol_answers,
    refusal_models,
    report_answers,
    service_answers,
    track_answers,
)
from gridsvc.api.problems import MEDIA_TYPE

_REQUESTS: tuple[type[BaseModel], ...] = (
    models.ResolveRequest,
    models.ReportRequest,
    refusal_models.RefusalRequest,
    refusal_models.SettlementRequest,
)
_ANSWERS: tuple[type[BaseModel], ...] = (
    answers.Resolution,
    report_answers.ReportFiled,
    report_answers.ReportView,
    report_answers.ReportPage,
    refusal_models.RefusalView,
    refusal_models.RefusalPage,
    catalogue_answers.ClassList,
    catalogue_answers.ClassLinks,
    answers.FactList,
    catalogue_answers.PlaceList,
    hotspot_answers.SheetAnswer,
    hotspot_answers.SeriesList,
    hotspot_answers.HotspotHistory,
    patrol_answers.PlanView,
    patrol_answers.PlanList,
    track_answers.TracksTaken,
    track_answers.TrackList,
    track_answers.TrackView,
    track_answers.CoverageAnswer,
    service_answers.SessionAnswer,
    service_answers.Readiness,
    service_answers.Problem,
)

DESCRIPTION = """
数字城管责任判定与分析服务的接口。除健康检查、文档与静态资源外，一律需要
`Authorization: Bearer KEY`（`gridsvc token add 名称 --role 角色` 生成）。
错误按 RFC 9457 给出，`code` 稳定不变，`detail` 随 `Accept-Language`（zh、en）。

The interface of gridsvc. All but health, documentation and assets needs `Authorization: Bearer KEY`
(made by `gridsvc token add NAME --role ROLE`). Errors follow RFC 9457 with a stable `code`.
"""


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def body(model: str, *, many: bool = False) -> dict[str, Any]:
    """Describe a request body that the endpoint itself reads and checks."""
    content: dict[str, Any] = {"application/json": {"schema": _ref(model)}}
    if many:
        content = {
            "application/json": {"schema": {"type": "array", "items": _ref(model), "maxItems": 10_000}},
            "application/x-ndjson": {"schema": {"type": "string", "description": "one object a line"}},
        }
    return {"requestBody": {"required": True, "content": content}}


def answer(status: int, model: str, *, many: bool = False) -> dict[int | str, dict[str, Any]]:
    """Describe what an endpoint answers when all is well."""
    schema: dict[str, Any] = _ref(model)
    if many:
        schema = {"type": "array", "items": {"anyOf": [_ref(model), _ref("Problem")]}}
    return {status: {"description": "OK", "content": {"application/json": {"schema": schema}}}}


def describe(app: FastAPI, version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title="gridsvc",
        version=version,
        openapi_version="3.1.0",
        description=DESCRIPTION,
        routes=app.routes,
    )
    template = "#/components/schemas/{model}"
    _, requests = models_json_schema([(m, "validation") for m in _REQUESTS], ref_template=template)
    _, replies = models_json_schema([(m, "serialization") for m in _ANSWERS], ref_template=template)
    components = document.setdefault("components", {})
    components["schemas"] = {
        name: schema
        for name, schema in components.get("schemas", {}).items()
        if name not in ("HTTPValidationError", "ValidationError")
    }
    components["schemas"] |= requests.get("$defs", {}) | replies.get("$defs", {})
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "gridsvc token add NAME --role ROLE"},
        "session": {"type": "apiKey", "in": "cookie", "name": "gridsvc_session"},
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if not isinstance(operation, dict):
                continue
            is_open = path.startswith("/health/")
            operation["security"] = [] if is_open else [{"key": []}, {"session": []}]
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {
                "description": "Problem (RFC 9457)",
                "content": {MEDIA_TYPE: {"schema": _ref("Problem")}},
            }
            success = operation["responses"].get("200")
            if (
                success is not None
                and "201" in operation["responses"]
                and not success.get("content", {}).get("application/json", {}).get("schema")
            ):
                del operation["responses"]["200"]
    app.openapi_schema = document
    return document
