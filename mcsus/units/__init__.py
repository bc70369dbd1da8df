"""Units of measurement: unit strings, dimensions and the table of the units that are read.

A unit string is read by a small grammar, one name at a time, and every name is in a table:
prefixes stand on the units that take them and words with several readings are refused with all
of them. `CO2e` (mass of carbon dioxide equivalent) and `device` (a count of devices) are base
units beside those of the SI, so that they never add to a mass or to a plain number, and a study
may add its own. Coherent base units are kg, m, s, A, K, mol, cd, CO2e and device; the `factor`
of a unit converts a magnitude to them.

Source: BIPM, The International System of Units, 9th edition (2019), doi 10.59161/AUEZ1291.
"""

from mcsus.units.dimension import BASES, DIMENSIONLESS, Dimension
from mcsus.units.known import Scale, known_units
from mcsus.units.own import NO_UNITS, OwnUnits
from mcsus.units.reader import Unit, scale_of, unit

__all__ = [
    "BASES",
    "DIMENSIONLESS",
    "NO_UNITS",
    "Dimension",
    "OwnUnits",
    "Scale",
    "Unit",
    "known_units",
    "scale_of",
    "unit",
]
