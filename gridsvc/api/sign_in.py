"""Signing in with a browser: by the one-time link that `gridsvc up` prints, or with a key."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gridsvc.access import SESSION_LIFE, OpenedSession, close_session, open_by_key, open_by_link
from gridsvc.api.bodies import FORM_TYPES, media_type, read_body
from gridsvc.api.context import Context
from gridsvc.api.gate import COOKIE, session_secret
from gridsvc.api.head import IS_HEAD
from gridsvc.errors import Text

SignInPage = Callable[[str, Text | None, str], str]
"""Makes the page with the form: language, what went wrong, where to go afterwards."""

_FORM_LIMIT = 4096
_USED = Text(
    "登录链接已使用或已过期。请用 gridsvc token link 生成新的链接，或用密钥登录。",
    "This link was used or is too old. Make a new one with `gridsvc token link`, or sign in with a key.",
)
_WRONG = Text("密钥无效或已吊销。", "The key is unknown or revoked.")


def register(app: FastAPI, context: Context, page: SignInPage) -> None:
    """Add the sign-in and sign-out endpoints."""

    @app.get("/sign-in", include_in_schema=False)
    async def form(request: Request) -> Response:
        target = own_path(request.query_params.get("next"))
        token = request.query_params.get("token")
        # A mail program looks at a link by HEAD before its reader does: that must not use it up.
        if token is None or request.scope.get(IS_HEAD):
            return _form(request, None, target, 200)
        now = context.clock()
        opened = await context.write(lambda connection: open_by_link(connection, token, now))
        if opened is None:
            return _form(request, _USED, target, 401)
        return _entered(request, opened, target)

    @app.post("/sign-in", include_in_schema=False)
    async def with_key(request: Request) -> Response:
        media_type(request, FORM_TYPES)
        fields = parse_qs((await read_body(request, _FORM_LIMIT)).decode("utf-8", "replace"))
        key = fields.get("key", [""])[0].strip()
        target = own_path(fields.get("next", ["/"])[0])
        now = context.clock()
        opened = await context.write(lambda connection: open_by_key(connection, key, now))
        if opened is None:
            return _form(request, _WRONG, target, 401)
        return _entered(request, opened, target)

    @app.post("/sign-out", include_in_schema=False)
    async def out(request: Request) -> Response:
        secret = session_secret(request.headers.get("cookie", ""))
        if secret is not None:
            await context.write(lambda connection: close_session(connection, secret))
            context.doorkeeper.forget()
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    def _form(request: Request, fault: Text | None, target: str, status: int) -> Response:
        return HTMLResponse(page(context.language(request), fault, target), status)


def _entered(request: Request, opened: OpenedSession, target: str) -> Response:
    response = RedirectResponse(target, 303)
    response.set_cookie(
        COOKIE,
        opened.secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


def own_path(given: str | None) -> str:
    """Return a path of this site to go on to; anything that could lead elsewhere becomes `/`."""
    if not given or not given.startswith("/") or given.startswith(("//", "/\\")) or not given.isprintable():
        return "/"
    return given


def plain_page(language: str, fault: Text | None, target: str) -> str:
    """Return a sign-in form without any design, for an API that is served without the console."""
    title, label, button = (
        ("Sign in", "API key", "Sign in") if language == "en" else ("登录", "接口密钥", "登录")
    )
    told = f"<p role=alert>{escape(fault.in_language(language))}</p>" if fault else ""
    return (
        f"<!doctype html><html lang={language}><meta charset=utf-8><title>{title} · gridsvc</title>"
        f"<h1>{title}</h1>{told}<form method=post action=/sign-in>"
        f'<input type=hidden name=next value="{escape(target)}">'
        f"<label>{label} <input type=password name=key required></label> <button>{button}</button></form>"
    )
