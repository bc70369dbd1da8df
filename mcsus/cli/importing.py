"""The command that makes a study of a file of another tool."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from mcsus.cli.printing import say
from mcsus.errors import Fault, InputError

_EQUATION = re.compile(r"\s*([A-Za-z]\w*)\s*=\s*([^=\[\]]+?)\s*(?:\[([^\[\]]+)\])?\s*", re.ASCII)


def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Of what tool: salib, openlca, ...")],
    file: Annotated[Path, typer.Argument(help="A file of it.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The study file to write.")],
    units: Annotated[
        list[str] | None, typer.Option("--unit", metavar="NAME=UNIT", help="The unit of an input.")
    ] = None,
    formulas: Annotated[
        list[str] | None,
        typer.Option(
            "--formula",
            metavar="NAME=FORMULA",
            help='An output of what the file holds: "footprint = mass*factor [kg CO2e]".',
        ),
    ] = None,
) -> None:
    """Make a study of a file of another tool; what is not carried over is told."""
    from mcsus.neighbours.imported import read  # noqa: PLC0415
    from mcsus.result.atomic import replacing  # noqa: PLC0415
    from mcsus.result.wording import count  # noqa: PLC0415
    from mcsus.study.definition import Study  # noqa: PLC0415
    from mcsus.study.exporting import study_file  # noqa: PLC0415

    if out.exists():
        raise InputError(Fault(f"{out}, which is there", "a file that is not", ("-o",)))
    tables, told = read(kind, file, _pairs(units or []), _equations(formulas or []))
    study = Study.from_dict(tables)
    text = "".join(f"# {line}\n" for line in told) + study_file(tables)
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as temporary:
        temporary.write_text(text, encoding="utf-8")
    for line in told:
        say(f"told: {line}", err=True)
    inputs, equations = len(study.parameters), len(tables["equations"])
    held = f"{count(inputs, 'input')}, {count(equations, 'equation')}"
    say(f"Wrote {out}: {held}.")
    say(f"Next: mcsus run {shlex.quote(str(out))}")


def _pairs(texts: list[str]) -> dict[str, str]:
    made = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not (name.strip() and mark and value.strip()):
            raise InputError(Fault(repr(text), "NAME=UNIT", ("--unit",)))
        made[name.strip()] = value.strip()
    return made


def _equations(texts: list[str]) -> dict[str, tuple[str, str]]:
    made = {}
    for text in texts:
        match = _EQUATION.fullmatch(text)
        if match is None:
            allowed = "NAME = FORMULA [UNIT], such as footprint = mass*factor [kg CO2e]"
            raise InputError(Fault(repr(text), allowed, ("--formula",)))
        made[match[1]] = match[2], match[3] or "1"
    return made
