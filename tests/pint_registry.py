"""The pint registry, a second opinion on units, and the way between pint and our dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mcsus.errors import Fault, InputError
from mcsus.units.dimension import Dimension

if TYPE_CHECKING:
    import pint

_PINT_BASES = {
    "[mass]": "kg",
    "[CO2_equivalent]": "CO2e",
    "[device_count]": "device",
    "[length]": "m",
    "[time]": "s",
    "[current]": "A",
    "[temperature]": "K",
    "[substance]": "mol",
    "[luminosity]": "cd",
}


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry[Any]:
    """Return the one pint registry of mcsus, which knows `CO2e` and `device`.

    pint is imported here, not with the module.

    Examples
    --------
    >>> print(registry().Quantity(2.0, "kg CO2e/kWh").to("g CO2e/Wh"))
    2.0 CO2e * gram / watt_hour
    """
    import pint

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry(on_redefinition="ignore")
    ureg.define("kilotonne = 1e6 * kilogram = kt")  # to pint, kt is the knot
    ureg.define("CO2e = [CO2_equivalent]")
    ureg.define("device = [device_count]")
    return ureg


def quantity(value: Any, dimension: Dimension) -> Any:
    """Return a pint quantity of `value` in the coherent base units of a dimension.

    Examples
    --------
    >>> print(quantity(3.0, Dimension.of(m=1, s=-1)))
    3.0 meter / second
    """
    ureg = registry()
    powers = {base: _plain(power) for base, power in dimension.exponents}
    return ureg.Quantity(
        value, ureg.UnitsContainer({ureg.get_name(b): p for b, p in powers.items()})
    )


def dimension_of(quantity: Any) -> Dimension:
    """Return the dimension of a pint quantity; a plain number or array is dimensionless."""
    powers: Mapping[str, Any] = getattr(quantity, "dimensionality", {})
    for name in powers:
        if name not in _PINT_BASES:
            known = ", ".join(_PINT_BASES.values())
            raise InputError(Fault(f"a unit of {name}", f"units made of {known}", ("unit",)))
    return Dimension.of(**{_PINT_BASES[name]: power for name, power in powers.items()})


def _plain(power: Fraction) -> int | float:
    return power.numerator if power.denominator == 1 else float(power)
