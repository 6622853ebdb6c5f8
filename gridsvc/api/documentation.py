"""`/docs`: the description of the API, shown by Swagger UI from this installation, without any CDN."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>gridsvc · 接口文档</title>
<link rel="icon" href="/assets/favicon.svg">
<link rel="stylesheet" href="/assets/swagger-ui-dist/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>此页需要脚本；接口描述见 <a href="/openapi.json">/openapi.json</a>。</noscript>
<script src="/assets/swagger-ui-dist/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

# validatorUrl null: Swagger UI would otherwise ask a server on the internet to check the description.
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


def register(app: FastAPI) -> None:
    """Add the documentation page and the script that starts it."""

    @app.get("/docs", include_in_schema=False)
    async def page() -> Response:
        return HTMLResponse(_PAGE)

    @app.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")
