"""Laws of probability: their checks, moments and quantiles.

A law is built with `distribution`; `FAMILIES` lists what there is: the modules of
`mcsus.families.laws`, which are found when this package is imported. That loads neither numba nor
scipy.stats: the compiled loops stand in `mcsus.families.loops`, imported by those who run them.
"""

from mcsus.families.base import Distribution
from mcsus.families.loops.codes import QuantileKernel
from mcsus.families.registry import FAMILIES, Family, Twin, distribution, family, renamed
from mcsus.families.truncation import Truncation
from mcsus.modules import import_all

__all__ = [
    "FAMILIES",
    "Distribution",
    "Family",
    "QuantileKernel",
    "Truncation",
    "Twin",
    "distribution",
    "family",
    "renamed",
]

import_all("mcsus.families.laws")
