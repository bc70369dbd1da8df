"""The directives of the pages, for Sphinx.

``{executed}`` runs commands (``$ mcsus run kettle.toml``) and Python (``>>> ``), shows what they
print and a figure of it, and fails where the page says otherwise. ``{file}`` writes a file that
later commands of the page find. The role ``printed`` holds a number of the text to what was
printed.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from tools.pages.blocks import Block
from tools.pages.running import file_of
from tools.pages.session import DiffersError, Session

ROOT = Path(__file__).parents[2]
DRAWN = "_drawn"
_PARTS = "mcsus/**/*.py", "tools/pages/*.py", "distributions/*", "studies/*.toml"


def _session(env: Any) -> Session:
    """Return the session of the page that is read, which is its own."""
    held = env.temp_data.get("session")
    if held is None:
        folder = tempfile.TemporaryDirectory(prefix="page-")
        held = Session(Path(folder.name))
        env.temp_data["session"] = held
        env.temp_data["session_folder"] = folder  # removed with the last reference to it
    return held


class Executed(SphinxDirective):
    """Commands or Python, with what they print."""

    has_content = True
    option_spec = {  # noqa: RUF012 - as docutils has it
        "parts": directives.unchanged,
        "exit": directives.unchanged,
        "raises": directives.flag,
        "quiet": directives.flag,
        "figure": directives.unchanged,
        "caption": directives.unchanged,
        "alt": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return the block, and its figure."""
        session = _session(self.env)
        options = {name: str(value) for name, value in self.options.items()}
        try:
            text = session.checked("\n".join(self.content) + "\n", options)
        except DiffersError as error:
            self.env.note_reread()  # what was wrong is looked at again
            raise self.error(str(error)) from None
        block = nodes.literal_block(text, text.rstrip("\n"))
        block["language"] = "pycon" if text.startswith(">>>") else "console"
        self.set_source_info(block)
        figure = [self._figure(session)] if "figure" in self.options else []
        return [block, *figure]

    def _figure(self, session: Session) -> nodes.Node:
        name = f"{self.env.docname.replace('/', '-')}-{self.env.new_serialno('drawn')}"
        drawn = session.figure(self.options["figure"], Path(self.env.srcdir) / DRAWN / name)
        alt = self.options.get("alt") or self.options.get("caption", "")
        image = nodes.image(uri=f"/{DRAWN}/{drawn.name}", alt=alt)
        figure = nodes.figure("", image)
        if "caption" in self.options:
            parsed, messages = self.parse_inline(self.options["caption"])
            figure += [nodes.caption("", "", *parsed), *messages]
        return figure


class File(SphinxDirective):
    """A file of the page."""

    has_content = True
    required_arguments = 1
    option_spec = {  # noqa: RUF012 - as docutils has it
        "more": directives.flag,
        "from": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Write the file, and show it with its name."""
        name, more = self.arguments[0], "more" in self.options
        page = Path(self.env.doc2path(self.env.docname))
        body = "\n".join(self.content)
        options = {key: str(value) for key, value in self.options.items()}
        text = file_of(Block("file", True, name, f"{body}\n", 0, 0, options), page)
        _session(self.env).write(name, text, more=more)
        if "from" in options:
            words = f"`{name}` is the file of [](<{options['from']}>)."
            return list(self.parse_text_to_nodes(words))
        text = text.rstrip("\n")
        block = nodes.literal_block(text, text)
        block["language"] = {"py": "python", "csv": "text", "yml": "yaml"}.get(
            Path(name).suffix[1:], Path(name).suffix[1:]
        )
        self.set_source_info(block)
        caption = nodes.caption("", f"{name}, added at the end" if more else name)
        around = nodes.container("", caption, block, literal_block=True)
        around["classes"] = ["literal-block-wrapper"]
        return [around]


class Printed(SphinxRole):
    """A number of the text that a command of the page has printed before."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text, or say that it was not printed."""
        if _session(self.env).says(self.text):
            return [nodes.Text(self.text)], []
        self.env.note_reread()
        message = self.inliner.reporter.error(f"{self.text!r} was not printed on this page")
        return [], [message]


def _program() -> str:
    """Return a digest of the program: where it changes, all pages are run again."""
    files = sorted(path for kind in _PARTS for path in ROOT.glob(kind) if path.is_file())
    told = hashlib.sha256()
    for path in files:
        told.update(path.read_bytes())
    return told.hexdigest()


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_config_value("program", _program(), "env")
    app.add_directive("executed", Executed)
    app.add_directive("file", File)
    app.add_role("printed", Printed())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
