"""A page without Sphinx: its blocks are run and checked, or written again."""

from __future__ import annotations

from pathlib import Path

from tools.pages.blocks import Block, blocks
from tools.pages.session import DiffersError, Session


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
            session.write(block.argument, block.body, more="more" in block.options)
        elif block.kind == "executed" and block.is_directive:
            now = _run(session, block, page, write=write)
            if now != block.body:
                changed.append((block, now))
            if "figure" in block.options:
                session.figure(block.options["figure"], folder / "drawn" / f"{done}.svg")
            done += 1
    if write and changed:
        _write(page, changed)
    return done


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
