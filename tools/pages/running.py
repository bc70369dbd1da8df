"""A page without Sphinx: its blocks are run and checked, or written again."""

from __future__ import annotations

import re
from pathlib import Path

from tools.pages.blocks import Block, blocks
from tools.pages.session import DiffersError, Session

_PRINTED = re.compile(r"\{printed\}`([^`]+)`")


def run_page(page: Path, folder: Path, *, write: bool = False) -> int:
    """Run a page in an empty folder; return how many blocks were run.

    Parameters
    ----------
    write : bool
        Whether what is printed now is put into the page, where it is not there.
    """
    session = Session(folder)
    done = 0
    changed: list[tuple[Block, str]] = []
    for block in blocks(page):
        if block.kind == "file" and block.is_directive:
            text = file_of(block, page)
            session.write(block.argument, text, more="more" in block.options)
        elif block.kind == "executed" and block.is_directive:
            now = _run(session, block, page, write=write)
            if now != block.body:
                changed.append((block, now))
            if "figure" in block.options:
                session.figure(block.options["figure"], folder / "drawn" / f"{done}.svg")
            done += 1
    if write and changed:
        _write(page, changed)
    told = _PRINTED.findall(page.read_text(encoding="utf-8"))
    wrong = [text for text in told if not session.says(text)]
    if wrong:
        msg = f"{page.name}: not printed on this page: {', '.join(wrong)}"
        raise DiffersError(msg)
    return done


def file_of(block: Block, page: Path) -> str:
    """Return the text of a file: that of the block, or of the page that it names by ``from``."""
    if "from" not in block.options:
        return block.body
    other = page.parent / block.options["from"]
    own = [b for b in blocks(other) if b.kind == "file" and b.argument == block.argument]
    return own[0].body + "".join(f"\n{b.body}" for b in own[1:] if "more" in b.options)


def _run(session: Session, block: Block, page: Path, *, write: bool) -> str:
    try:
        return (session.run if write else session.checked)(block.body, block.options)
    except DiffersError as error:
        msg = f"{page.name}, line {block.first + 1}: {error}"
        raise DiffersError(msg) from None


def _write(page: Path, changed: list[tuple[Block, str]]) -> None:
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    for block, now in reversed(changed):
        lines[block.first : block.first + block.lines] = now.splitlines(keepends=True)
    page.write_text("".join(lines), encoding="utf-8")
