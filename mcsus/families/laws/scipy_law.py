"""Laws of scipy.stats from a short list, through a table of their inverse."""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import NUMBER, POSITIVE, Key, among, name_faults, real
from mcsus.families.registry import argument_names, family

ALLOWED = (
    *("arcsine", "burr12", "chi", "chi2", "exponweib", "genextreme", "gengamma"),
    *("gennorm", "genpareto", "invgamma", "invgauss", "invweibull", "johnsonsb", "johnsonsu"),
    *("laplace", "loggamma", "logistic", "lomax", "maxwell", "nakagami"),
    *("pareto", "powerlaw", "rayleigh", "truncpareto"),
)
KINKED = {"laplace", "gennorm"}  # at the centre, which is the median

Arguments = tuple[tuple[str, float], ...]


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
            faults.append(Fault(shown(entry), NUMBER, (str(name),)))
    if faults:
        raise InputError(*faults)
    return tuple(sorted(numbers.items()))


@family(
    "scipy",
    keys=(
        Key("name", ", ".join(ALLOWED), among(ALLOWED), kind="text"),
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
    """

    name: str
    arguments: Arguments = ()

    def parameters(self) -> dict[str, Any]:
        """Return name and arguments, as a study file holds them."""
        return {"name": self.name, "arguments": dict(self.arguments)}

    def _check(self) -> Iterable[Fault]:
        given = dict(self.arguments)
        shapes = argument_names(self._generic)[:-2]
        known = {**dict.fromkeys(shapes, True), "loc": False, "scale": False}
        faults = [fault.within("arguments") for fault in name_faults(given, known, self.name)]
        if faults:
            return faults
        if given.get("scale", 1.0) <= 0:
            return [Fault(repr(given["scale"]), POSITIVE, ("arguments", "scale"))]
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
