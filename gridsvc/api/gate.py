"""The gate before every route: nothing is open that is not named here as open."""

from __future__ import annotations

import logging
from urllib.parse import quote, urlsplit

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gridsvc.access import Identity
from gridsvc.api.doorkeeper import Doorkeeper
from gridsvc.api.problems import error_problem, preferred_language, problem_response, status_problem
from gridsvc.errors import Forbidden, Text, Unauthorised

COOKIE = "gridsvc_session"
OPEN_PATHS = frozenset(
    {"/docs", "/docs/start.js", "/openapi.json", "/sign-in", "/sign-out", "/favicon.ico", "/public"}
)
OPEN_PREFIXES = ("/health/", "/assets/", "/public/")
_SAFE = ("GET", "HEAD", "OPTIONS")

logger = logging.getLogger(__name__)


def is_open(path: str) -> bool:
    """Tell whether a path may be asked for without a key."""
    return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


class Gate:
    """Lets a request in with a key or a session, and puts the `Identity` into `request.state.identity`.

    A pure ASGI middleware: it adds two dictionary look-ups to a request that it has seen lately.
    """

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper, language: str) -> None:
        self._app = app
        self._doorkeeper = doorkeeper
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        if is_open(scope["path"]) and scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        refusal = await self._refuse(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refusal(scope, receive, send)

    async def _refuse(self, scope: Scope) -> Response | None:
        """Return None when the request may pass, having noted who sent it."""
        authorization = cookie = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
            elif name == b"cookie":
                cookie = value
        if is_open(scope["path"]):  # the sign-in form: no key yet, but from our own page or from no page
            return self._foreign(scope, unsaid=True)
        identity: Identity | None = None
        try:
            if authorization is not None:
                scheme, _, key = authorization.partition(b" ")
                if scheme.lower() == b"bearer":
                    identity = await self._doorkeeper.holder_of_key(key.strip().decode("latin-1"))
            elif cookie is not None and (secret := session_secret(cookie.decode("latin-1"))):
                identity = await self._doorkeeper.holder_of_session(secret)
        except SQLAlchemyError:
            logger.exception("the database does not answer")
            return status_problem(503, self._language_of(scope), {"Retry-After": "2"})
        if identity is None:
            return self._unknown(scope, authorization is not None)
        if identity.by == "session" and scope["method"] not in _SAFE:
            foreign = self._foreign(scope)
            if foreign is not None:
                return foreign
        scope.setdefault("state", {})["identity"] = identity
        return None

    def _unknown(self, scope: Scope, with_key: bool) -> Response:
        request = Request(scope)
        wants_page = "text/html" in request.headers.get("accept", "")
        if wants_page and not with_key and scope["method"] in _SAFE:
            target = scope["path"] + (
                f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
            )
            return RedirectResponse(f"/sign-in?next={quote(target, safe='')}", 303)
        error = Unauthorised(
            "unknown_key" if with_key else "key_required",
            Text("密钥无效或已吊销。", "The key is unknown or revoked.")
            if with_key
            else Text(
                "需要密钥：Authorization: Bearer KEY。", "A key is required: Authorization: Bearer KEY."
            ),
            remedy=Text(
                "用 gridsvc token add 名称 --role 角色 生成密钥。",
                "Make a key with `gridsvc token add NAME --role ROLE`.",
            ),
        )
        challenge = 'Bearer realm="gridsvc"' + (', error="invalid_token"' if with_key else "")
        return problem_response(
            error_problem(error, self._language_of(scope)), {"WWW-Authenticate": challenge}
        )

    def _foreign(self, scope: Scope, *, unsaid: bool = False) -> Response | None:
        """Refuse a change that another site made the browser send.

        `Sec-Fetch-Site` says where a request comes from; without TLS, and from older browsers, `Origin`
        does. A client that sends neither is no browser, and passes if `unsaid`.
        """
        headers = Request(scope).headers
        site = headers.get("sec-fetch-site")
        if site is not None:
            own = site in ("same-origin", "none")
        else:
            origin = headers.get("origin")
            own = unsaid if origin is None else urlsplit(origin).netloc == headers.get("host")
        if own:
            return None
        error = Forbidden(
            "cross_origin",
            Text("只接受本站页面发出的修改请求。", "A change is taken only from a page of this site."),
        )
        return problem_response(error_problem(error, self._language_of(scope)))

    def _language_of(self, scope: Scope) -> str:
        return preferred_language(Request(scope).headers.get("accept-language"), self._language)


def session_secret(cookie: str) -> str | None:
    """Return the session's secret from a `Cookie` header."""
    # Not http.cookies: it stops at the first odd pair, and others of this host may set such ones.
    return cookie_parser(cookie).get(COOKIE) or None


def require(request: Request, action: str) -> Identity:
    """Return who is asking, if the role may do `action`.

    Raises:
        Forbidden: `role_may_not`.
    """
    identity: Identity = request.state.identity
    if not identity.may(action):
        raise Forbidden(
            "role_may_not",
            Text(f"角色 {identity.role} 没有 {action} 权限。", f"The role {identity.role} may not {action}."),
        )
    return identity
