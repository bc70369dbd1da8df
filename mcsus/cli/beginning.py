"""The command that writes a study file to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from mcsus.cli import completing
from mcsus.cli.folders import writable
from mcsus.cli.printing import say
from mcsus.errors import Fault, InputError

SUFFIX = ".toml"


def new(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.toml", help="The file to write, which is not there yet.")
    ],
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="STUDY",
            help="A study to begin with, by id or path; else a template.",
            autocompletion=completing.studies,
        ),
    ] = None,
) -> None:
    """Write a study file to begin with, commented and valid; nothing is overwritten."""
    from mcsus.runner import check  # noqa: PLC0415 - so that help is quick
    from mcsus.study import Study  # noqa: PLC0415
    from mcsus.study.beginning import SCHEMA_FILE, begun  # noqa: PLC0415
    from mcsus.study.study_file import read_toml_text  # noqa: PLC0415

    _refuse_odd(file)
    text = begun(file.stem, from_)
    where = from_ or str(file)
    check(Study.from_dict(read_toml_text(text, where), where, file.parent))
    writable(file.parent, "FILE.toml")
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        _refuse_odd(file)
    named = shlex.quote(str(file))
    say(f"Wrote {file}\nNext: mcsus check {named}; mcsus run {named}")
    if not (file.parent / SCHEMA_FILE).exists():
        say(f"An editor completes its keys once this is beside it: mcsus schema > {SCHEMA_FILE}")


def _refuse_odd(file: Path) -> None:
    """Raise InputError unless a file of the name may be written."""
    if file.suffix != SUFFIX:
        near = str(file.with_suffix(SUFFIX)) if file.name else None
        raise InputError(Fault(repr(str(file)), f"a file that ends in {SUFFIX}", ("new",), near))
    if file.exists() or file.is_symlink():
        raise InputError(Fault(f"{file}, which is there already", "a new file", ("new",)))
    if not file.parent.is_dir():
        raise InputError(Fault(f"no folder {file.parent}", "a folder that is there", ("new",)))
