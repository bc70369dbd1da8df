"""Physical dimensions: exact exponents of the base units."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mcsus.errors import Fault, InputError, nearest

BASES = ("kg", "CO2e", "device", "m", "s", "A", "K", "mol", "cd")
"""Coherent base units, in the order in which a dimension is written."""


@dataclass(frozen=True)
class Dimension:
    """A physical dimension: the exponents of the base units.

    Parameters
    ----------
    exponents : tuple of (str, Fraction)
        Base unit and exponent, in the order of `BASES`, without zero exponents. Build one
        with `Dimension.of` or from a unit.

    Examples
    --------
    >>> power = Dimension.of(kg=1, m=2, s=-3)
    >>> print(power * Dimension.of(s=1) / Dimension.of(device=1))
    kg m**2 / (device s**2)
    >>> print((power ** 0.5) ** 2 == power, power / power)
    True 1
    """

    exponents: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def of(cls, **exponents: float | Fraction) -> Dimension:
        """Build a dimension from the exponents of base units."""
        for base in exponents:
            if base not in BASES:
                found, close = f"base unit {base!r}", nearest(base, BASES)
                raise InputError(Fault(found, ", ".join(BASES), ("dimension",), close))
        exact = {base: _exact(power) for base, power in exponents.items()}
        return cls(tuple((base, exact[base]) for base in BASES if exact.get(base)))

    @property
    def is_dimensionless(self) -> bool:
        """Whether every exponent is zero."""
        return not self.exponents

    def __mul__(self, other: Dimension) -> Dimension:
        powers = dict(self.exponents)
        for base, power in other.exponents:
            powers[base] = powers.get(base, Fraction(0)) + power
        return Dimension.of(**powers)

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    def __pow__(self, exponent: float | Fraction) -> Dimension:
        power = _exact(exponent)
        return Dimension.of(**{base: own * power for base, own in self.exponents})

    def __str__(self) -> str:
        above = [_power_text(base, power) for base, power in self.exponents if power > 0]
        below = [_power_text(base, -power) for base, power in self.exponents if power < 0]
        text = " ".join(above) or "1"
        if not below:
            return text
        return f"{text} / {below[0]}" if len(below) == 1 else f"{text} / ({' '.join(below)})"


def _exact(exponent: float | Fraction) -> Fraction:
    """Return the exponent as a fraction; 0.3333333333333333 is meant as 1/3."""
    exact = Fraction(exponent)
    simple = exact.limit_denominator(1000)
    return simple if abs(simple - exact) < Fraction(1, 10**12) else exact


def _power_text(base: str, power: Fraction) -> str:
    if power == 1:
        return base
    return f"{base}**{power}" if power.denominator == 1 else f"{base}**({power})"


DIMENSIONLESS = Dimension()
"""The dimension of a plain number."""
