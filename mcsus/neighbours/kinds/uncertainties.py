"""Numbers of the package uncertainties: ``12.30+/-0.40`` by name, as CSV or JSON.

A nominal value with a standard deviation is read as a normal law, as linear propagation has it
(https://uncertainties.readthedocs.io). What such numbers share is not in their text.
"""

import re
from functools import partial
from pathlib import Path

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution, distribution
from mcsus.neighbours.files import text_of
from mcsus.neighbours.imported import Imported, constant, register
from mcsus.neighbours.rows import json_of, rows_of

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PAIR = re.compile(rf"\(?\s*({_NUMBER})\s*(?:\+/-|±|\+-)\s*({_NUMBER})\s*\)?\s*(?:[eE]([-+]?\d+))?")
_SHORT = re.compile(r"([-+]?\d+(?:\.(\d+))?)\((\d+(?:\.\d+)?)\)(?:[eE]([-+]?\d+))?")


@register("uncertainties", "numbers of uncertainties")
def read(path: Path) -> Imported:
    """Return the laws of numbers by name."""
    found, text = Imported(), text_of(path)
    if text.lstrip().startswith("{"):
        rows = [{"name": name, "value": value} for name, value in dict(json_of(text)).items()]
    else:
        rows = rows_of(text)
    for number, row in enumerate(rows, 1):
        missing = [key for key in ("name", "value") if row.get(key) in (None, "")]
        if missing:
            raise InputError(Fault(f"no {missing[0]}", "columns name, value", (f"row {number}",)))
        written, sd = str(row["value"]), row.get("sd") or row.get("std_dev")
        if sd not in (None, ""):
            written = f"{written}+/-{sd}"
        found.take(str(row["name"]), partial(law_of, written), str(row.get("unit") or ""))
    found.told.append("what numbers share is not in their text: they are read as independent")
    return found


def law_of(text: str) -> Distribution:
    """Return the law of a number with its standard deviation, as the package prints it.

    Raises
    ------
    InputError
        If the text is no such number.

    Examples
    --------
    >>> law_of("(1.20+/-0.05)e+03")
    normal(mean=1200.0, sd=50.0)
    >>> law_of("3.456(12)")
    normal(mean=3.456, sd=0.012)
    """
    plain = text.strip()
    if match := _PAIR.fullmatch(plain):
        power = int(match[3] or 0)
        mean, sd = float(f"{match[1]}e{power}"), float(f"{match[2]}e{power}")
    elif match := _SHORT.fullmatch(plain):
        power = int(match[4] or 0)
        digits = 0 if "." in match[3] else -len(match[2] or "")
        mean, sd = float(f"{match[1]}e{power}"), float(f"{match[3]}e{digits + power}")
    elif re.fullmatch(_NUMBER, plain):
        mean, sd = float(plain), 0.0
    else:
        raise InputError(Fault(repr(text), "a number such as 12.30+/-0.40 or 12.30(40)"))
    return constant(mean) if sd == 0 else distribution("normal", mean=mean, sd=sd)
