"""The command that serves the page."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from mcsus.cli.printing import say
from mcsus.errors import Fault, InputError

_LOOPBACK = ("127.0.0.1", "::1")


def serve(
    studies: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STUDY]...", help="A .toml file or the id of a shipped study."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; by default one that is free.")
    ] = 0,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    i_understand: Annotated[
        bool,
        typer.Option(
            "--i-understand",
            help="Let others of the network reach the page at --host; it is not encrypted.",
        ),
    ] = False,
) -> None:
    """Open a study as a page to try it: drag an input, see interval, ranking and verdict follow."""
    if host not in _LOOPBACK and not i_understand:
        allowed = f"{' or '.join(_LOOPBACK)}, or --i-understand beside it: others can reach it"
        raise InputError(Fault(repr(host), allowed, ("--host",)))
    try:
        from mcsus.app import server  # noqa: PLC0415 - starlette, uvicorn
    except ImportError as error:
        allowed = "what pip install 'mcsus[web]' brings"
        raise InputError(Fault(f"no package {error.name!r}", allowed, ("serve",))) from error
    from mcsus.app.desk import Desk  # noqa: PLC0415
    from mcsus.app.guard import Allowed  # noqa: PLC0415

    desk = Desk(studies or ["tinyml_device"])
    desk.begin()
    with server.listening(host, port) as at:
        token, used = secrets.token_urlsafe(32), at.getsockname()[1]
        app = server.application(desk.questions, Allowed(server.hosts_of(host, used), token))
        shown = f"[{host}]" if ":" in host else host
        say(f"http://{shown}:{used}/#token={token}\nCtrl-C ends it; nothing leaves this machine")
        server.serve(app, at)
