"""The command that serves the page."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from mcsus.cli import completing
from mcsus.cli.printing import say
from mcsus.errors import Fault, InputError

_LOOPBACK = ("127.0.0.1", "::1")


def serve(
    studies: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[STUDY]...",
            help="A .toml file, the id of a shipped study, a folder of a run.",
            autocompletion=completing.studies,
        ),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser of this machine.")
    ] = False,
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
        address = f"http://{shown}:{used}/#token={token}"
        say(f"{address}\nCtrl-C ends it; nothing leaves this machine")
        with opening(address) if open_ else contextlib.nullcontext():
            server.serve(app, at)


@contextlib.contextmanager
def opening(address: str) -> Iterator[None]:
    """Open an address in a browser, or say that there is none.

    The token in it would be told to all who list processes, so the browser is handed a page that
    leads there and that only its owner can read; it is removed at the end.
    """
    from mcsus.cli.browsing import browser  # noqa: PLC0415 - webbrowser

    found = browser()
    if found is None:
        say("no browser was found here: open the address above in one that reaches it", err=True)
        yield
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "open.html"
        page.write_text(f'<meta http-equiv="refresh" content="0; url={address}">', "utf-8")
        threading.Thread(target=found.open, args=(page.as_uri(),), daemon=True).start()
        yield
