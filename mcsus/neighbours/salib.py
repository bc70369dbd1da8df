"""Problems of SALib (https://salib.readthedocs.io)."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution, distribution

Reader = Callable[[list[float]], tuple[str, dict[str, Any]]]

_SALIB: dict[str, Reader] = {  # how the bounds of SALib read here
    "unif": lambda b: ("uniform", {"minimum": b[0], "maximum": b[1]}),
    "logunif": lambda b: ("loguniform", {"minimum": b[0], "maximum": b[1]}),
    "triang": lambda b: (
        "triangular",
        {"minimum": b[0], "mode": b[0] + b[2] * (b[1] - b[0]), "maximum": b[1]}
        if len(b) > 2
        else {"minimum": 0.0, "mode": b[1] * b[0], "maximum": b[0]},  # width and share
    ),
    "norm": lambda b: ("normal", {"mean": b[0], "sd": b[1]}),
    "truncnorm": lambda b: (
        "normal",
        {"mean": b[2], "sd": b[3], "truncate": {"low": b[0], "high": b[1]}},
    ),
    "lognorm": lambda b: ("lognormal", {"median": math.exp(b[0]), "gsd": math.exp(b[1])}),
}


def from_salib(problem: Mapping[str, Any]) -> dict[str, Distribution]:
    """Return the laws of a problem of SALib by name.

    ``bounds`` are not always bounds there: mean and standard deviation of ``norm``, mean and
    standard deviation of the log of ``lognorm``, and the mode of ``triang`` as a share.

    Examples
    --------
    >>> from_salib({"names": ["x"], "bounds": [[0, 4, 0.5]], "dists": ["triang"]})
    {'x': triangular(minimum=0.0, mode=2.0, maximum=4.0)}
    """
    names, bounds = list(problem["names"]), list(problem["bounds"])
    dists = list(problem.get("dists") or ["unif"] * len(names))
    if not len(names) == len(bounds) == len(dists):
        found = f"{len(names)} names, {len(bounds)} bounds, {len(dists)} dists"
        raise InputError(Fault(found, "as many of each", ("problem",)))
    laws = {}
    for name, row, dist in zip(names, bounds, dists, strict=True):
        if dist not in _SALIB:
            raise InputError(Fault(repr(dist), ", ".join(_SALIB), ("dists", str(name))))
        family, parameters = _SALIB[dist]([float(x) for x in row])
        laws[str(name)] = distribution(family, **parameters)
    return laws


def to_salib(laws: Mapping[str, Distribution]) -> dict[str, Any]:
    """Return the problem of SALib of laws by name, or refuse a law it does not have."""
    rows = {name: _salib_row(law) for name, law in laws.items()}
    return {
        "num_vars": len(rows),
        "names": list(rows),
        "bounds": [bounds for _, bounds in rows.values()],
        "dists": [dist for dist, _ in rows.values()],
    }


def _salib_row(law: Distribution) -> tuple[str, Sequence[float]]:
    p, cut = law.first_form(), law.truncate
    if law.family == "uniform" and cut is None:
        return "unif", [p["minimum"], p["maximum"]]
    if law.family == "loguniform":
        return "logunif", list(law.support())
    if law.family == "triangular" and cut is None:
        low, high = p["minimum"], p["maximum"]
        return "triang", [low, high, (p["mode"] - low) / (high - low)]
    if law.family == "normal":
        mean, sd = law.kernel().constants[5:7]
        if cut is None:
            return "norm", [mean, sd]
        if cut.low is not None and cut.high is not None:
            return "truncnorm", [cut.low, cut.high, mean, sd]
    if law.family == "lognormal" and cut is None:
        median, log_sd = law.kernel().constants[5:7]
        return "lognorm", [math.log(median), log_sd]
    allowed = "uniform, loguniform, triangular, normal, lognormal, as SALib has them"
    raise InputError(Fault(repr(law), allowed, ("distribution",)))
