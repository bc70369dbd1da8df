"""What an analysis of a claim is given: margins, and the inputs at the same draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.change import Again
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.main_effects import MainEffects
from mcsus.analysis.rare import Afresh
from mcsus.model import Rounding
from mcsus.vocabulary import Label

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CLIPPED = 0.002  # of the draws at either end


@dataclass(frozen=True, eq=False)
class ClaimCell:
    """A claim at some labels, with the inputs that it depends on.

    Parameters
    ----------
    labels : mapping of str to str or number
        Of its cell.
    confidence : float
        Probability that the claim must reach.
    unit : str
        Of the margins.
    rounding : Rounding
        Of the margins: what is not more is 0.
    margins : array, shape (replicate, draw)
        In `unit`: above 0 where the claim holds; infinite where it follows from what is never.
    holds : array of bool, shape (replicate, draw)
        Whether it does: so is the probability of the claim judged.
    inputs : tuple of InputDraws
        Some of which it need not depend on.
    groups : tuple of tuple of int
        Places of the inputs of each group of the claim; none of a group that it lacks.
    again : Again, optional
        Gives margins at the first draws after a change.
    most_held : int
        How often it may be asked with an input held.
    afresh : Afresh, optional
        Gives margins at other points, where the claim is told to be rare.
    parts : tuple of array, optional
        Two that the margins are the sum of, which no input and no copula ties, shape
        (replicate, draw) each; None where there are not two.
    is_sign : bool
        Whether only the sign of a margin means something.
    shares : array, shape (replicate,), optional
        Share of all draws of each replicate in which it holds, of which these may be the first.
    """

    labels: Mapping[str, Label]
    confidence: float
    unit: str
    rounding: Rounding
    margins: Array
    holds: Flags
    inputs: tuple[InputDraws, ...]
    groups: tuple[tuple[int, ...], ...] = ()
    again: Again | None = None
    most_held: int = 0
    afresh: Afresh | None = None
    parts: tuple[Array, Array] | None = None
    is_sign: bool = False
    shares: Array | None = None

    @property
    def probability(self) -> float:
        """Share of the draws in which the claim holds."""
        return float(self.holds.mean())

    @property
    def told_shares(self) -> Array:
        """Share of all draws of each replicate in which the claim holds, as its verdict has it."""
        return np.asarray(self.holds.mean(axis=1)) if self.shares is None else self.shares

    @property
    def is_open(self) -> bool:
        """Whether the claim holds in some draws and not in others."""
        return bool(self.holds.any() and not self.holds.all())

    @cached_property
    def given(self) -> dict[int, Any]:
        """What `mcsus.analysis.given_input` has said of the inputs so far, by their places."""
        return {}

    @cached_property
    def of_margin(self) -> MainEffects | None:
        """Regressions of the margin on each input; None of one that is infinite or has no size."""
        if self.is_sign or not np.isfinite(self.margins).all():
            return None
        return MainEffects.of(self.inputs, self.margins)

    @cached_property
    def clipped(self) -> Array:
        """The margins, of which the outermost only have a sign, as means are made of them."""
        finite = self.margins[np.isfinite(self.margins)]
        if not finite.size:
            return np.sign(self.margins)
        low, high = np.quantile(finite, [_CLIPPED, 1 - _CLIPPED])
        usual = float(np.median(np.abs(finite)))
        return np.clip(self.margins, min(low, -usual), max(high, usual))

    @cached_property
    def of_success(self) -> MainEffects:
        """Regressions on each input of whether the claim holds."""
        return MainEffects.of(self.inputs, self.holds.astype(np.float64))


@dataclass(frozen=True, eq=False)
class ClaimDraws:
    """A claim with margins and inputs at the same draws, by cell.

    Parameters
    ----------
    unit : str
        Of the margins.
    groups : tuple of str
        Names of groups of inputs.
    analysed : tuple of int
        Places of the cells that are analysed: all, or some where they are very many.
    """

    id: str
    unit: str
    cells: tuple[ClaimCell, ...]
    groups: tuple[str, ...] = ()
    analysed: tuple[int, ...] = ()

    def of_all(self, shares: Sequence[Array]) -> ClaimDraws:
        """Return the claim with the shares of all draws, by cell; see `ClaimCell.shares`."""
        pairs = zip(self.cells, shares, strict=True)
        return replace(self, cells=tuple(replace(cell, shares=own) for cell, own in pairs))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs of any cell."""
        return tuple(dict.fromkeys(own.name for cell in self.cells for own in cell.inputs))

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of each input, by name."""
        return {own.name: own.unit for cell in self.cells for own in cell.inputs}
