"""What the program tells of itself, written for Sphinx before it reads; and the last look.

Pages of `reference` include ``docs/_made/NAME.md``. At the end every link within the pages must
lead somewhere, and nothing may be loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxRole

from tools.pages import library_pages
from tools.pages.links import faults
from tools.pages.reference import PARTS

LISTS = "reference/library"


def _write(app: Sphinx) -> None:
    source = Path(app.srcdir)
    texts = {source / "_made" / f"{name}.md": part() for name, part in PARTS.items()}
    lists = library_pages.lists()
    texts |= {source / LISTS / f"{group}.md": text for group, text in lists.items()}
    names = "\n".join(f"library/{group}" for group in lists)
    texts[source / "_made" / "library.md"] = f"```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"
    for old in {*(source / LISTS).glob("*.md")} - texts.keys():
        old.unlink()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _pages(_app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield from library_pages.records_as_pages()


def _look(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.name == "html":
        found = faults(Path(app.outdir))
        if found:
            msg = "links that lead nowhere, or load from elsewhere:\n" + "\n".join(found)
            raise SphinxError(msg)


class Made(SphinxRole):
    """A link to the page of a parameter of the library."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        up = "../" * self.env.docname.count("/")
        address = f"{up}{library_pages.FOLDER}/{self.text}.html"
        link = nodes.reference("", "", nodes.literal("", self.text), refuri=address)
        return [link], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to write and when to look."""
    app.connect("builder-inited", _write)
    app.connect("html-collect-pages", _pages)
    app.connect("build-finished", _look)
    app.add_role("parameter", Made())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
