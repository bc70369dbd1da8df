"""One page, run from its first block to its last in a folder of its own."""

from __future__ import annotations

import ast
import contextlib
import difflib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTH = 100
"""Columns of the terminal of a page."""

_PROMPT = re.compile(r"^(\$|>>>) ")
_MORE = re.compile(r"^\.\.\.( |$)")


class DiffersError(AssertionError):
    """What a page says is printed is not what is."""


@dataclass(frozen=True)
class Step:
    """A command or a statement, and what the page says it prints."""

    prompt: str
    lines: tuple[str, ...]
    printed: tuple[str, ...]

    @property
    def text(self) -> str:
        """The command, or the statement, without prompts."""
        return "\n".join(re.sub(r"^(\$|>>>|\.\.\.) ?", "", line) for line in self.lines)


def steps(body: str) -> list[Step]:
    """Return the steps of a block in order."""
    found: list[tuple[str, list[str], list[str]]] = []
    for line in body.rstrip("\n").split("\n"):
        prompt = _PROMPT.match(line)
        if prompt:
            found.append((prompt[1], [line], []))
        elif not found:
            msg = f"a block begins with '$ ' or '>>> ', not with {line!r}"
            raise DiffersError(msg)
        elif _continues(*found[-1], line):
            found[-1][1].append(line)
        else:
            found[-1][2].append(line)
    return [Step(prompt, tuple(lines), tuple(printed)) for prompt, lines, printed in found]


def _continues(prompt: str, lines: list[str], printed: list[str], line: str) -> bool:
    if printed:
        return False
    return lines[-1].endswith("\\") if prompt == "$" else bool(_MORE.match(line))


class Session:
    """A folder, and the names of its Python.

    Parameters
    ----------
    folder : Path
        Where files are written and commands are run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "__page__"}
        self.printed: list[str] = []

    def write(self, name: str, text: str, *, more: bool = False) -> None:
        """Write a file of the page, or more of it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") + "\n" if more else ""
        path.write_text(before + text, encoding="utf-8")

    def run(self, body: str, options: dict[str, str]) -> str:
        """Return a block with what is printed now.

        Options are ``parts`` (the paragraphs to show, by how they begin, with commas between),
        ``exit`` (the exit code of the command), ``raises`` (Python ends with an error) and
        ``quiet`` (nothing that is printed is shown).
        """
        shown: list[str] = []
        with self._here():
            for step in steps(body):
                printed = self._do(step, options)
                self.printed.append(printed)
                shown += step.lines
                if "quiet" not in options:
                    shown += _parts(printed, options.get("parts", "")).splitlines()
        return "\n".join(line.rstrip() for line in shown) + "\n"

    def checked(self, body: str, options: dict[str, str]) -> str:
        """Return a block if it says what is printed now."""
        now = self.run(body, options)
        said = [" ".join(line.split()) for line in body.rstrip().splitlines()]
        if said != [" ".join(line.split()) for line in now.rstrip().splitlines()]:
            between = difflib.unified_diff(
                body.rstrip().splitlines(), now.rstrip().splitlines(), "page", "now", lineterm=""
            )
            hint = "python -m tools.pages --write PAGE puts in what is printed now"
            raise DiffersError("\n".join([*between, hint]))
        return now

    def figure(self, what: str, to: Path) -> Path:
        """Write a figure: a file of the folder, or what a name of the page's Python draws."""
        made = self.folder / what
        target = to.with_suffix(made.suffix if made.is_file() else ".svg")
        target.parent.mkdir(parents=True, exist_ok=True)
        if made.is_file():
            shutil.copyfile(made, target)
            return target
        with self._here():
            drawn = eval(what, self.names)
        drawn = getattr(drawn, "flat", [drawn])[0]
        figure = getattr(drawn, "figure", drawn)
        figure.savefig(target, bbox_inches="tight", metadata={"Date": None})
        return target

    def says(self, text: str) -> bool:
        """Tell whether a text was printed on the page."""
        wanted = " ".join(text.split())
        return any(wanted in " ".join(printed.split()) for printed in self.printed)

    @contextlib.contextmanager
    def _here(self) -> Iterator[None]:
        before, columns = Path.cwd(), os.environ.get("COLUMNS")
        os.chdir(self.folder)
        os.environ["COLUMNS"] = str(WIDTH)
        try:
            yield
        finally:
            os.chdir(before)
            if columns is None:
                del os.environ["COLUMNS"]
            else:
                os.environ["COLUMNS"] = columns

    def _do(self, step: Step, options: dict[str, str]) -> str:
        if step.prompt == ">>>":
            return self._python(step.text, raises="raises" in options)
        words = shlex.split(step.text.replace("\\\n", " "), comments=True)
        code, printed = _mcsus(words[1:]) if words[0] == "mcsus" else _other(words)
        if code != int(options.get("exit", "0")):
            msg = f"{step.text}: exit code {code}\n{printed}"
            raise DiffersError(msg)
        return printed

    def _python(self, text: str, *, raises: bool) -> str:
        out = io.StringIO()
        mode = "exec" if isinstance(ast.parse(text).body[0], ast.Import) else "single"
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(text + "\n", "<page>", mode), self.names)
            except Exception as error:
                if not raises:
                    raise
                print(f"{type(error).__name__}: {error}")
        return out.getvalue()


def _mcsus(words: list[str]) -> tuple[int, str]:
    from mcsus.cli import run_command  # noqa: PLC0415 - the pages of a reference need it not

    out = io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # as the command does
        code = run_command(words)
    return code, out.getvalue()


def _other(words: list[str]) -> tuple[int, str]:
    beside = Path(sys.executable).parent
    paths = {"PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, **paths}
    )
    return done.returncode, done.stdout + done.stderr


def _parts(printed: str, names: str) -> str:
    """Return the paragraphs that begin so; all without names."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted:
        return printed.strip("\n")
    paragraphs = re.split(r"\n\s*\n", printed.strip("\n"))
    kept = [part for part in paragraphs if part.startswith(tuple(wanted))]
    for name in wanted:
        if not any(part.startswith(name) for part in kept):
            msg = f"no paragraph begins with {name!r}:\n{printed}"
            raise DiffersError(msg)
    return "\n\n".join(kept)
