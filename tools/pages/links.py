"""Links of a folder of HTML pages that lead nowhere, and what is loaded from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

_TARGET = re.compile(r'<(a|img|script|link|source|iframe)\b[^>]*?\s(href|src)="([^"]*)"')
_NAMED = re.compile(r'\s(?:id|name)="([^"]+)"')
_REMOTE = "http:", "https:", "//"


def faults(folder: Path) -> list[str]:
    """Return what is wrong with the links of the pages of a folder.

    Parameters
    ----------
    folder : Path
        Of pages that link to each other.
    """
    found = []
    for page in sorted(folder.rglob("*.html")):
        if "_static" in page.parts:
            continue
        text = page.read_text(encoding="utf-8")
        for tag, _, target in set(_TARGET.findall(text)):
            wrong = _wrong(page, tag, target)
            if wrong:
                found.append(f"{page.relative_to(folder)}: {target}: {wrong}")
    return found


def _wrong(page: Path, tag: str, target: str) -> str:
    if target.startswith(_REMOTE):
        return "" if tag == "a" else "is loaded from elsewhere"
    parts = urlsplit(target)
    if parts.scheme or target in ("", "#"):
        return ""
    file = (page.parent / unquote(parts.path)) if parts.path else page
    file = file / "index.html" if file.is_dir() else file
    if not _is_file(file):
        return "no such file"
    if parts.fragment and file.suffix == ".html" and unquote(parts.fragment) not in _names(file):
        return "no such place"
    return ""


@cache
def _is_file(file: Path) -> bool:
    return file.is_file()


@cache
def _names(file: Path) -> frozenset[str]:
    return frozenset(_NAMED.findall(file.read_text(encoding="utf-8")))
