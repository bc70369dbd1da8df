"""Whether the mean and the standard deviation of an output settle, from its outermost draws.

A ratio whose divisor reaches zero, Student's t with one degree of freedom and 1/uniform have no
mean: whatever is added up is the few largest draws, at any number of draws. The tail index of B.
Hill (1975), doi:10.1214/aos/1176343247, tells such tails from those of lognormal products; it says
1 where the mean is missing, 1/2 where the variance is. What was measured stands in
``docs/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import Draws

Array = NDArray[np.float64]

_LEAST_DRAWS = 1 << 10, 1 << 12  # from which a mean, and a spread, are judged
_HEAVY = (0.75, 0.6, 0.4), (0.55, 0.55, 0.4)  # least index at each depth; no mean, no variance
_SLOW = 0.28  # index of a tail: .25 has no fourth moment; lognormal laws of gsd 1.6 have less
_GAP = (
    0.6  # of what draws of a tail are apart, in one place: of 16 draws of one tail in 1 of 50,000
)
_LEAST_DEPTH = 16  # draws of which an index is known to a quarter
_FEW = 8  # draws of which an index is known to a third
_MATTERS = 1e-3  # of the interval: what one draw moves the mean of all by
_FEWEST, _MATTERS_MUCH = 1 << 9, 0.02  # the same of fewer draws, whose tail index says less
_SHARE = 5e-3  # of the sum of squares: the outermost draw has more where there is no variance
_RESOLVED = 0.25  # of a probability: the most that the rank of a draw may be in doubt by
_MOST = 1 << 10  # draws of a tail that are looked at


_MEANS = "mean", "path_mean"


class Settled(NamedTuple):
    """Whether the moments of a cell settle as draws are added."""

    mean: bool = True
    sd: bool = True

    def told(self, described: Mapping[str, Array]) -> dict[str, Array]:
        """Return what describes a cell; a moment that does not settle is NaN, with its error."""
        lost = [*(() if self.mean else _MEANS), *(() if self.sd else ("sd",))]
        names = {own for name in lost for own in (name, f"{name}_error")}
        return {
            name: np.full_like(array, np.nan) if name in names else array
            for name, array in described.items()
        }


def settling(draws: Draws) -> Settled:
    """Tell whether mean and standard deviation of the draws of a cell settle.

    They do unless both signs say otherwise: the outermost draws of a tail fall off as slowly as
    where there is no such moment, at every depth that the draws resolve; and one draw alone moves
    it notably. Of fewer than 2^9 draws nothing can be said.

    Examples
    --------
    >>> from mcsus.counting.draws import HeldDraws
    >>> u = (np.random.default_rng(1).permutation(1 << 14) + 0.5).reshape(4, -1) / (1 << 14)
    >>> settling(HeldDraws(np.tan(np.pi * (u - 0.5))))
    Settled(mean=False, sd=False)
    >>> settling(HeldDraws(u))
    Settled(mean=True, sd=True)
    """
    if isinstance(draws, AveragedDraws):
        return _most([settling(own) for own in draws.each()])
    total = draws.replicates * draws.draws
    if total < _FEWEST or _outermost_share(draws) < _SHARE:
        return Settled()
    low, middle, high = draws.quantiles(np.array([0.025, 0.5, 0.975]))
    reach = float(np.max(np.abs(np.array(draws.extremes()) - middle)))
    width = float(high - low)
    share = reach / width if width > 0 else np.inf
    moved = share / total, share**2 / total
    judged = [
        total >= least and own >= _MATTERS for least, own in zip(_LEAST_DRAWS, moved, strict=True)
    ]
    judged[0] |= total >= _FEWEST and moved[0] >= _MATTERS_MUCH
    if not reach > 0 or not any(judged):
        return Settled()
    tails = [_indices(draws, float(middle), upper=upper) for upper in (False, True)]
    lacks = [judged[k] and any(_exceeds(indices, _HEAVY[k]) for indices in tails) for k in range(2)]
    return Settled(mean=not lacks[0], sd=not any(lacks))


def _most(replicates: Sequence[Settled]) -> Settled:
    """Return what most replicates say: the mean of their quantiles has no atoms left."""
    shares = np.mean(replicates, axis=0)
    return Settled(*(bool(share > 0.5) for share in shares))


def tail_index(draws: Draws) -> float:
    """Return how slowly the heavier tail of the draws of a cell falls off; NaN where not known.

    A quarter where the fourth moment is missing, so that no error of a variance is to be trusted;
    a normal law has some .1. Of one in 1,024 draws, and of 64 at least; of fewer where there are
    few, but 16.

    Examples
    --------
    >>> from mcsus.counting.draws import HeldDraws
    >>> u = (np.random.default_rng(1).permutation(1 << 14) + 0.5).reshape(4, -1) / (1 << 14)
    >>> round(tail_index(HeldDraws(u ** (-1 / 3))), 2)
    0.4
    """
    if isinstance(draws, AveragedDraws):
        return tail_index(draws.mean_replicate)
    total = draws.replicates * draws.draws
    if total < _LEAST_DRAWS[0] or not np.isfinite(draws.extremes()).all():
        return float("nan")
    depth = max(_LEAST_DEPTH, min(64, total // 128), total // 1024)
    middle = float(draws.quantiles(np.array([0.5]))[0])
    found = [_index(draws, middle, depth, upper=upper) for upper in (False, True)]
    return max([own for own in found if own is not None], default=float("nan"))


def is_heavy(index: Any) -> Any:
    """Tell of tail indices whether no error of a variance is to be trusted."""
    return np.nan_to_num(index) >= _SLOW


def _outermost_share(draws: Draws) -> float:
    """Return the share of the outermost draw in the sum of squares, a quick sign."""
    spread, centre = draws.sd(), float(draws.means().mean())
    reach = max(abs(end - centre) for end in draws.extremes())
    if not np.isfinite(spread + centre) or spread == 0:
        return float(reach > 0)
    return float((reach / spread) ** 2 / (draws.replicates * draws.draws))


def _exceeds(indices: list[float], least: tuple[float, ...]) -> bool:
    """Tell whether the tail index is as large as that at every depth; the deeper, the less."""
    return bool(indices) and all(a >= b for a, b in zip(indices, least, strict=False))


def _indices(draws: Draws, middle: float, *, upper: bool) -> list[float]:
    """Return the tail index at three depths, or at those of them that are resolved."""
    total = draws.replicates * draws.draws
    depths = (
        max(min(64, total // 64), total // 1024, 16),
        max(16, total // 4096),
        _FEW,
    )
    found = []
    for depth in depths:
        index = _index(draws, middle, depth, upper=upper, without_gap=True)
        if index is None:
            break
        found.append(index)
    return found


def _index(
    draws: Draws, middle: float, depth: int, *, upper: bool, without_gap: bool = False
) -> float | None:
    """Return Hill's estimate from so many outermost draws; None where they are not told apart.

    Of draws that are not told apart, and of the outermost one, it is known that they lie beyond.
    Draws of a rare event lie beyond a gap; without it, the tail is theirs, and of a few of them
    nothing is known.
    """
    total, count = draws.replicates * draws.draws, min(depth, _MOST)
    places = (np.arange(count + 1) * (depth / count) + 0.5) / total
    known = draws.rank_error(1 - places if upper else places) <= _RESOLVED * places
    if not known[-1]:
        return None
    values = draws.quantiles(1 - places[known] if upper else places[known])
    distances = np.abs(values - middle)
    least, most = distances[-1], distances.max()
    apart = np.count_nonzero(distances[:-1] < most)
    if not least > 0 or 2 * apart < count - 2:  # an atom is no tail
        return 0.0 if known.all() or least == 0 else None
    if without_gap and known.all() and depth >= _LEAST_DEPTH:
        apart_by = np.arange(1, count + 1) * np.log(distances[:-1] / distances[1:])
        gap = int(apart_by.argmax())
        if apart_by[gap] > _GAP * apart_by.sum():
            own = apart_by[: gap // 2]  # the tail of the event, which is no more than half of it
            return float(own.mean()) if len(own) >= _FEW else 0.0
    beyond = count + 1 - len(distances)
    sizes = np.log(distances[:-1] / least).sum() + beyond * np.log(most / least)
    return float(sizes / max(apart, 1))
