"""The protocol of a law of probability, its truncation and its moments by quadrature."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mcsus.errors import Fault, InputError
from mcsus.faces import Shown, above
from mcsus.families.between import Between, cdf_bounds, quantile_bounds
from mcsus.families.fields import Key
from mcsus.families.inverse.quadrature import Array, moments_by_quadrature
from mcsus.families.loops.codes import QuantileKernel
from mcsus.families.truncation import Truncation

__all__ = ["Array", "Conditioning", "Distribution"]

LONGEST_LIST = 8  # entries that are printed
SMALLEST_MASS = 1e-280  # a smaller probability leaves no room for the 52 bits of a point
SMALLEST_SHARE = 1e-9  # of the probability on both sides, which has 53 bits itself


class Conditioning(NamedTuple):
    """Where a truncated law lies in the probabilities of the whole law.

    The whole law's lower tail at the truncated law's quantile of u is ``below + mass * u``
    and its upper tail ``above + mass * (1 - u)``. Keeping both loses no digits in either.
    """

    below: float
    mass: float
    above: float
    low: float
    high: float


def _plain(value: Any) -> Any:
    """Return a parameter as a study file holds it: lists and tables."""
    if isinstance(value, Distribution):
        return value.to_dict()
    return [_plain(entry) for entry in value] if isinstance(value, tuple) else value


def _short(value: Any) -> str:
    """Return a parameter as text; of a long list its ends."""
    if isinstance(value, list) and len(value) > LONGEST_LIST:
        return f"[{value[0]!r}, {value[1]!r}, ... {value[-1]!r}: {len(value)} entries]"
    return repr(value)


@dataclass(frozen=True, repr=False)
class Distribution(Shown, ABC):
    """A law of probability of one real quantity, in the unit of its parameters.

    A family is a class decorated by `mcsus.families.family`. It gives the whole law through
    tails, so that no digit is lost far out; conditioning on `truncate` is done here, once for
    all. Build one with `mcsus.distribution`.

    Parameters
    ----------
    truncate : Truncation, optional
        Interval the law is conditioned on.
    between : tuple of Between
        Parameters that are known to lie between two numbers; all else is of the law at the
        numbers half way.
    """

    family: ClassVar[str]
    keys: ClassVar[tuple[Key, ...]]
    forms: ClassVar[tuple[tuple[str, ...], ...]]  # the sets of parameters that define a law
    _least_share: ClassVar[float] = SMALLEST_SHARE
    truncate: Truncation | None = field(default=None, kw_only=True)
    between: tuple[Between, ...] = field(default=(), kw_only=True)

    # What a family provides -------------------------------------------------------------

    @abstractmethod
    def _from_tails(self, p: Array, q: Array) -> Array:
        """Quantile of the whole law from lower tail p and upper tail q = 1 - p."""

    @abstractmethod
    def _tails(self, x: Array) -> tuple[Array, Array]:
        """Lower and upper tail of the whole law at x."""

    def _whole_support(self) -> tuple[float, float]:
        """Ends of the support of the whole law."""
        return -math.inf, math.inf

    @abstractmethod
    def _whole_moments(self) -> tuple[float, float]:
        """Mean and standard deviation of the whole law."""

    def kernel(self) -> QuantileKernel:
        """Return the compiled loop that computes quantiles, and its constants.

        A family without a loop of its own is computed by a table of its inverse.
        """
        from mcsus.families.inverse.pieces import table_of  # noqa: PLC0415 - that needs this module

        return table_of(self)

    def _standard(self) -> tuple[Distribution, float, float] | None:
        """A law, an origin and a scale that give this one: laws of one shape share its table."""
        return None

    def _check(self) -> Iterable[Fault]:
        """Faults between parameters that are each in their own domain."""
        return ()

    def _breaks(self) -> tuple[float, ...]:
        """Lower tails of the whole law where its quantile function has a kink."""
        return ()

    def typical(self) -> float:
        """Return the value that stands for the law in a deterministic run: its median."""
        return float(self.quantile(0.5))

    @property
    def drawn(self) -> Distribution:
        """The law of what is drawn: another one where parameters are quantities."""
        return self

    @property
    def is_tabulated(self) -> bool:
        """Whether it is computed by a table of its inverse, which some laws do not have."""
        return type(self).kernel is Distribution.kernel

    @property
    def is_continuous(self) -> bool:
        """Whether no single value has a probability of its own."""
        return True

    # Given to every family --------------------------------------------------------------

    @classmethod
    def form(cls, given: Iterable[str]) -> tuple[Key, ...]:
        """Return the keys of the form that these names fit best (the first, in doubt)."""
        names = {*given}
        best = max(cls.forms, key=lambda form: len(names.intersection(form)))
        return tuple(key for key in cls.keys if key.name in best)

    @classmethod
    def beside(cls, given: Iterable[str]) -> list[Fault]:
        """Return the faults of names beside a form they do not belong to."""
        names = {*given}
        form = [key.name for key in cls.form(names)]
        return [
            Fault(f"{key.name} beside another form", f"only {', '.join(form)}", (key.name,))
            for key in cls.keys
            if key.name in names and key.name not in form
        ]

    @property
    def _given(self) -> set[str]:
        return {key.name for key in self.keys if getattr(self, key.field) is not None}

    def __post_init__(self) -> None:
        faults = []
        given = self._given
        for key in self.form(given):
            value = getattr(self, key.field)
            if value is None and key.optional:
                continue
            value = key.default if value is None else value
            own = key.faults(value)
            faults += own
            if not own:
                object.__setattr__(self, key.field, key.read(value))
        faults = faults or self.beside(given) or self._relations()
        if faults:
            raise InputError(*faults)
        if self.truncate is not None:
            object.__setattr__(self, "truncate", Truncation.read(self.truncate))
            try:
                self._conditioning  # noqa: B018 (refuses an empty interval now, not later)
            except ArithmeticError:
                raise InputError(self._no_number()) from None

    def _relations(self) -> list[Fault]:
        """Return the faults between parameters; those that no number says are of the law."""
        try:
            return list(self._check())
        except ArithmeticError:
            return [self._no_number()]

    def _no_number(self) -> Fault:
        allowed = "parameters of a law in the range of float64"
        return Fault(self._whole_text(), allowed, ("distribution",))

    def parameters(self) -> dict[str, Any]:
        """Return the parameters by name, as given."""
        held = {key.name: getattr(self, key.field) for key in self.form(self._given)}
        return {name: _plain(value) for name, value in held.items() if value is not None}

    def first_form(self) -> dict[str, Any]:
        """Return the parameters of the first form of the family, whichever was given."""
        return self.parameters()

    def to_dict(self) -> dict[str, Any]:
        """Return the study-file form, which `distribution` reads back to an equal law.

        Examples
        --------
        >>> from mcsus.families import distribution
        >>> distribution("normal", mean=1, sd=2, truncate={"low": 0}).to_dict()
        {'distribution': 'normal', 'mean': 1.0, 'sd': 2.0, 'truncate': {'low': 0.0}}
        """
        table = {"distribution": self.family, **self.parameters()}
        table |= {own.key: own.to_dict() for own in self.between}
        if self.truncate is not None:
            table["truncate"] = self.truncate.to_dict()
        return table

    def __repr__(self) -> str:
        table = self.to_dict()
        name = table.pop("distribution")
        return f"{name}({', '.join(f'{key}={_short(value)}' for key, value in table.items())})"

    def plot(self, *, unit: str = "", ax: Any = None) -> Any:
        """Draw the density with the median and the 95 % interval, and return the axes.

        Parameters
        ----------
        unit : str
            That stands at the axis.
        ax : matplotlib.axes.Axes, optional
            Where it is drawn; a new figure by default.

        Examples
        --------
        >>> from mcsus.families import distribution
        >>> axes = distribution("normal", mean=10, sd=1).plot(unit="kg")
        >>> [text.get_text() for text in axes.texts]
        ['8.04', '12.0', '10.0']
        """
        return above("mcsus.report.plots.plot_law")(self, unit, ax)

    def support(self) -> tuple[float, float]:
        """Return the ends of the support, after truncation."""
        low, high = self._whole_support()
        if self.truncate is not None:
            low = low if self.truncate.low is None else max(low, self.truncate.low)
            high = high if self.truncate.high is None else min(high, self.truncate.high)
        return low, high

    @cached_property
    def _conditioning(self) -> Conditioning:
        if self.truncate is None:
            return Conditioning(0.0, 1.0, 0.0, *self._whole_support())
        low, high = self.support()
        below = mass = above = 0.0
        if low < high:
            with np.errstate(all="ignore"):
                (below, rest), (most, above) = (
                    (float(tail) for tail in self._tails(np.asarray(end))) for end in (low, high)
                )
            if below > 0.5:
                mass = rest - above
            elif above > 0.5:
                mass = most - below
            else:
                mass = 1.0 - below - above
        # not so for NaN either, where no number says where the law lies
        if not mass >= max(SMALLEST_MASS, self._least_share * min(below, above)):
            allowed = f"an interval to which {self._whole_text()} gives probability"
            raise InputError(Fault(str(self.truncate.to_dict()), allowed, ("truncate",)))
        return Conditioning(below, mass, above, low, high)

    def _whole_text(self) -> str:
        """Text of the law without its truncation."""
        values = ", ".join(f"{key}={_short(value)}" for key, value in self.parameters().items())
        return f"{self.family}({values})"

    def _conditioned(self, u: Array, v: Array) -> Array:
        """Quantile at u, given also v = 1 - u, of the law after truncation."""
        c = self._conditioning
        x = self._from_tails(c.below + c.mass * u, c.above + c.mass * v)
        return np.clip(x, c.low, c.high)  # takes off rounding, never probability

    def quantile(self, u: ArrayLike) -> Array:
        """Return the value that the law stays below with probability u; NaN outside [0, 1].

        Examples
        --------
        >>> from mcsus.families import distribution
        >>> print(distribution("lognormal", median=3, gsd=2).quantile(0.5))
        3.0
        """
        points = np.asarray(u, dtype=np.float64)
        inside = (points >= 0) & (points <= 1)
        held = np.where(inside, points, 0.5)
        with np.errstate(all="ignore"):
            x = self._conditioned(held, 1.0 - held)
        low, high = self._conditioning.low, self._conditioning.high
        x = np.where(points == 0, low, np.where(points == 1, high, x))
        return np.where(inside, x, np.nan)[()]

    def cdf(self, x: ArrayLike) -> Array:
        """Return the probability of a value of at most x."""
        return np.where(np.isnan(x), np.nan, self.tails(x)[0])[()]

    def tails(self, x: ArrayLike) -> tuple[Array, Array]:
        """Return the probabilities of at most x and of more than x, each with all its digits.

        Examples
        --------
        >>> from mcsus.families import distribution
        >>> below, above = distribution("exponential", mean=1).tails(40)
        >>> print(below, above.round(23))
        1.0 4.24835e-18
        """
        points = np.asarray(x, dtype=np.float64)
        c = self._conditioning
        with np.errstate(all="ignore"):
            p, q = self._tails(np.clip(points, c.low, c.high))
        u, v = (p - c.below) / c.mass, (q - c.above) / c.mass
        if c.mass < 1.0:
            u, v = np.where(p <= q, u, 1.0 - v), np.where(p <= q, 1.0 - u, v)
        if c.below > 0.5:  # the whole interval lies in the upper tail
            u = (float(self._tails(np.asarray(c.low))[1]) - q) / c.mass
        if c.above > 0.5:
            v = (float(self._tails(np.asarray(c.high))[0]) - p) / c.mass
        u = np.where(points < c.low, 0.0, np.where(points >= c.high, 1.0, np.clip(u, 0.0, 1.0)))
        v = np.where(points < c.low, 1.0, np.where(points >= c.high, 0.0, np.clip(v, 0.0, 1.0)))
        return u, v

    def quantile_bounds(self, u: ArrayLike) -> tuple[Array, Array]:
        """Return the lowest and the highest quantile that the intervals of parameters allow.

        They are looked for at both ends of every interval and at some values between: what is
        lowest or highest at an end, as where the quantile rises or falls all along, is exact.

        Examples
        --------
        >>> from mcsus.families import distribution
        >>> low, high = distribution("normal", mean={"between": [0, 1]}, sd=1).quantile_bounds(0.5)
        >>> print(low, high)
        0.0 1.0
        """
        return quantile_bounds(self, u)

    def cdf_bounds(self, x: ArrayLike) -> tuple[Array, Array]:
        """Return the lowest and the highest probability of at most x, as `quantile_bounds`.

        Examples
        --------
        >>> from mcsus.families import distribution
        >>> law = distribution("normal", mean={"between": [0, 1]}, sd=1)
        >>> print(*(p.round(6) for p in law.cdf_bounds(0)))
        0.158655 0.5
        """
        return cdf_bounds(self, x)

    @cached_property
    def _moments(self) -> tuple[float, float]:
        with np.errstate(all="ignore"):
            return self._whole_moments() if self.truncate is None else self._truncated_moments()

    def _truncated_moments(self) -> tuple[float, float]:
        """Mean and standard deviation after truncation."""
        c = self._conditioning
        breaks = [(p - c.below) / c.mass for p in self._breaks()]
        inside = [u for u in breaks if 0 < u < 1]
        return moments_by_quadrature(self._conditioned, inside, 1e-300 / c.mass)

    def mean(self) -> float:
        """Return the arithmetic mean."""
        return self._moments[0]

    def sd(self) -> float:
        """Return the standard deviation."""
        return self._moments[1]
