"""What a reader should know of differences and ratios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcsus.vocabulary import Caution

if TYPE_CHECKING:
    import xarray as xr


def of_contrasts(described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of which differences and ratios the mean does not settle, or is of some draws only.

    Parameters
    ----------
    described : mapping of str to Dataset
        All that a run describes, by its place in the tree.
    """
    for place, data in described.items():
        if not place.startswith("comparisons/"):
            continue
        output, words = data.attrs["output"], data.attrs["dim"].replace("_", " ")
        of, name = f" of {output!r} between labels of {words}", place.partition("/")[2]
        lost: dict[str, NDArray[np.bool_]] = {}
        for kind in ("difference", "ratio"):
            mean = data[f"{kind}_mean"].values
            never = (
                data[f"{kind}_never"].values if f"{kind}_never" in data else np.zeros(mean.shape)
            )
            if (unsettled := ~np.isfinite(mean) & (never == 0)).any():
                lost[kind] = unsettled
            if never.any():
                yield Caution(
                    "undefined_comparison",
                    name,
                    f"the {kind}{of} is no number in up to {100 * never.max():.3g} % of the draws"
                    f"{in_cases(never > 0)}: median, quantiles and intervals are of the others",
                )
        if lost:
            yield Caution(
                "no_mean",
                name,
                f"the mean of the {' and of the '.join(lost)}{of} does not settle"
                f"{in_cases(np.logical_or.reduce(list(lost.values())))}, as where a divisor "
                "reaches zero: read the median and the quantiles",
            )


def in_cases(flags: NDArray[np.bool_]) -> str:
    """Say in how many cells something is so, where it is not in all."""
    return "" if flags.all() else f" in {flags.sum()} of {flags.size} cases"
