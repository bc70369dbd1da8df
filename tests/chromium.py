"""A browser for tests: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright

_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@contextmanager
def opened() -> Iterator[Any]:
    """Open a browser; a test fails where there is none."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    assert path is not None, "chromium is not installed"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()
