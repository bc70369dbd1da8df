"""Units of measurement: unit strings, dimensions and the pint registry behind them.

A unit string is read by a small grammar of our own, one name at a time; pint only ever
sees single names that matched a pattern. `CO2e` (mass of carbon dioxide equivalent) and
`device` (a count of devices) are base units beside those of the SI, so that they never add
to a mass or to a plain number. Coherent base units are kg, m, s, A, K, mol, cd, CO2e and
device; the `factor` of a unit converts a magnitude to them.

Sources: BIPM, The International System of Units, 9th edition (2019), doi 10.59161/AUEZ1291;
pint (https://pint.readthedocs.io) for the definitions of the units outside the SI.
"""

from mcsus.units.dimension import BASES, DIMENSIONLESS, Dimension
from mcsus.units.reader import Unit, unit
from mcsus.units.registry import dimension_of, quantity, registry

__all__ = [
    "BASES",
    "DIMENSIONLESS",
    "Dimension",
    "Unit",
    "dimension_of",
    "quantity",
    "registry",
    "unit",
]
