"""Who may come in: whoever knows the password, by an address of this machine, from a page of ours.

The notebooks show single, pseudonymous journeys. So nobody sees them who was not given the password, no page that
another site serves can ask for them (names that resolve to this machine, foreign origins), and nothing that they show
can load anything from elsewhere, whatever a customer may have typed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pipelines.language import tr

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "access_token"  # noqa: S105 - the name of the parameter, not a password
WRONG_PASSWORD_S = 0.5  # guessing takes its time
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",  # marimo's own; texts of customers are escaped
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' {sockets} data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' data: blob:",
        "frame-ancestors 'self'",
        "form-action 'self'",
        "base-uri 'self'",
    )
)


class Door:
    """Stands before an ASGI application."""

    def __init__(self, app: ASGIApp, password: str, port: int, home: str) -> None:
        """Guard an application.

        Args:
            app: What is behind.
            password: Who knows it may come in.
            port: Where it is served.
            home: Path of the page that one comes to first.
        """
        self._app = app
        self._password = password
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self._cookie = f"terreng_{port}"
        self._pass = hashlib.sha256(password.encode()).hexdigest()  # a header cannot hold every letter
        self._home = home
        sockets = " ".join(f"ws://{host}" for host in sorted(self._hosts))
        self._policy = CONTENT_POLICY.format(sockets=sockets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, ask for the password, or refuse."""
        from starlette.requests import HTTPConnection, Request
        from starlette.websockets import WebSocket

        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asking = HTTPConnection(scope)
        if self._is_foreign(asking):
            refusal = _refusal() if scope["type"] == "http" else WebSocket(scope, receive, send).close()
            await (refusal(scope, receive, send) if callable(refusal) else refusal)
        elif scope["type"] == "websocket":
            known = self._is_known(asking)
            await (self._app(scope, receive, send) if known else WebSocket(scope, receive, send).close())
        else:
            await self._answer(Request(scope, receive), receive, self._guarded(send))

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        from starlette.responses import RedirectResponse

        answer: Response | None = None
        if TOKEN in request.query_params:
            answer = self._without_token(request)
        elif request.url.path == "/login" and request.method == "POST":
            answer = await self._login(request)
        elif not self._is_known(request):
            answer = _asks()
        elif request.url.path == "/":
            answer = RedirectResponse(self._home, status_code=303)
        await (answer or self._app)(request.scope, receive, send)

    def _without_token(self, request: Request) -> Response:
        """Whoever comes by the link goes on without the password in the address, where histories would keep it."""
        if not self._is_right(request.query_params[TOKEN]):
            return _asks(is_again=True)
        rest = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != TOKEN])
        return self._welcomed(request.url.path + (f"?{rest}" if rest else ""))

    async def _login(self, request: Request) -> Response:
        form = await request.form()
        if self._is_right(str(form.get("password", ""))):
            return self._welcomed(self._home)
        await asyncio.sleep(WRONG_PASSWORD_S)
        return _asks(is_again=True)

    def _welcomed(self, to: str) -> Response:
        from starlette.responses import RedirectResponse

        answer = RedirectResponse("/" + to.lstrip("/"), status_code=303)
        answer.set_cookie(self._cookie, self._pass, httponly=True, samesite="strict")
        return answer

    def _is_right(self, password: str) -> bool:
        return hmac.compare_digest(password.encode(), self._password.encode())

    def _is_known(self, asking: HTTPConnection) -> bool:
        shown = asking.cookies.get(self._cookie, "")
        return not self._password or hmac.compare_digest(shown.encode(), self._pass.encode())

    def _is_foreign(self, asking: HTTPConnection) -> bool:
        """Whether it was asked by another name than ours, or by a page that is not ours."""
        origin = asking.headers.get("origin")
        is_ours = origin is None or origin.removeprefix("http://") in self._hosts
        return asking.headers.get("host", "").lower() not in self._hosts or not is_ours

    def _guarded(self, send: Send) -> Callable[[Message], Awaitable[None]]:
        """Every answer says what a page may load, and that no other page may hold it."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = (
                    (b"content-security-policy", self._policy.encode()),
                    (b"referrer-policy", b"same-origin"),  # with none, forms would come from nowhere
                    (b"x-content-type-options", b"nosniff"),
                )
                message = {**message, "headers": [*message.get("headers", ()), *extra]}
            await send(message)

        return guarded


def _refusal() -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(tr("Only pages of this machine may ask here."), status_code=403)


def _asks(*, is_again: bool = False) -> Response:
    from starlette.responses import HTMLResponse

    page = (files("pipelines.explore") / "login.html").read_text(encoding="utf-8")
    texts = {
        "title": tr("Terreng: password"),
        "question": tr("Password"),
        "help": tr("`terreng explore` prints it in the terminal where it was started."),
        "wrong": tr("That is not the password.") if is_again else "",
        "go": tr("Open"),
    }
    for name, text in texts.items():
        page = page.replace(f"{{{{{name}}}}}", escape(text))
    return HTMLResponse(page, status_code=401)
