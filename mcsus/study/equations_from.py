"""``equations_from = "my_equations.py"``: a Python module of equations, run by leave alone.

What it gives is written as formulas, with the hash of the module beside them: a saved run is
reported, resumed and verified without running any code.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from mcsus.declared.items import text
from mcsus.declared.reader import shown
from mcsus.declared.table import Table
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.model import Equation
from mcsus.study.changes import with_written_equations
from mcsus.study.own_units import read_own_units
from mcsus.study.text_tables import file_bytes

KEY = "equations_from"

RUN = Table(
    KEY,
    "The module that formulas of the study are from, as a saved run keeps it",
    file=text("path of the module", required=True),
    sha256=text("hash of its bytes", required=True),
)
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_LEAVE = "--allow-code of mcsus run and mcsus check, or allow_code=True of load_study"


def with_module(
    document: Mapping[str, Any], place: str, folder: str | Path | None, *, allow_code: bool
) -> dict[str, Any]:
    """Return the tables of a study with the equations of its module as formulas.

    Parameters
    ----------
    folder : path, optional
        Where the module is.
    allow_code : bool
        Whether the module may be run.

    Raises
    ------
    InputError
        If it may not be run, cannot be found, fails, or has what no formula can say.
    """
    value = document[KEY]
    if isinstance(value, Mapping):
        _check_kept(value, place)
        return dict(document)
    if not isinstance(value, str) or not value.endswith(".py"):
        _refuse(shown(value), "the path of a Python module (.py) in quotes", place)
    if not allow_code:
        _refuse(f"{value!r}, Python code that this study would run", _LEAVE, place)
    if folder is None:
        allowed = "a study that is read from its file, or Study.from_dict(.., folder=..)"
        _refuse(f"the module {value!r}, and no folder to find it in", allowed, place)
    faults = FaultCollector(place)
    with faults.at(KEY):
        data = file_bytes(Path(folder), value)
        with read_own_units(document.get("units", {}), FaultCollector()).in_use():
            found = _equations(data, Path(folder) / value)
            made = with_written_equations(document, found)
        twice = made["equations"].keys() & document.get("equations", {}).keys()
        names = [one.name for one in found if one.name in twice]
        if names:
            raise InputError(Fault(f"{names[0]!r}, also in [equations]", "it in one of them"))
        return {**made, KEY: {"file": value, "sha256": hashlib.sha256(data).hexdigest()}}
    raise InputError(*faults.faults)


def _check_kept(value: Mapping[str, Any], place: str) -> None:
    faults = FaultCollector(place)
    row = RUN.read(value, faults, (KEY,))
    if row.is_sound and not _HASH.match(row["sha256"]):
        row.fault("sha256", shown(row["sha256"]), "64 digits of base 16")
    faults.raise_any()


def _equations(data: bytes, path: Path) -> list[Equation]:
    """Run a module; return the equations that it defines, in their order."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # where a run prints its JSON
            exec(compile(data, str(path), "exec"), vars(module))  # noqa: S102 - by leave of the user
    except InputError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - of code that is not ours
        lines = [own.lineno for own in traceback.extract_tb(error.__traceback__)
                 if own.filename == str(path)]  # fmt: skip
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        at = f" (line {line})" if line else ""
        found = f"{path.name}, which fails: {type(error).__name__}: {error}{at}"
        raise InputError(Fault(found, "a module that runs")) from None
    made = [
        value
        for value in vars(module).values()
        if isinstance(value, Equation)
        and getattr(value.function, "__module__", None) == module.__name__
    ]
    if not made:
        allowed = "functions under @equation(unit=...), of mcsus"
        raise InputError(Fault(f"{path.name}, without an equation", allowed))
    return list(dict.fromkeys(made))


def _refuse(found: str, allowed: str, place: str) -> NoReturn:
    raise InputError(Fault(found, allowed, (place, KEY)))
