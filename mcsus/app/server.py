"""The server of the page: files, and questions asked of a desk.

It listens on loopback, keeps nothing on disk, and calls nobody.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from mcsus.app.asking import Answer, Questions, Stream
from mcsus.app.files import SHARED, STATIC
from mcsus.app.guard import LOOPBACK, Allowed, Guard
from mcsus.errors import Fault, InputError

if TYPE_CHECKING:
    from starlette.requests import Request

_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

MOST_SECONDS = 30.0
"""How long a question other than a whole run may take, in seconds."""


MOST_WAITING = 8
"""How many questions wait for their turn; one is answered at a time."""


def application(questions: Questions, allowed: Allowed) -> Starlette:
    """Return the application that serves the page and answers its questions.

    Parameters
    ----------
    questions
        What may be asked, by name.
    allowed
        What a request must name and carry (`mcsus.app.guard`).
    """
    turn, waiting = asyncio.Lock(), 0

    files = {"/": STATIC / "index.html", **SHARED}
    files |= {f"/static/{own.relative_to(STATIC).as_posix()}": own for own in STATIC.rglob("*.*")}

    async def file(request: Request) -> Response:
        path = files.get(request.url.path)
        if path is None:
            return _refused(404, "allowed: the page and its files")
        kind = _KINDS.get(path.suffix, "text/plain")
        return Response(path.read_bytes(), media_type=kind)  # small: a thread would take longer

    async def asked(request: Request) -> Response:
        nonlocal waiting
        answer = questions.get(request.path_params["name"])
        if answer is None:
            return _refused(404, f"allowed: {', '.join(sorted(questions))}")
        question = _read(await request.body())
        if question is None:
            return _refused(400, "allowed: a JSON object")
        if waiting >= MOST_WAITING:
            return _refused(429, f"allowed: {MOST_WAITING} questions at a time")
        waiting += 1
        try:
            async with turn:
                return await _answered(answer, question)
        finally:
            waiting -= 1

    routes = [
        Route("/api/{name}", asked, methods=["POST"]),
        Route("/{path:path}", file),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, allowed)])


def _read(body: bytes) -> dict[str, Any] | None:
    """Return the object that a body is, if it is one of finite numbers."""
    try:
        read = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _no_number(text: str) -> float:
    raise ValueError(text)


async def _answered(
    answer: Callable[[dict[str, Any]], Answer], question: dict[str, Any]
) -> Response:
    try:
        told = await asyncio.wait_for(run_in_threadpool(answer, question), MOST_SECONDS)
    except TimeoutError:
        return _refused(503, f"allowed: what is answered within {MOST_SECONDS:g} s")
    if isinstance(told, dict):
        return JSONResponse(told)
    return StreamingResponse(_lines(told), media_type="application/x-ndjson")


async def _lines(told: Stream) -> AsyncIterator[str]:
    """Send one object a line, and cancel what makes them when nobody listens any more."""
    try:
        async for line in iterate_in_threadpool(told.lines):
            yield json.dumps(line) + "\n"
    finally:
        told.cancel()


def _refused(status: int, text: str) -> Response:
    return JSONResponse({"refused": text}, status)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; of port 0 the system chooses one.

    Raises
    ------
    InputError
        If the address is none of this machine, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        at = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        found, where = (
            (f"{port} ({reason})", "--port") if port else (f"{host!r} ({reason})", "--host")
        )
        allowed = "a port that is free" if port else "an address of this machine"
        raise InputError(Fault(found, allowed, (where,))) from error
    # else the body of an answer waits 40 ms until its head is acknowledged
    at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections take it over
    return at


def hosts_of(address: str, port: int) -> frozenset[str]:
    """Return the hosts that a request may name where a server listens at an address."""
    named = LOOPBACK if address in ("127.0.0.1", "::1") else (*LOOPBACK, address)
    return frozenset(f"{host}:{port}" for host in named)


def serve(app: Starlette, at: socket.socket) -> None:
    """Serve until interrupted."""
    config = uvicorn.Config(
        app, log_level="error", lifespan="off", server_header=False, date_header=False
    )
    uvicorn.Server(config).run(sockets=[at])
