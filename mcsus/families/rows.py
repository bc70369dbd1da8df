"""The law of one column of a table whose rows stay together."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mcsus.families.base import Array
from mcsus.families.laws.empirical import Empirical
from mcsus.families.loops.codes import QuantileKernel
from mcsus.families.steps import kernel_of


@dataclass(frozen=True, repr=False)
class RowValues(Empirical):
    """One column of a table of which one row is drawn: values and weights in the order of rows.

    Columns with the same weights that read one point take the same row. Alone it is the law of
    its values, with their mean, spread and distribution function; but unlike that of every other
    law, its quantile does not increase with the point, which chooses a row.

    Parameters
    ----------
    joint : str
        Name of the rows.
    """

    joint: str = field(default="", kw_only=True)

    @property
    def probabilities(self) -> Array:
        """Probability of each row."""
        weights = np.array(self.weights or (1.0,) * len(self.values))
        shares = weights / weights.max()
        probabilities: Array = shares / shares.sum()
        return probabilities

    @cached_property
    def _ends(self) -> Array:
        ends = np.cumsum(self.probabilities.astype(np.longdouble)).astype(np.float64)
        ends[ends >= ends[-1]] = 1.0
        return ends

    @cached_property
    def _column(self) -> Array:
        return np.array(self.values)

    def _conditioned(self, u: Array, v: Array) -> Array:  # noqa: ARG002 - u says all
        return self._column[np.searchsorted(self._ends, u, side="left")]

    def kernel(self) -> QuantileKernel:
        """Return the guided search: guide, upper ends, values."""
        return kernel_of(self._ends, self._column)
