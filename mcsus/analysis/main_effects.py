"""What each input alone says of a response: regressions on ranks, free of the others' noise."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.input_draws import InputDraws

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MainEffects:
    """Regressions of a response on each of some inputs.

    Parameters
    ----------
    inputs : sequence of InputDraws
    response : array, shape (replicate, draw)
        Finite.
    fits : list of array, shape (1 + replicate, bin)
        What is expected of the response in each bin of each input: from all replicates, then
        without each of them.
    means : array, shape (1 + replicate,)
        Of the response, likewise.
    sums : list of array, shape (replicate, bin)
        Of the response in the bins of each input, less what independent inputs say of it: with
        the same expectation and less noise.
    """

    inputs: Sequence[InputDraws]
    response: Array
    fits: list[Array]
    means: Array
    sums: list[Array]

    @classmethod
    def of(cls, inputs: Sequence[InputDraws], response: Array) -> MainEffects:
        """Return the regressions of a response on the inputs.

        A replicate is told what the other replicates say, so that no noise is counted as effect.
        """
        plain = [own.bins.sums(response) for own in inputs]
        fits = [own.bins.fitted(sums) for own, sums in zip(inputs, plain, strict=True)]
        each = response.mean(axis=1)
        total, count = each.sum(), len(each)
        others = (total - each) / (count - 1) if count > 1 else each
        made = cls(inputs, response, fits, np.r_[total / count, others], plain)
        for k, own in enumerate(inputs):
            if own.is_law and len(made.dependent([k])) == 1:
                rest = own.bins.sums(made.of_laws) - own.bins.counts * made.centred(k)
            else:
                rest = own.bins.sums(made.apart_from([k]))
            plain[k] = plain[k] - rest
        return made

    @functools.cached_property
    def of_laws(self) -> Array:
        """The effects of all inputs whose values are those of laws, at each draw."""
        whole = np.zeros(self.response.shape)
        for k, own in enumerate(self.inputs):
            if own.is_law:
                whole += self.at_draws(k)
        return whole

    @functools.cached_property
    def _variance(self) -> float:
        return float(((self.response - self.means[0]) ** 2).mean())

    def at_draws(self, k: int) -> Array:
        """Return the effect of an input at each draw: the fit of the others less its mean."""
        own = self.inputs[k]
        return np.take_along_axis(self.centred(k), own.bins.bins, axis=1)

    def centred(self, k: int) -> Array:
        """Return the effect of an input in its bins, shape (replicate, bin)."""
        counts = self.inputs[k].bins.counts.sum(axis=0)
        means = self.fits[k] @ counts / counts.sum()
        return np.asarray((self.fits[k] - means[:, np.newaxis])[1:])

    def apart_from(self, group: Sequence[int]) -> Array:
        """Return the effects at each draw of what some inputs do not depend on.

        These are those of other laws, without a point in common. Nothing is known to be
        independent of a value that follows from other quantities as well, as that of a share does.
        """
        if not all(self.inputs[k].is_law for k in group):
            return np.zeros(self.response.shape)
        rest = self.of_laws
        for j in self.dependent(group):
            rest = rest - self.at_draws(j)
        return rest

    def dependent(self, group: Sequence[int]) -> list[int]:
        """Return the inputs with the values of laws that have a point in common with some."""
        streams = frozenset[str]().union(*(self.inputs[k].streams for k in group))
        return [j for j, own in enumerate(self.inputs) if own.is_law and own.streams & streams]

    def first_order(self, k: int) -> Array:
        """Return the share of the variance that an input explains, by each replicate.

        The covariance of a replicate with what the others say is free of the bias of a fit.
        """
        variance = self._variance
        if not variance > 0:
            return np.zeros(len(self.response))
        apart = self.sums[k] - self.inputs[k].bins.counts * self.means[0]
        return np.asarray((apart * self.centred(k)).sum(axis=1) / self.response.shape[1] / variance)
