"""Rows of stats_arrays, the format of Brightway (https://stats-arrays.readthedocs.io)."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from mcsus.errors import Fault, InputError, nearest
from mcsus.families import Distribution, distribution
from mcsus.families.fields import real

Row = dict[str, Any]
Held = dict[str, float | None]
COLUMNS = ("loc", "scale", "shape", "minimum", "maximum")
TYPES = ("uncertainty type", "uncertainty_type")
READ = (*TYPES, *COLUMNS, "amount", "negative")
KEYS = ", ".join(READ)
BESIDE = frozenset(
    {
        *("id", "Index", "input", "output", "type", "name", "unit", "location", "categories"),
        *("comment", "flow", "activity", "classifications", "database", "code", "formula"),
        *("pedigree", "scale without pedigree", "production volume", "reference product"),
        *("product", "properties", "tag", "tags", "allocation", "temporal_distribution"),
        *("original_amount", "chemical formula", "CAS number", "variable", "source", "functional"),
        *("simapro name", "simapro category", "activity link", "loc_without_pedigree"),
    }
)
"""What an exchange of Brightway holds besides, as its importers write it."""
LOGNORMAL = 2
MOST_INTEGERS = 100_000


class Kind(NamedTuple):
    """A kind of row: its name there, the family here, and the parameter that each column holds.

    Columns that may be left out have a `default`; those of `zero` must be 0, for the reason given.
    Minimum and maximum may `cut` a law without ends of its own, ``negative`` may `mirror` it.
    """

    name: str
    family: str
    columns: Mapping[str, str]
    default: Mapping[str, float] = {}
    zero: Mapping[str, str] = {}
    cut: bool = False
    mirror: bool = False


_ENDS = {"minimum": "minimum", "maximum": "maximum"}
_UNSHIFTED = {"loc": "0: the law begins at 0 here"}
_SHAPED = {"shape": "shape", "scale": "scale"}

KINDS = {  # by the ids of stats_arrays
    0: Kind("undefined", "constant", {"loc": "value"}),
    1: Kind("no uncertainty", "constant", {"loc": "value"}),
    2: Kind("lognormal", "lognormal", {"loc": "median", "scale": "gsd"}, cut=True, mirror=True),
    3: Kind("normal", "normal", {"loc": "mean", "scale": "sd"}, cut=True),
    4: Kind("uniform", "uniform", _ENDS),
    5: Kind("triangular", "triangular", {**_ENDS, "loc": "mode"}),
    6: Kind("bernoulli", "bernoulli", {"loc": "probability"}),
    7: Kind("discrete uniform", "empirical", _ENDS, {"minimum": 0.0}),
    8: Kind("weibull", "weibull", _SHAPED, {}, _UNSHIFTED, cut=True, mirror=True),
    9: Kind("gamma", "gamma", _SHAPED, {}, _UNSHIFTED, cut=True, mirror=True),
    10: Kind(
        "beta", "beta", {"loc": "alpha", "shape": "beta", **_ENDS}, {"minimum": 0.0, "maximum": 1.0}
    ),
    11: Kind(
        "generalised extreme value",
        "gumbel",
        {"loc": "mode", "scale": "scale"},
        zero={"shape": "0, as in stats_arrays itself"},
        cut=True,
    ),
    12: Kind(
        "student's t",
        "student_t",
        {"shape": "df", "loc": "location", "scale": "scale"},
        {"loc": 0.0, "scale": 1.0},
        cut=True,
    ),
    13: Kind("PERT", "pert", {"loc": "mode", "scale": "shape", **_ENDS}, {"scale": 4.0}),
}


def from_stats_arrays(row: object) -> Distribution:
    """Return the law of a row of stats_arrays, or of an exchange of Brightway.

    Parameters
    ----------
    row : mapping, numpy record, named tuple or row of a data frame
        ``uncertainty type`` or ``uncertainty_type``, ``loc``, ``scale``, ``shape``, ``minimum``,
        ``maximum``, ``negative`` and ``amount``, as numbers or as texts of a CSV; NaN, None and
        an empty text stand for nothing. What else an exchange holds says nothing of its law;
        its ``id`` is one of these. Keys that no exchange has are refused.

    Returns
    -------
    Distribution
        The same law; never one of another sign or shift.

    Notes
    -----
    Traps of the format: ``loc`` of a lognormal is the mean of the log and ``scale`` its
    standard deviation; ``loc`` of a triangular is the mode; a bernoulli row holds the
    probability in ``loc``; a discrete uniform leaves out its maximum; ``loc`` of a beta is
    alpha and ``shape`` beta; ``loc`` of a PERT law is its mode, and ``scale`` its shape; gamma
    and weibull may be shifted by ``loc``, which is refused; ``negative`` mirrors a lognormal,
    gamma or weibull law, which is refused too, and says nothing in other rows. Minimum and
    maximum cut an unbounded law; stats_arrays draws until a value lies between them. A law
    without spread is a constant.

    Examples
    --------
    >>> from_stats_arrays({"uncertainty type": 2, "loc": 0.0, "scale": 0.5})
    lognormal(median=1.0, gsd=1.6487212707001282)
    """
    table = _table(row)
    faults = [
        Fault("an unknown key", f"{KEYS}, or a key of an exchange", (name,), nearest(name, READ))
        for name in table
        if name not in READ and name not in BESIDE
    ]
    if faults:
        raise InputError(*faults)
    held = {name: _number(table, name) for name in COLUMNS}
    amount = _number(table, "amount")
    number = _type(table, held)
    kind = KINDS[number]
    if kind.family == "constant":
        return distribution("constant", value=_single(held["loc"], amount))
    negative = table.get("negative")
    mirrored = (amount or 0.0) < 0 if _is_nothing(negative) else _is_true(negative)
    if kind.mirror and mirrored:
        if number == LOGNORMAL and held["scale"] == 0 and held["loc"] is not None:
            return distribution("constant", value=-math.exp(held["loc"]))
        found = f"true: a {kind.name} law of negative values"
        raise InputError(Fault(found, "false, and the sign in the equation", ("negative",)))
    try:
        return distribution(kind.family, **_parameters(kind, held))
    except InputError as error:
        raise InputError(*(fault.within(kind.name) for fault in error.faults)) from None


def _table(row: Any) -> Row:
    """Return what a row of any kind holds by name."""
    if isinstance(row, np.ndarray) and row.size == 1:
        row = row.reshape(-1)[0]
    if isinstance(row, Mapping):
        return {str(name): value for name, value in row.items()}
    if names := getattr(getattr(row, "dtype", None), "names", None):
        return {str(name): row[name] for name in names} if np.ndim(row) == 0 else _no_row(row)
    read = getattr(row, "_asdict", None) or getattr(row, "to_dict", None)
    table = read() if read and getattr(row, "ndim", 1) == 1 else None
    if not isinstance(table, Mapping):
        return _no_row(row)
    return {str(name): value for name, value in table.items()}


def _no_row(row: object) -> Row:
    allowed = "one row: a mapping, a numpy record, a named tuple or a row of a data frame"
    raise InputError(Fault(f"a {type(row).__name__}", allowed, ("row",)))


def _type(table: Row, held: Held) -> int:
    """Return the id of the kind of row; an exchange that says nothing has its amount alone."""
    stated = {name: x for name in TYPES if (x := _number(table, name)) is not None}
    if len({*stated.values()}) > 1:
        found = " and ".join(f"{name!r} {x:g}" for name, x in stated.items())
        raise InputError(Fault(found, "one of them, or both the same", (TYPES[0],)))
    number = next(iter(stated.values()), 0.0)
    if number not in KINDS:
        allowed = ", ".join(f"{k} {kind.name}" for k, kind in KINDS.items())
        raise InputError(Fault(f"{number:g}", allowed, (next(iter(stated)),)))
    if not stated and any(held[name] is not None for name in COLUMNS if name != "loc"):
        names = ", ".join(name for name in COLUMNS if held[name] is not None)
        raise InputError(Fault("nothing", f"a number, as the row has {names}", (TYPES[0],)))
    return int(number)


def _single(loc: float | None, amount: float | None) -> float | None:
    """Return the value of a row without uncertainty, which may stand in two columns."""
    if loc is None or amount is None:
        return amount if loc is None else loc
    if not math.isclose(loc, amount, rel_tol=1e-9):
        raise InputError(Fault(repr(loc), f"{amount!r}, as amount is", ("loc",)))
    return amount


def _is_nothing(value: object) -> bool:
    return str(value).strip().lower() in ("", "nan", "none", "<na>")


def _is_true(value: object) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false", "0", "1", "0.0", "1.0"):
        raise InputError(Fault(repr(value), "true or false", ("negative",)))
    return text in ("true", "1", "1.0")


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    if _is_nothing(value):
        return None
    try:
        return real(float(value))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise InputError(Fault(repr(value), "a finite number or NaN", (name,))) from None


def _parameters(kind: Kind, held: Held) -> dict[str, Any]:
    """Return the parameters here from the columns there."""
    faults = [
        Fault(repr(held[name]), why, (name,)) for name, why in kind.zero.items() if held[name]
    ]
    faults += _traps(kind, held)
    given = {name: kind.default.get(name) if x is None else x for name, x in held.items()}
    wanted = {name: x for name in kind.columns if (x := given[name]) is not None}
    missing = [name for name in kind.columns if name not in wanted]
    faults += [Fault("nothing", "a finite number", (name,)) for name in missing]
    if faults:
        raise InputError(*faults)
    if kind.name == "discrete uniform":
        return {"values": _integers(int(wanted["minimum"]), int(wanted["maximum"]))}
    if kind.name == "lognormal":
        wanted = {name: math.exp(x) for name, x in wanted.items()}
    parameters: dict[str, Any] = {kind.columns[name]: x for name, x in wanted.items()}
    bounds = {"low": held["minimum"], "high": held["maximum"]}
    cut = {name: x for name, x in bounds.items() if kind.cut and x is not None}
    return {**parameters, "truncate": cut} if cut else parameters


def _traps(kind: Kind, held: Held) -> list[Fault]:
    """Return the faults of columns that a kind of row does not have."""
    if kind.name == "bernoulli" and (held["minimum"] is not None or held["maximum"] is not None):
        return [Fault("minimum or maximum", "a yes or no of 1 and 0", ("minimum",))]
    if kind.name == "beta" and held["scale"] not in (None, 1.0) and held["maximum"] is None:
        found = f"{held['scale']!r}, which old versions read as the maximum"
        return [Fault(found, "nothing, and a maximum", ("scale",))]
    if kind.name == "PERT" and held["shape"] is not None:
        found = f"{held['shape']!r}, which stats_arrays does not read"
        return [Fault(found, "nothing, and the shape in scale", ("shape",))]
    return []


def _integers(low: int, high: int) -> list[float]:
    if not 0 < high - low <= MOST_INTEGERS:
        allowed = f"a number above minimum, by at most {MOST_INTEGERS}"
        raise InputError(Fault(str(high), allowed, ("maximum",)))
    return [float(k) for k in range(low, high)]


def to_stats_arrays(law: Distribution) -> Row:
    """Return the row of stats_arrays of a law, or refuse where there is none."""
    numbers = {kind.family: number for number, kind in KINDS.items()}
    number = 7 if law.family == "discrete" else numbers.get(law.family, 0)
    kind, cut = KINDS[number], law.truncate
    own = _columns(kind, law)
    if not number or own is None or (cut is not None and not kind.cut):
        names = ", ".join(kind.name for kind in KINDS.values())
        raise InputError(Fault(repr(law), f"a law of stats_arrays: {names}", ("distribution",)))
    row = {**dict.fromkeys(COLUMNS, math.nan), **own}
    if cut is not None:
        ends = {"minimum": cut.low, "maximum": cut.high}
        row |= {name: math.nan if end is None else end for name, end in ends.items()}
    return {"uncertainty_type": number, "negative": False, **row}


def _columns(kind: Kind, law: Distribution) -> dict[str, float] | None:
    """Return the columns of a law, or None where it has other parameters or values."""
    if kind.family == "empirical":
        return _integer_columns(law)
    p = law.first_form()
    if law.family == "lognormal":
        median, log_sd = law.kernel().constants[5:7]
        p = {"median": math.log(median), "gsd": log_sd}
    if not {*kind.columns.values()} <= {*p}:
        return None
    return {column: p[name] for column, name in kind.columns.items()} | dict.fromkeys(
        kind.zero, 0.0
    )


def _integer_columns(law: Distribution) -> dict[str, float] | None:
    values, masses = (np.asarray(part) for part in law.atoms)  # type: ignore[attr-defined]
    low = values[0]
    if low != int(low) or not np.array_equal(values, low + np.arange(values.size)):
        return None
    if np.ptp(masses) > 1e-12 * masses.max():
        return None
    return {"minimum": float(low), "maximum": float(values[-1]) + 1.0}
