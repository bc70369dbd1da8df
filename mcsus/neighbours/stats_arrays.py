"""Rows of stats_arrays, the format of brightway (https://stats-arrays.readthedocs.io)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution, distribution
from mcsus.families.fields import real

Row = dict[str, Any]

STATS_ARRAYS = {  # ids of stats_arrays
    0: "undefined",
    1: "no uncertainty",
    2: "lognormal",
    3: "normal",
    4: "uniform",
    5: "triangular",
    6: "bernoulli",
    7: "discrete uniform",
    8: "weibull",
    9: "gamma",
    10: "beta",
    11: "generalised extreme value",
    12: "student's t",
}
CUT = (2, 3, 8, 9, 11, 12)  # laws without ends of their own, which minimum and maximum cut
SIGNED = (2, 8, 9)  # where ``negative`` mirrors the law
MOST_INTEGERS = 100_000


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
    kind = int(row.get("uncertainty_type", row.get("id", 0)))
    if kind not in STATS_ARRAYS:
        allowed = ", ".join(f"{k} {name}" for k, name in STATS_ARRAYS.items())
        raise InputError(Fault(str(kind), allowed, ("uncertainty_type",)))
    held = {name: _number(row, name) for name in ("loc", "scale", "shape", "minimum", "maximum")}
    if kind in SIGNED and row.get("negative"):
        found = f"true: a {STATS_ARRAYS[kind]} law of negative values"
        raise InputError(Fault(found, "false, and the sign in the equation", ("negative",)))
    try:
        law: Distribution = _READERS[kind](held)
    except InputError as error:
        raise InputError(*(fault.within(STATS_ARRAYS[kind]) for fault in error.faults)) from None
    return law


def _number(row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return None
    try:
        return real(float(value))
    except (ValueError, TypeError):
        raise InputError(Fault(repr(value), "a finite number or NaN", (name,))) from None


Held = dict[str, float | None]


def _need(held: Held, *names: str) -> list[float]:
    missing = [name for name in names if held[name] is None]
    if missing:
        raise InputError(*(Fault("nothing", "a finite number", (name,)) for name in missing))
    return [value for name in names if (value := held[name]) is not None]


def _cut(held: Held) -> dict[str, Any]:
    bounds = {"low": held["minimum"], "high": held["maximum"]}
    given = {name: value for name, value in bounds.items() if value is not None}
    return {"truncate": given} if given else {}


def _constant(held: Held) -> Distribution:
    return distribution("constant", value=_need(held, "loc")[0])


def _lognormal(held: Held) -> Distribution:
    loc, scale = _need(held, "loc", "scale")
    return distribution("lognormal", median=math.exp(loc), gsd=math.exp(scale), **_cut(held))


def _normal(held: Held) -> Distribution:
    mean, sd = _need(held, "loc", "scale")
    return distribution("normal", mean=mean, sd=sd, **_cut(held))


def _uniform(held: Held) -> Distribution:
    low, high = _need(held, "minimum", "maximum")
    return distribution("uniform", minimum=low, maximum=high)


def _triangular(held: Held) -> Distribution:
    low, mode, high = _need(held, "minimum", "loc", "maximum")
    return distribution("triangular", minimum=low, mode=mode, maximum=high)


def _bernoulli(held: Held) -> Distribution:
    if held["minimum"] is not None or held["maximum"] is not None:
        raise InputError(Fault("minimum or maximum", "a yes or no of 1 and 0", ("minimum",)))
    return distribution("bernoulli", probability=_need(held, "loc")[0])


def _integers(held: Held) -> Distribution:
    low, high = (
        int(x) for x in _need({**held, "minimum": held["minimum"] or 0.0}, "minimum", "maximum")
    )
    if not 0 < high - low <= MOST_INTEGERS:
        allowed = f"a number above minimum, by at most {MOST_INTEGERS}"
        raise InputError(Fault(str(high), allowed, ("maximum",)))
    return distribution("empirical", values=[float(k) for k in range(low, high)])


def _unshifted(held: Held) -> None:
    if held["loc"]:
        raise InputError(Fault(f"{held['loc']!r}", "0: the law begins at 0 here", ("loc",)))


def _weibull(held: Held) -> Distribution:
    _unshifted(held)
    shape, scale = _need(held, "shape", "scale")
    return distribution("weibull", shape=shape, scale=scale, **_cut(held))


def _gamma(held: Held) -> Distribution:
    _unshifted(held)
    shape, scale = _need(held, "shape", "scale")
    return distribution("gamma", shape=shape, scale=scale, **_cut(held))


def _beta(held: Held) -> Distribution:
    alpha, beta = _need(held, "loc", "shape")
    if held["scale"] not in (None, 1.0) and held["maximum"] is None:
        found = f"{held['scale']!r}, which old versions read as the maximum"
        raise InputError(Fault(found, "nothing, and a maximum", ("scale",)))
    low = held["minimum"] or 0.0
    high = 1.0 if held["maximum"] is None else held["maximum"]
    return distribution("beta", alpha=alpha, beta=beta, minimum=low, maximum=high)


def _extreme(held: Held) -> Distribution:
    if held["shape"]:
        raise InputError(Fault(repr(held["shape"]), "0, as in stats_arrays itself", ("shape",)))
    mode, scale = _need(held, "loc", "scale")
    return distribution("gumbel", mode=mode, scale=scale, **_cut(held))


def _student(held: Held) -> Distribution:
    (df,) = _need(held, "shape")
    scale = held["scale"] if held["scale"] is not None else 1.0
    return distribution("student_t", df=df, location=held["loc"] or 0.0, scale=scale, **_cut(held))


_READERS: dict[int, Any] = {
    0: _constant,
    1: _constant,
    2: _lognormal,
    3: _normal,
    4: _uniform,
    5: _triangular,
    6: _bernoulli,
    7: _integers,
    8: _weibull,
    9: _gamma,
    10: _beta,
    11: _extreme,
    12: _student,
}


def to_stats_arrays(law: Distribution) -> Row:
    """Return the row of stats_arrays of a law, or refuse where there is none.

    Examples
    --------
    >>> row = to_stats_arrays(distribution("triangular", minimum=1, mode=2, maximum=5))
    >>> row["uncertainty_type"], row["loc"]
    (5, 2.0)
    """
    row: Row = dict.fromkeys(("loc", "scale", "shape", "minimum", "maximum"), math.nan)
    row["negative"] = False
    own = _row(law)
    cut = law.truncate
    if own is None or (cut is not None and own["uncertainty_type"] not in CUT):
        names = ", ".join(STATS_ARRAYS.values())
        raise InputError(Fault(repr(law), f"a law of stats_arrays: {names}", ("distribution",)))
    row |= own
    if cut is not None:
        low = math.nan if cut.low is None else cut.low
        row |= {"minimum": low, "maximum": math.nan if cut.high is None else cut.high}
    return row


def _row(law: Distribution) -> Row | None:
    p = {k: v for k, v in law.parameters().items() if not isinstance(v, str)}
    family = law.family
    whole = distribution({k: v for k, v in law.to_dict().items() if k != "truncate"})
    if family == "constant":
        return {"uncertainty_type": 1, "loc": p["value"]}
    if family == "lognormal":
        median, log_sd = law.kernel().constants[5:7]
        return {"uncertainty_type": 2, "loc": math.log(median), "scale": log_sd}
    if family == "normal":
        return {"uncertainty_type": 3, "loc": whole.mean(), "scale": whole.sd()}
    if family in {"uniform", "triangular"}:
        loc = p.get("mode", math.nan)
        kind = 4 if family == "uniform" else 5
        bounds = {"minimum": p["minimum"], "maximum": p["maximum"]}
        return {"uncertainty_type": kind, "loc": loc, **bounds}
    if family == "bernoulli":
        return {"uncertainty_type": 6, "loc": p["probability"]}
    if family in {"weibull", "gamma"}:
        return {"uncertainty_type": 8 if family == "weibull" else 9, "loc": 0.0} | p
    if family == "beta" and "alpha" in p:
        bounds = {"minimum": p["minimum"], "maximum": p["maximum"]}
        return {"uncertainty_type": 10, "loc": p["alpha"], "shape": p["beta"], **bounds}
    if family == "gumbel":
        return {"uncertainty_type": 11, "loc": p["mode"], "scale": p["scale"], "shape": 0.0}
    if family == "student_t":
        kept = {"loc": p["location"], "scale": p["scale"], "shape": p["df"]}
        return {"uncertainty_type": 12, **kept}
    return _integer_row(law)


def _integer_row(law: Distribution) -> Row | None:
    if law.family not in {"empirical", "discrete"} or law.truncate is not None:
        return None
    values, masses = (np.asarray(part) for part in law.atoms)  # type: ignore[attr-defined]
    low = values[0]
    if low != int(low) or not np.array_equal(values, low + np.arange(values.size)):
        return None
    if np.ptp(masses) > 1e-12 * masses.max():
        return None
    return {"uncertainty_type": 7, "minimum": float(low), "maximum": float(values[-1]) + 1.0}
