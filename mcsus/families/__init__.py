"""Laws of probability: their checks, moments and quantiles.

A law is built with `distribution`; `FAMILIES` lists what there is. Importing this package
loads neither numba nor scipy.stats: the compiled loops stand in `mcsus.families.kernels`
and `mcsus.families.elementary`, which are imported by those who run them.
"""

from importlib import import_module

from mcsus.families.base import Distribution
from mcsus.families.codes import QuantileKernel
from mcsus.families.registry import FAMILIES, Family, distribution
from mcsus.families.truncation import Truncation

__all__ = [
    "FAMILIES",
    "Distribution",
    "Family",
    "QuantileKernel",
    "Truncation",
    "distribution",
]

_MODULES = (  # one per family, in the order in which they are listed
    "constant",
    "uniform",
    "loguniform",
    "triangular",
    "pert",
    "normal",
    "lognormal",
    "beta",
    "gamma",
    "exponential",
    "weibull",
    "gumbel",
    "student_t",
    "bernoulli",
    "discrete",
    "empirical",
    "quantiles",
    "mixture",
    "scipy_law",
)

for _name in _MODULES:
    import_module(f"{__name__}.{_name}")
