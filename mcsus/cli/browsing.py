"""The browser of this machine, where there is one."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

from mcsus.cli.printing import say

_SCREENS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


def browser() -> webbrowser.BaseBrowser | None:
    """Return the browser of this machine; None where there is none, or no screen."""
    has_screen = sys.platform in ("darwin", "win32") or any(map(os.environ.get, _SCREENS))
    try:
        return webbrowser.get() if has_screen else None
    except webbrowser.Error:
        return None


def open_page(page: Path) -> None:
    """Open a page in the browser, or say where it is."""
    found = browser()
    if found is None or not found.open(page.resolve().as_uri()):
        say(f"mcsus: no browser was found here: open {page} in one", err=True, link=page)
