"""How many draws make the 95 % range of some outputs as well known as was asked.

A rule that looks again and again until the error seems small stops too early, as it stops where
the error is underestimated. Here the first draws estimate the error once, the number of draws is
fixed by it, and nothing is looked at in between: C. Stein, "A two-sample test for a linear
hypothesis whose power is independent of the variance" (1945), doi:10.1214/aoms/1177731088, as
G. Wuebbeler et al. (2010), doi:10.1088/0026-1394/47/3/023, apply it to Monte Carlo.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.intervals import quantile_errors
from mcsus.analysis.replication import student_quantile
from mcsus.counting.draws import Draws
from mcsus.engine.plans import FOLD
from mcsus.errors import RefusedError
from mcsus.model import EXACT, Rounding

Array = NDArray[np.float64]

_ROUNDING = 1e-12  # or rounding would double the draws of a Sobol' design

ENDS = np.array([0.025, 0.975])
"""Probabilities of the ends of the 95 % range."""


@dataclass(frozen=True)
class Precision:
    """How well the least known end of a 95 % range is known.

    Attributes
    ----------
    output : str
    relative : float
        Half-width of the 95 % confidence interval of the end, as a share of the end itself; where
        the range holds 0, as a share of its width.
    individuals : float
        The part of it that is due to individuals: more draws do not bring it down.

    Examples
    --------
    >>> Precision("total", 0.004).draws_for(0.001, 4096)
    65536
    """

    output: str
    relative: float
    individuals: float = 0.0

    def is_within(self, share: float) -> bool:
        """Tell whether the end is known to a share."""
        return self.relative <= share * (1 + _ROUNDING)

    def is_beyond(self, share: float) -> bool:
        """Tell whether individuals alone leave more than a share unknown, whatever is drawn."""
        return self.individuals >= share

    def draws_for(self, share: float, draws: int) -> int:
        """Return how many draws make it `share`, after so many.

        The error is taken to fall with the square root, as it does for Monte Carlo; with Sobol'
        points it falls faster. The part due to individuals stays: where that alone is more, no
        number of draws does, and no more are asked for.

        Raises
        ------
        RefusedError
            If the range is a point, as that of an output that is almost always 0.
        """
        if math.isinf(self.relative):
            msg = f"--until: found {self.output!r}, whose 95 % range is 0 to 0, only not surely"
            raise RefusedError(msg + "; allowed: other outputs, by --until-output")
        if self.individuals and self.is_beyond(share):
            return draws
        of_draws, room = (size**2 - self.individuals**2 for size in (self.relative, share))
        wanted = draws * of_draws / room
        return max(draws, math.ceil(wanted * (1 - _ROUNDING)))


def precision(
    draws: Mapping[str, Sequence[Draws]],
    outputs: Sequence[str],
    rounding: Mapping[str, Rounding] | None = None,
    met: Mapping[str, Sequence[Draws]] | None = None,
) -> Precision:
    """Return how well the least known end among all cells of some outputs is known.

    Cells that do not vary, rounding apart, are known, unless replicates met other individuals.

    Parameters
    ----------
    met : mapping of str to sequence of Draws, optional
        Of what depends on individuals: see `mcsus.runner.individuals.meet_all`.
    """
    worst = Precision(outputs[0], 0.0)
    for name in outputs:
        known = rounding[name].cells() if rounding else [EXACT] * len(draws[name])
        alone: Sequence[Draws | None] = (met or {}).get(name) or [None] * len(draws[name])
        for cell, own, same_points in zip(draws[name], known, alone, strict=True):
            first, last = cell.extremes()
            if not own.varies(last - first) and same_points is None:
                continue
            low, high = cell.quantiles(ENDS)
            scale = np.full(2, high - low) if low <= 0 <= high else np.abs([low, high])
            relative = _relative(cell, scale)
            end = int(relative.argmax())
            if relative[end] > worst.relative:
                inner = 0.0 if same_points is None else float(_relative(same_points, scale)[end])
                worst = Precision(name, float(relative[end]), min(inner, float(relative[end])))
    return worst


def _relative(cell: Draws, scale: Array) -> Array:
    """Return half-widths of the confidence intervals of both ends, as shares of a scale."""
    half_width = student_quantile(cell.replicates) * quantile_errors(cell, ENDS)
    unknown = half_width > 0
    relative = np.where(unknown, np.inf, 0.0)
    np.divide(half_width, scale, out=relative, where=unknown & (scale > 0))
    return relative


def rounded(draws: int, kind: str) -> int:
    """Return a number of draws that a design can have and go on from.

    Examples
    --------
    >>> rounded(5000, "sobol"), rounded(5000, "monte_carlo")
    (8192, 5120)
    """
    if kind == "sobol":
        return max(FOLD, 1 << (draws - 1).bit_length())
    return -(-draws // FOLD) * FOLD
