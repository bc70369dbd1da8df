"""Rows of stats_arrays, the format of brightway (https://stats-arrays.readthedocs.io)."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution, distribution
from mcsus.families.fields import real

Row = dict[str, Any]
Held = dict[str, float | None]
COLUMNS = ("loc", "scale", "shape", "minimum", "maximum")
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
}


def from_stats_arrays(row: Mapping[str, Any]) -> Distribution:
    """Return the law of a row of stats_arrays.

    Parameters
    ----------
    row : mapping
        ``uncertainty_type`` (or ``id``), ``loc``, ``scale``, ``shape``, ``minimum``,
        ``maximum``, ``negative``; NaN and None stand for nothing.

    Returns
    -------
    Distribution
        The same law; never one of another sign or shift.

    Notes
    -----
    Traps of the format: ``loc`` of a lognormal is the mean of the log and ``scale`` its
    standard deviation; ``loc`` of a triangular is the mode; a bernoulli row holds the
    probability in ``loc``; a discrete uniform leaves out its maximum; ``loc`` of a beta is
    alpha and ``shape`` beta; gamma and weibull may be shifted by ``loc``, which is refused;
    ``negative`` mirrors a lognormal, gamma or weibull law, which is refused too, and says
    nothing in other rows. Minimum and maximum cut an unbounded law; stats_arrays draws until a
    value lies between them.

    Examples
    --------
    >>> from_stats_arrays({"uncertainty_type": 2, "loc": 0.0, "scale": 0.5})
    lognormal(median=1.0, gsd=1.6487212707001282)
    """
    number = int(row.get("uncertainty_type", row.get("id", 0)))
    if number not in KINDS:
        allowed = ", ".join(f"{k} {kind.name}" for k, kind in KINDS.items())
        raise InputError(Fault(str(number), allowed, ("uncertainty_type",)))
    kind = KINDS[number]
    held = {name: _number(row, name) for name in COLUMNS}
    if kind.mirror and row.get("negative"):
        found = f"true: a {kind.name} law of negative values"
        raise InputError(Fault(found, "false, and the sign in the equation", ("negative",)))
    try:
        return distribution(kind.family, **_parameters(kind, held))
    except InputError as error:
        raise InputError(*(fault.within(kind.name) for fault in error.faults)) from None


def _number(row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return None
    try:
        return real(float(value))
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
    p = law.parameters()
    if law.family in {"normal", "lognormal"}:  # in whichever form they were given
        centre, sd = law.kernel().constants[5:7]
        p = {"mean": centre, "sd": sd}
        if law.family == "lognormal":
            p = {"median": math.log(centre), "gsd": sd}
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
