"""The facts that a report may give: what a form offers a dispatcher where a rule asks for one."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.openapi import answer
from gridsvc.handling import FACTS, fact_value_text


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoint of facts."""

    @app.get(
        "/api/v1/facts",
        tags=["resolve"],
        summary="可以上报的事实及其取值 · the facts that a report may give, with their values",
        responses=answer(200, "FactList"),
    )
    async def facts(request: Request) -> Response:
        require(request, "resolve")
        language = context.language(request)
        return json_response(
            {
                "facts": [
                    {
                        "name": name,
                        "title": FACTS[name].title.in_language(language),
                        "values": [
                            {"value": value, "text": fact_value_text(name, value).in_language(language)}
                            for value in values
                        ],
                    }
                    for name, values in context.holder.current.given.values.items()
                ]
            }
        )
