"""What a request must be before the page's server looks at it.

A server on loopback can be reached by every page that is open in the same browser: by its name
(a name may be made to lead to 127.0.0.1), by a form or by a script. Each rule below closes one of
these ways; none relies on another.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "X-Mcsus-Token"  # noqa: S105 (the name of a header)
MOST_BYTES = 1_000_000
"""How long the body of a request may be, in bytes."""

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
ANSWERED_WITH = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused: the status of HTTP and a sentence."""

    status: int
    text: str


@dataclass(frozen=True)
class Allowed:
    """What requests are held against: the hosts that the server is called by, and its token."""

    hosts: frozenset[str]
    token: str


@dataclass(frozen=True)
class Asked:
    """What the rules look at: the head of a request, and what it is held against."""

    method: str
    path: str
    headers: Headers
    allowed: Allowed

    @property
    def is_api(self) -> bool:
        """Whether it asks a question, and not for a file."""
        return self.path.startswith("/api/")


Rule = Callable[[Asked], Refusal | None]


class Guard:
    """Refuse what breaks a rule, stop bodies that are too long, and add the headers of safety.

    Parameters
    ----------
    app
        The application that answers what is let through.
    allowed
        The hosts (with port) that a request may name, and the token it must carry.
    """

    def __init__(self, app: ASGIApp, allowed: Allowed) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(ANSWERED_WITH)
            await send(message)

        asked = Asked(scope["method"], scope["path"], Headers(scope=scope), self.allowed)
        refusal = next(filter(None, (rule(asked) for rule in RULES)), None)
        if refusal is None and asked.is_api:
            body = await _body(receive)
            if body is None:
                refusal = _TOO_LONG
            else:
                receive = _once(body, receive)
        if refusal is not None:
            answer = JSONResponse({"refused": refusal.text}, refusal.status)
            await answer(scope, receive, safely)
            return
        await self.app(scope, receive, safely)


def _host(asked: Asked) -> Refusal | None:
    if (
        len(asked.headers.getlist("host")) == 1
        and asked.headers["host"].lower() in asked.allowed.hosts
    ):
        return None
    return Refusal(400, "This page is served under the address that was printed, and no other.")


def _method(asked: Asked) -> Refusal | None:
    wanted = ("POST",) if asked.is_api else ("GET", "HEAD")
    return None if asked.method in wanted else Refusal(405, f"allowed: {wanted[0]}")


def _origin(asked: Asked) -> Refusal | None:
    """Let through the page itself, and whoever opens it by an address or a link."""
    origin = asked.headers.get("origin")
    own = {f"http://{host}" for host in asked.allowed.hosts}
    site = asked.headers.get("sec-fetch-site", "same-origin")
    sites = ("same-origin",) if asked.is_api else ("same-origin", "none")
    if origin not in (None, *own) or (site not in sites and not _is_opened(asked)):
        return Refusal(403, "The request comes from another page.")
    return None


def _is_opened(asked: Asked) -> bool:
    """Return whether somebody opens the page itself, from wherever the link stood."""
    return asked.path == "/" and asked.headers.get("sec-fetch-mode") == "navigate"


def _token(asked: Asked) -> Refusal | None:
    if not asked.is_api:
        return None
    given = asked.headers.get(TOKEN_HEADER, "")
    if hmac.compare_digest(given.encode("latin-1"), asked.allowed.token.encode()):
        return None
    return Refusal(
        401, "The token is missing or of another server: open the address that mcsus serve printed."
    )


def _content(asked: Asked) -> Refusal | None:
    if not asked.is_api:
        return None
    kind = asked.headers.get("content-type", "").split(";")[0].strip().lower()
    return None if kind == "application/json" else Refusal(415, "allowed: application/json")


def _length(asked: Asked) -> Refusal | None:
    told = asked.headers.get("content-length", "0")
    return None if told.isdecimal() and int(told) <= MOST_BYTES else _TOO_LONG


_TOO_LONG = Refusal(413, f"allowed: at most {MOST_BYTES:,} bytes")
RULES: tuple[Rule, ...] = (_host, _method, _origin, _token, _content, _length)


async def _body(receive: Receive) -> bytes | None:
    """Return what is sent, or nothing where it is more than may be or the sender has gone."""
    parts = b""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts += message.get("body", b"")
        if len(parts) > MOST_BYTES:
            return None
        more = message.get("more_body", False)
    return parts


def _once(body: bytes, then: Receive) -> Receive:
    """Return a way to receive a body that has been read, and after it what still comes."""
    kept: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return kept.pop() if kept else await then()

    return receive
