"""Laws of other packages: rows of stats_arrays, frozen laws of scipy.stats, problems of SALib.

None of these packages is imported here, apart from scipy.stats where a frozen law of it is
asked for. What cannot be carried over exactly is refused.
"""

from mcsus.neighbours.frozen import from_scipy, to_scipy
from mcsus.neighbours.salib import from_salib, to_salib
from mcsus.neighbours.stats_arrays import from_stats_arrays, to_stats_arrays

__all__ = [
    "from_salib",
    "from_scipy",
    "from_stats_arrays",
    "to_salib",
    "to_scipy",
    "to_stats_arrays",
]
