"""Laws of probability: their checks, moments and quantiles.

A law is built with `distribution`; `FAMILIES` lists what there is: the modules of
`mcsus.families.laws`, which are found when this package is imported. That loads neither numba nor
scipy.stats: the compiled loops stand in `mcsus.families.loops`, imported by those who run them.
"""

from importlib import import_module
from pkgutil import iter_modules

from mcsus.families import laws
from mcsus.families.base import Distribution
from mcsus.families.loops.codes import QuantileKernel
from mcsus.families.registry import FAMILIES, Family, Twin, distribution, family, renamed
from mcsus.families.truncation import Truncation

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

for _module in iter_modules(laws.__path__):
    import_module(f"{laws.__name__}.{_module.name}")
