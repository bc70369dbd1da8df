"""Laws of scipy.stats from a short list, through a table of their inverse."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError, nearest
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import Key, name_faults, real
from mcsus.families.registry import family

ALLOWED: dict[str, tuple[str, ...]] = {  # names, and their shapes
    "arcsine": (),
    "burr12": ("c", "d"),
    "chi": ("df",),
    "chi2": ("df",),
    "exponweib": ("a", "c"),
    "genextreme": ("c",),
    "gengamma": ("a", "c"),
    "gennorm": ("beta",),
    "genpareto": ("c",),
    "invgamma": ("a",),
    "invgauss": ("mu",),
    "invweibull": ("c",),
    "johnsonsb": ("a", "b"),
    "johnsonsu": ("a", "b"),
    "laplace": (),
    "loggamma": ("c",),
    "logistic": (),
    "lomax": ("c",),
    "maxwell": (),
    "nakagami": ("nu",),
    "pareto": ("b",),
    "powerlaw": ("a",),
    "rayleigh": (),
    "truncpareto": ("b", "c"),
}
KINKED = {"laplace", "gennorm"}  # at the centre, which is the median

Arguments = tuple[tuple[str, float], ...]


def law_name(value: object) -> str:
    """Return a name of the list."""
    if not isinstance(value, str) or value not in ALLOWED:
        close = nearest(value, ALLOWED) if isinstance(value, str) else None
        raise InputError(Fault(shown(value), ", ".join(ALLOWED), (), close))
    return value


def read_arguments(value: object) -> Arguments:
    """Return arguments by name, in alphabetical order."""
    table = dict(value) if isinstance(value, tuple) else value
    if not isinstance(table, Mapping):
        raise ValueError("not a table")
    numbers, faults = {}, []
    for name, entry in table.items():
        try:
            numbers[str(name)] = real(entry)
        except ValueError:
            faults.append(Fault(shown(entry), "a finite number", (str(name),)))
    if faults:
        raise InputError(*faults)
    return tuple(sorted(numbers.items()))


@family(
    "scipy",
    keys=(
        Key("name", ", ".join(ALLOWED), law_name, kind="text"),
        Key("arguments", "a table of finite numbers", read_arguments, (), kind="table"),
    ),
    domain=f"name: one of {', '.join(ALLOWED)}; arguments: its shapes, loc and scale by name",
    use="a law of scipy.stats that has no family of its own here",
    example={"name": "johnsonsu", "arguments": {"a": 1, "b": 2}},
    place=19,
)
class ScipyLaw(Distribution):
    """A continuous law of scipy.stats, in SciPy's own parameters.

    Only laws whose inverse keeps its digits in both tails are on the list; skewnorm, rice or
    fisk lose them. `loc` is 0 and `scale` 1 when left out.

    Parameters
    ----------
    name : str
        Name in scipy.stats.
    arguments : mapping of str to float
        Shapes, ``loc`` and ``scale``.
    """

    name: str
    arguments: Arguments = ()

    def parameters(self) -> dict[str, Any]:
        """Return name and arguments, as a study file holds them."""
        return {"name": self.name, "arguments": dict(self.arguments)}

    def _check(self) -> Iterable[Fault]:
        given = dict(self.arguments)
        shapes = ALLOWED[self.name]
        known = {**dict.fromkeys(shapes, True), "loc": False, "scale": False}
        faults = [fault.within("arguments") for fault in name_faults(given, known, self.name)]
        if faults:
            return faults
        if given.get("scale", 1.0) <= 0:
            found = Fault(repr(given["scale"]), "a finite number above 0", ("arguments", "scale"))
            return [found]
        if not self._generic._argcheck(*(given[shape] for shape in shapes)):
            allowed = f"shapes in the domain of scipy.stats.{self.name}"
            return [Fault(str({s: given[s] for s in shapes}), allowed, ("arguments",))]
        return ()

    @property
    def _generic(self) -> Any:
        from scipy import stats  # noqa: PLC0415 - slow to import, and few laws need it

        return getattr(stats, self.name)

    @cached_property
    def frozen(self) -> Any:
        """The frozen law of scipy.stats."""
        return self._generic(**dict(self.arguments))

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("name", "arguments", "truncate")}

    def _from_tails(self, p: Array, q: Array) -> Array:
        with np.errstate(all="ignore"):
            x: Array = np.where(p <= q, self.frozen.ppf(p), self.frozen.isf(q))
        return x

    def _tails(self, x: Array) -> tuple[Array, Array]:
        with np.errstate(all="ignore"):
            return np.asarray(self.frozen.cdf(x)), np.asarray(self.frozen.sf(x))

    def _whole_support(self) -> tuple[float, float]:
        low, high = self.frozen.support()
        return float(low), float(high)

    def _breaks(self) -> tuple[float, ...]:
        return (0.5,) if self.name in KINKED else ()

    def _whole_moments(self) -> tuple[float, float]:
        with np.errstate(all="ignore"):
            mean, variance = (float(moment) for moment in self.frozen.stats("mv"))
        return mean, math.sqrt(variance) if variance >= 0 else math.nan
