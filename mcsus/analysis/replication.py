"""Standard errors from independent replicates, the only errors that are honest for QMC.

The usual formulas and bootstraps assume independent draws and are several times too wide on
scrambled Sobol' points; the spread between independent scramblings is not. See Owen,
"Monte Carlo theory, methods and examples" (2013), chapter 17, https://artowen.su.domains/mc/.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.ordered import deviation
from mcsus.families import special

Array = NDArray[np.float64]


def standard_error(estimates: Array) -> Array:
    """Return the standard error of the mean of replicate estimates along axis 0.

    Parameters
    ----------
    estimates : array, shape ``(replicate, ...)``

    Returns
    -------
    array, shape ``(...)``
        Sample standard deviation over replicates divided by the square root of their number;
        NaN for one replicate, which says nothing about its error.
    """
    count = len(estimates)
    if count < 2:
        return np.full(estimates.shape[1:], np.nan)
    return np.asarray(deviation(estimates, 0, ddof=1) / np.sqrt(count))


def student_quantile(replicates: int, probability: float = 0.975) -> float:
    """Return the Student t quantile that turns a standard error into a bound."""
    return float(special.stdtrit(replicates - 1, probability)) if replicates > 1 else float("nan")
