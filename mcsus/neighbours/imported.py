"""What a file of another tool says, as the tables of a study file."""

from __future__ import annotations

import hashlib
import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions import FUNCTIONS, REDUCTIONS
from mcsus.families import Distribution, distribution
from mcsus.modules import import_all
from mcsus.neighbours.files import MOST_BYTES, bytes_of
from mcsus.units import unit as unit_of

Tables = dict[str, Any]

ONE = "1"
_VALUE_OF = "value_of_"
_RESERVED = {*FUNCTIONS, *REDUCTIONS, "at", "pi"}
_COUNTS = ("dimensionless", "unit", "item(s)", "p", "-")  # as inventories write 1
_POWER = re.compile(r"\b([a-z]+)([23])\b")  # m3
_LOST = re.compile(r"[^A-Za-z0-9]+")


@dataclass
class Imported:
    """Laws and equations of a file.

    Parameters
    ----------
    laws : dict of str to Distribution
        By the name that the file has for each.
    units : dict of str to str
        Of those that the file gives a unit; the others count as without one.
    texts : dict of str to str
        What the file says of some of them in words.
    records : dict of str to str
        Records of the library by name, where one stands for what the file only names.
    formulas : dict of str to str
        Equations, by the name of what they give; names in them are those of the file.
    correlations : dict of tuple of str to float
        Between two names, where inputs depend on each other.
    told : list of str
        What is not carried over, or not as it stands there.
    title : str
        What the file calls itself.
    """

    laws: dict[str, Distribution] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    correlations: dict[tuple[str, str], float] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    title: str = ""

    def take(
        self, name: str, law: Callable[[], Distribution], unit: str = "", text: str = ""
    ) -> None:
        """Enter a law; what is wrong with it is said of its name.

        Raises
        ------
        InputError
            If the name is there already, or the law cannot be.
        """
        if name in self.laws or name in self.formulas:
            raise InputError(Fault(f"{name!r} twice", "each name once", (name,)))
        try:
            self.laws[name] = law()
        except InputError as error:
            raise InputError(*(fault.within(name) for fault in error.faults)) from None
        if unit:
            self.units[name] = unit
        if text:
            self.texts[name] = text


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Parameters
    ----------
    title : str
        The tool that it is of, and what it is.
    read : callable
        Takes the path of a file and returns what it says.
    """

    title: str
    read: Callable[[Path], Imported]


_KINDS: dict[str, Kind] = {}


def register(name: str, title: str) -> Callable[[Callable[[Path], Imported]], Any]:
    """Enter a function as what reads a kind of file; a decorator."""

    def entered(read: Callable[[Path], Imported]) -> Callable[[Path], Imported]:
        _KINDS[name] = Kind(title, read)
        return read

    return entered


def kinds() -> Mapping[str, Kind]:
    """Return the kinds of files there are: one for each module of `mcsus.neighbours.kinds`."""
    import_all("mcsus.neighbours.kinds")
    return dict(sorted(_KINDS.items()))


def read(
    kind: str,
    path: Path,
    units: Mapping[str, str] | None = None,
    formulas: Mapping[str, tuple[str, str]] | None = None,
) -> tuple[Tables, list[str]]:
    """Return the tables of a study, and what is to be told of them.

    Parameters
    ----------
    kind : str
        One of `kinds`.
    path : path
        A file of that kind.
    units : mapping of str to str, optional
        Units by name, of what the file has no unit for or another.
    formulas : mapping of str to tuple of str, optional
        Outputs by name: a formula of what the file holds, and its unit. Without any, and without
        an equation in the file, each input is an output of its own, so that one sees what was read.

    Raises
    ------
    InputError
        If the kind is unknown, or the file is not of it or holds what cannot be carried over.
    """
    every = kinds()
    if kind not in every:
        raise InputError(Fault(repr(kind), ", ".join(every), ("KIND",), nearest(kind, every)))
    if not path.exists():
        raise InputError(Fault(str(path), "a file", ("FILE",)))
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        found = f"{path.stat().st_size:,} bytes"
        raise InputError(Fault(found, f"a file of {MOST_BYTES:,} at most", (str(path),)))
    try:
        made = every[kind].read(path)
    except InputError as error:
        raise InputError(*(fault.within(path.name) for fault in error.faults)) from None
    if not made.laws and not made.records:
        why = f" ({'; '.join(made.told)})" if made.told else ""
        raise InputError(Fault(f"no input{why}", "at least one", (path.name,)))
    return _tables(made, every[kind], path, dict(units or {}), dict(formulas or {}))


def named(names: Iterable[str]) -> dict[str, str]:
    """Return a name of a study file for each name of a file: as it stands, as far as it can.

    Examples
    --------
    >>> list(named(["grid mix (kg/kWh)", "2nd", "grid_mix_kg_kWh", "lambda"]).values())
    ['grid_mix_kg_kWh', 'x_2nd', 'grid_mix_kg_kWh_2', 'lambda_']
    """
    made: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = (
            _LOST.sub("_", name).strip("_")
            if not re.fullmatch(r"[A-Za-z]\w*", name, re.A)
            else name
        )
        if not plain or not plain[0].isalpha():
            plain = f"x_{plain}".rstrip("_")
        if keyword.iskeyword(plain) or plain in _RESERVED:
            plain += "_"
        own, count = plain, 1
        while own in taken:
            count += 1
            own = f"{plain}_{count}"
        taken.add(own)
        made[name] = own
    return made


def _tables(
    found: Imported,
    kind: Kind,
    path: Path,
    units: dict[str, str],
    formulas: dict[str, tuple[str, str]],
) -> tuple[Tables, list[str]]:
    names = named([*found.laws, *found.records, *found.formulas])
    if unknown := [name for name in units if name not in names and name not in names.values()]:
        raise InputError(
            Fault(repr(unknown[0]), ", ".join(names), ("--unit",), nearest(unknown[0], names))
        )
    told = list(found.told)
    given = {
        name: units.get(name) or units.get(own) or _unit(found, name, told)
        for name, own in names.items()
    }
    if found.formulas and not all(given[name] for name in found.formulas):
        # formulas there are of numbers alone: what has a unit here would not fit
        lost = [name for name in found.units if name not in units and names[name] not in units]
        for name in lost:
            given[name] = ""
            found.texts[name] = f"{found.texts.get(name, '')} [{found.units[name]}]".strip()
        if lost:
            told.append("equations have no unit there: all is read as without one")
    bare = [names[name] for name in found.laws if not given[name]]
    if bare:
        told.append(
            f"no unit of {', '.join(bare)}: read as without one; --unit NAME=UNIT gives one"
        )
    renamed = [f"{name!r} is {own}" for name, own in names.items() if name != own]
    if renamed:
        told.append(f"renamed: {', '.join(renamed)}")
    source = _source(kind, path)
    parameters: Tables = {
        names[name]: _parameter(law, given[name] or ONE, name, found.texts.get(name, ""), source)
        for name, law in found.laws.items()
    }
    parameters |= {names[name]: record for name, record in found.records.items()}
    equations = {
        names[name]: {"formula": _with_names(text, names), "unit": given[name] or ONE}
        for name, text in found.formulas.items()
    }
    equations |= {
        name: {"formula": _with_names(own, names), "unit": unit}
        for name, (own, unit) in formulas.items()
    }
    if not equations:
        told.append("no equation: each input is an output; --formula NAME=FORMULA gives a model")
        equations = {
            f"{_VALUE_OF}{own}": {"formula": own, "unit": parameters[own]["unit"]}
            for own in parameters
        }
    shown = list(formulas) or _last(equations)
    tables: Tables = {
        "schema": "mcsus/1",
        "id": named([path.stem])[path.stem].lower(),
        "title": found.title or f"{path.stem}, as {kind.title} has it",
        "functional_unit": "one unit of what the model gives",
        "system_boundary": "that of the model that was imported",
        "parameters": parameters,
        "equations": equations,
        "outputs": {name: equations[name]["unit"] for name in shown},
    }
    if found.correlations:
        tables["dependence"] = _dependence(found.correlations, names)
    return tables, told


def _unit(found: Imported, name: str, told: list[str]) -> str:
    """Return the unit that a file gives, or none where it is no unit here."""
    text = found.units.get(name, "")
    if text.lower() in _COUNTS:
        return ONE
    for own in (text, _POWER.sub(r"\1**\2", text)):
        try:
            unit_of(own or ONE)
        except InputError:
            continue
        return own
    told.append(f"{text!r} of {name!r} is no unit here: read as without one")
    return ""


def _last(equations: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the equations that no other one takes."""
    words = {name: set(re.findall(r"\w+", own["formula"])) for name, own in equations.items()}
    return [name for name in equations if not any(name in words[k] for k in equations if k != name)]


def _source(kind: Kind, path: Path) -> str:
    digest = "" if path.is_dir() else f", sha256 {hashlib.sha256(bytes_of(path)).hexdigest()[:16]}"
    return f"{path.name}, {kind.title}{digest}"


def _parameter(law: Distribution, unit: str, name: str, text: str, source: str) -> Tables:
    about = {"unit": unit, "title": name, "source": source}
    return {**law.to_dict(), **about, **({"note": text} if text else {})}


def _with_names(formula: str, names: Mapping[str, str]) -> str:
    """Return a formula with the names of a study file in it.

    Examples
    --------
    >>> _with_names("2nd*a", {"2nd": "x_2nd", "a": "a"})
    'x_2nd*a'
    """
    other = [name for name, own in names.items() if name != own]
    if not other:
        return formula
    longest = sorted(map(re.escape, other), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(longest)})(?![\w.])")
    return pattern.sub(lambda match: names[match.group()], formula)


def _dependence(
    correlations: Mapping[tuple[str, str], float], names: Mapping[str, str]
) -> list[Tables]:
    members = list(dict.fromkeys(name for pair in correlations for name in pair))
    matrix = [
        [
            1.0 if a == b else correlations.get((a, b), correlations.get((b, a), 0.0))
            for b in members
        ]
        for a in members
    ]
    return [
        {
            "parameters": [names[name] for name in members],
            "copula": "gaussian",
            "correlation": matrix,
        }
    ]


def constant(value: float) -> Distribution:
    """Return the law of a number without spread."""
    return distribution("constant", value=value)
