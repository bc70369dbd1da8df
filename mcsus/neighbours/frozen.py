"""Frozen laws of scipy.stats."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution, distribution

Reader = Callable[[dict[str, float]], tuple[str, dict[str, Any]]]

_SCIPY: dict[str, Reader] = {  # name in scipy.stats: how its shapes, loc and scale read here
    "uniform": lambda a: ("uniform", {"minimum": a["loc"], "maximum": a["loc"] + a["scale"]}),
    "norm": lambda a: ("normal", {"mean": a["loc"], "sd": a["scale"]}),
    "gumbel_r": lambda a: ("gumbel", {"mode": a["loc"], "scale": a["scale"]}),
    "t": lambda a: ("student_t", {"df": a["df"], "location": a["loc"], "scale": a["scale"]}),
    "beta": lambda a: (
        "beta",
        {
            "alpha": a["a"],
            "beta": a["b"],
            "minimum": a["loc"],
            "maximum": a["loc"] + a["scale"],
        },
    ),
    "triang": lambda a: (
        "triangular",
        {
            "minimum": a["loc"],
            "mode": a["loc"] + a["c"] * a["scale"],
            "maximum": a["loc"] + a["scale"],
        },
    ),
    "bernoulli": lambda a: ("bernoulli", {"probability": a["p"]}),
    "loguniform": lambda a: (
        "loguniform",
        {"minimum": a["a"] * a["scale"], "maximum": a["b"] * a["scale"]},
    ),
    "reciprocal": lambda a: (
        "loguniform",
        {"minimum": a["a"] * a["scale"], "maximum": a["b"] * a["scale"]},
    ),
    "truncnorm": lambda a: (
        "normal",
        {
            "mean": a["loc"],
            "sd": a["scale"],
            "truncate": {
                name: a["loc"] + a["scale"] * a[key]
                for name, key in (("low", "a"), ("high", "b"))
                if math.isfinite(a[key])
            },
        },
    ),
}
_FROM_ZERO: dict[str, Reader] = {  # the same, for laws that begin at loc, which must be 0 here
    "lognorm": lambda a: ("lognormal", {"median": a["scale"], "gsd": math.exp(a["s"])}),
    "gamma": lambda a: ("gamma", {"shape": a["a"], "scale": a["scale"]}),
    "weibull_min": lambda a: ("weibull", {"shape": a["c"], "scale": a["scale"]}),
    "expon": lambda a: ("exponential", {"mean": a["scale"]}),
}


def from_scipy(frozen: Any) -> Distribution:
    """Return the law of a frozen law of scipy.stats.

    Bounds of a truncnorm are taken as SciPy has them, in standard deviations from loc.

    Examples
    --------
    >>> from scipy import stats
    >>> from_scipy(stats.lognorm(0.5, scale=2))
    lognormal(median=2.0, gsd=1.6487212707001282)
    """
    generic: Any = getattr(frozen, "dist", None)
    if not hasattr(generic, "shapes") or not hasattr(frozen, "args"):
        raise InputError(
            Fault(repr(frozen), "a frozen law, such as scipy.stats.norm(1, 2)", ("frozen",))
        )
    shapes = [name.strip() for name in generic.shapes.split(",")] if generic.shapes else []
    places = [*shapes, "loc", "scale"]
    given = {
        "loc": 0.0,
        "scale": 1.0,
        **dict(zip(places, frozen.args, strict=False)),
        **frozen.kwds,
    }
    given = {name: float(value) for name, value in given.items()}
    if generic.name in _FROM_ZERO:
        if given["loc"] != 0:
            found = f"loc = {given['loc']!r} of {generic.name}"
            raise InputError(Fault(found, "loc = 0: the law begins at 0 here", ("loc",)))
        family, parameters = _FROM_ZERO[generic.name](given)
    elif generic.name in _SCIPY:
        family, parameters = _SCIPY[generic.name](given)
    else:
        return distribution("scipy", name=generic.name, arguments=given)
    return distribution(family, **parameters)


def to_scipy(law: Distribution) -> Any:
    """Return the frozen law of scipy.stats of a law, or refuse where there is none.

    Examples
    --------
    >>> float(to_scipy(distribution("exponential", mean=3)).mean())
    3.0
    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    p = law.parameters()
    if law.truncate is not None and law.family == "normal":
        mean, sd = law.kernel().constants[5:7]
        low, high = law.support()
        return stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)
    makers: dict[str, Any] = {
        "uniform": lambda: stats.uniform(p["minimum"], p["maximum"] - p["minimum"]),
        "loguniform": lambda: stats.loguniform(*law.support()),
        "triangular": lambda: stats.triang(
            (p["mode"] - p["minimum"]) / (p["maximum"] - p["minimum"]),
            p["minimum"],
            p["maximum"] - p["minimum"],
        ),
        "normal": lambda: stats.norm(law.mean(), law.sd()),
        "lognormal": lambda: stats.lognorm(
            law.kernel().constants[6], scale=law.kernel().constants[5]
        ),
        "gamma": lambda: stats.gamma(p["shape"], scale=p["scale"]),
        "weibull": lambda: stats.weibull_min(p["shape"], scale=p["scale"]),
        "gumbel": lambda: stats.gumbel_r(p["mode"], p["scale"]),
        "exponential": lambda: stats.expon(scale=p["mean"]),
        "student_t": lambda: stats.t(p["df"], p["location"], p["scale"]),
        "bernoulli": lambda: stats.bernoulli(p["probability"]),
        "scipy": lambda: law.frozen,  # type: ignore[attr-defined]
    }
    if law.family in {"beta", "pert"}:
        alpha, beta = law._shapes()  # type: ignore[attr-defined]
        low, high = law._whole_support()
        makers[law.family] = lambda: stats.beta(alpha, beta, low, high - low)
    if law.family not in makers or law.truncate is not None:
        allowed = f"an untruncated law of {', '.join(makers)}"
        raise InputError(Fault(repr(law), allowed, ("distribution",)))
    return makers[law.family]()
