"""The page as one module: for a notebook, which loads one text and no files beside it.

Each module of the page becomes a function that is called once and returns what it exports; an
import becomes what another one returned. What is not written as the page writes its imports and
exports is refused here, not in a reader's notebook.
"""

from __future__ import annotations

import json
import re
from graphlib import TopologicalSorter
from posixpath import dirname, join, normpath

from mcsus.app.files import SHARED, STATIC

ENTRY = "widget.js"
STYLES = "styles.js"
"""A module that there is in a bundle alone: the styles of the page as a text."""

_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";$', re.MULTILINE)
_DECLARED = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)
_NAME = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
_LISTED = re.compile(r"\bexport ?\{([^}]*)\};$", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b.*$", re.MULTILINE)

_ALONE = "const globalThis = {}, exports = undefined, define = undefined;"
"""Libraries that offer themselves to all of a page (D3) are kept for this one."""


def bundle() -> str:
    r"""Return the module of the widget, with all that it imports and the styles of the page.

    Examples
    --------
    >>> bundle().rstrip().rsplit("\n", 1)[-1]
    'export default { render: module_widget_js.render };'
    """
    sources = _sources(ENTRY)
    order = TopologicalSorter({name: _imported(name, text) for name, text in sources.items()})
    parts = [_ALONE, *(_as_function(name, sources[name]) for name in order.static_order())]
    return "\n".join([*parts, f"export default {{ render: {_variable(ENTRY)}.render }};", ""])


def styles() -> str:
    """Return the styles of the page for a part of a document.

    What depends on the width of the window depends on that of the part, and what is measured by
    the letters of the document is in pixels.
    """
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', _read("index.html"))
    text = "\n".join(_read(sheet.removeprefix("/static/")) for sheet in sheets)
    text = re.sub(r"@media (?=\((?:max|min)-width)", "@container ", text).replace(":root", ":host")
    return re.sub(r"([\d.]+)rem\b", lambda found: f"{16 * float(found[1]):g}px", text)


def _sources(entry: str) -> dict[str, str]:
    """Return the text of a module and of all that it imports, by path."""
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _read(name)
            waiting += _imported(name, found[name])
    return found


def _read(name: str) -> str:
    if name == STYLES:
        return f"export const styles = {json.dumps(styles())};\n"
    shared = SHARED.get(name) or SHARED.get(f"/static/{name}")
    return (shared or STATIC / name).read_text(encoding="utf-8")


def _imported(name: str, text: str) -> list[str]:
    return [_path(name, found[2]) for found in _IMPORT.finditer(text)]


def _path(importer: str, told: str) -> str:
    return normpath(join(dirname(importer), told))


def _variable(name: str) -> str:
    return "module_" + re.sub(r"\W", "_", name)


def _as_function(name: str, text: str) -> str:
    def imported(found: re.Match[str]) -> str:
        if not found[1]:
            return ""
        return f"const {{{found[1].replace(' as ', ': ')}}} = {_variable(_path(name, found[2]))};"

    body = _IMPORT.sub(imported, text)
    returned = _NAME.findall(body)
    for listed in _LISTED.findall(body):
        pairs = [own.strip().split(" as ") for own in listed.split(",")]
        returned += [f"{pair[-1]}: {pair[0]}" for pair in pairs]
    body = _DECLARED.sub("", _LISTED.sub("", body))
    if left := _LEFT.search(body):
        msg = f"{name}: {left[0]!r} is no import or export that a bundle takes"
        raise ValueError(msg)
    return (
        f"const {_variable(name)} = (() => {{\n{body}\nreturn {{ {', '.join(returned)} }};\n}})();"
    )
