"""Physical dimensions: exact exponents of the base units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mcsus.errors import Fault, InputError, nearest

BASES = ("kg", "CO2e", "device", "m", "s", "A", "K", "mol", "cd")
"""Coherent base units, in the order in which a dimension is written; a study may add its own."""

_Powers = tuple[tuple[str, Fraction], ...]
_Written = tuple[tuple[str, _Powers, Fraction], ...]


@dataclass(frozen=True)
class Dimension:
    """A physical dimension: the exponents of the base units.

    Parameters
    ----------
    exponents : tuple of (str, Fraction)
        Base unit and exponent, in the order of `BASES`, without zero exponents. Build one
        with `Dimension.of` or from a unit.
    written : tuple of (str, tuple, Fraction)
        The units that somebody wrote for it, with their own exponents and their powers.
    text : str
        The one unit that somebody wrote for it, if there is one.

    What was written is shown in messages and does not matter otherwise.

    Examples
    --------
    >>> power = Dimension.of(kg=1, m=2, s=-3)
    >>> print(power * Dimension.of(s=1) / Dimension.of(device=1))
    kg m**2 / (device s**2)
    >>> print((power ** 0.5) ** 2 == power, power / power)
    True 1
    """

    exponents: _Powers = ()
    written: _Written = field(default=(), compare=False, repr=False)
    text: str = field(default="", compare=False, repr=False)

    @classmethod
    def of(cls, **exponents: float | Fraction) -> Dimension:
        """Build a dimension from the exponents of base units."""
        for base in exponents:
            if base not in BASES:
                found, close = f"base unit {base!r}", nearest(base, BASES)
                raise InputError(Fault(found, ", ".join(BASES), ("dimension",), close))
        return cls(_ordered({base: _exact(power) for base, power in exponents.items()}))

    @classmethod
    def base(cls, name: str) -> Dimension:
        """Return the dimension of which a unit of one's own is the base unit."""
        return cls(((name, Fraction(1)),))

    def named(self, name: str) -> Dimension:
        """Return the dimension of a unit that somebody wrote by its name."""
        return Dimension(self.exponents, ((name, self.exponents, Fraction(1)),), name)

    @property
    def shown(self) -> str:
        """The dimension in the units that somebody wrote, or in base units if those are fewer."""
        written = tuple((name, power) for name, _, power in self.written)
        is_shorter = 0 < len(written) <= len(self.exponents)
        return self.text or _text(written if is_shorter else self.exponents)

    @property
    def is_dimensionless(self) -> bool:
        """Whether every exponent is zero."""
        return not self.exponents

    def __mul__(self, other: Dimension) -> Dimension:
        powers = dict(self.exponents)
        for base, power in other.exponents:
            powers[base] = powers.get(base, Fraction(0)) + power
        return Dimension(_ordered(powers), _merged(self._units(), other._units()))

    def _units(self) -> _Written:
        """Return the units that it is shown in."""
        bases = ((base, ((base, Fraction(1)),), power) for base, power in self.exponents)
        return self.written or tuple(bases)

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    def __pow__(self, exponent: float | Fraction) -> Dimension:
        power = _exact(exponent)
        mine = _ordered({name: own * power for name, own in self.exponents})
        units = ((name, measured, own * power) for name, measured, own in self.written if power)
        return Dimension(mine, tuple(units))

    def __str__(self) -> str:
        return _text(self.exponents)


def _ordered(powers: Mapping[str, Fraction]) -> _Powers:
    """Return what is left of base units, in the order in which they are written."""
    own = sorted(powers.keys() - set(BASES))
    return tuple((base, powers[base]) for base in (*BASES, *own) if powers.get(base))


def _merged(one: _Written, other: _Written) -> _Written:
    """Return units side by side, those that measure the same as one."""
    units: dict[_Powers, tuple[str, Fraction]] = {}
    for name, measured, power in (*one, *other):
        first, before = units.get(measured, (name, Fraction(0)))
        units[measured] = (first, before + power)
    merged = ((name, measured, power) for measured, (name, power) in units.items())
    return tuple(unit for unit in merged if unit[1] and unit[2])


def _text(powers: _Powers) -> str:
    above = [_power_text(base, power) for base, power in powers if power > 0]
    below = [_power_text(base, -power) for base, power in powers if power < 0]
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
