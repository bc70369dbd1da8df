"""Design: the sampling plan in the open unit cube."""

from __future__ import annotations

import operator
from dataclasses import dataclass, fields
from typing import ClassVar, Literal, get_args

from mcsus.errors import FaultCollector, nearest

Kind = Literal["sobol", "monte_carlo"]

MAX_DRAWS = 2**40
"""Most draws in one replicate: years of computing, and far below the 2^52 that the points allow."""

MAX_REPLICATES = 2**20
"""Most replicates: beyond it, more draws serve better."""

MAX_SEED = 2**63 - 1
"""Largest seed: what a TOML integer holds."""


@dataclass(frozen=True)
class Design:
    """How many points to draw, of which kind, and from which seed.

    Parameters
    ----------
    kind : {"sobol", "monte_carlo"}
        Scrambled Sobol' points, or independent pseudo-random ones.
    draws : int
        Points in each replicate. A Sobol' design needs a power of two from 2^8, because only
        then is every one-dimensional projection stratified exactly; at most 2^40.
    replicates : int
        Independent repetitions, at least 1. Standard errors come from their spread.
    seed : int
        From 0 to 2^63 - 1. Seed 0 is a seed like any other.

    Raises
    ------
    InputError
        With every fault at once, each placed at the name of its field.

    Notes
    -----
    The defaults are those of a study file without ``[design]``. Why a power of two: A. B. Owen,
    "On dropping the first Sobol' point" (2022), doi:10.1007/978-3-030-98319-2_4.

    Examples
    --------
    >>> Design(kind="sobol", draws=1024, replicates=8, seed=0)
    Design(kind='sobol', draws=1024, replicates=8, seed=0)
    >>> Design(kind="sobol", draws=1000)
    Traceback (most recent call last):
    mcsus.errors.InputError: draws: found 1000; allowed: a power of two from 2^8 to 2^40, ...
    """

    kind: Kind = "sobol"
    draws: int = 2**16
    replicates: int = 16
    seed: int = 20230127

    MIN_SOBOL_DRAWS: ClassVar[int] = 2**8

    def __post_init__(self) -> None:
        faults = FaultCollector()
        if self.kind not in get_args(Kind):
            allowed = " or ".join(repr(kind) for kind in get_args(Kind))
            close = nearest(str(self.kind), get_args(Kind))
            faults.add(repr(self.kind), allowed, "kind", nearest=close)
        # The least draws of a Sobol' design are told by _check_power_of_two, with the nearest.
        self._check_integer(faults, "draws", 1, MAX_DRAWS, "at most 2^40")
        self._check_integer(faults, "replicates", 1, MAX_REPLICATES, "at most 2^20")
        self._check_integer(faults, "seed", 0, MAX_SEED, "at most 2^63 - 1")
        if self.kind == "sobol":
            self._check_power_of_two(faults)
        faults.raise_any()

    def _check_integer(
        self, faults: FaultCollector, name: str, low: int, high: int, most: str
    ) -> None:
        """Refuse what is not a whole number in the range; store NumPy integers as ``int``."""
        found = getattr(self, name)
        allowed = f"a whole number, at least {low} and {most}"
        if isinstance(found, bool) or not hasattr(found, "__index__"):
            faults.add(repr(found), allowed, name)
            return
        whole = operator.index(found)
        object.__setattr__(self, name, whole)
        if not low <= whole <= high:
            faults.add(str(whole), allowed, name)

    def _check_power_of_two(self, faults: FaultCollector) -> None:
        if any(fault.where == ("draws",) for fault in faults.faults):
            return
        below, above = nearest_powers_of_two(self.draws)
        if self.draws not in (below, above):
            faults.add(
                str(self.draws),
                "a power of two from 2^8 to 2^40, because the design is Sobol'; "
                f"the nearest are {below} (2^{below.bit_length() - 1}) "
                f"and {above} (2^{above.bit_length() - 1})",
                "draws",
            )

    def to_dict(self) -> dict[str, str | int]:
        """Return the ``[design]`` table of a study file.

        Examples
        --------
        >>> Design(draws=256, replicates=2, seed=1).to_dict()
        {'kind': 'sobol', 'draws': 256, 'replicates': 2, 'seed': 1}
        """
        return {field.name: getattr(self, field.name) for field in fields(self)}


def nearest_powers_of_two(draws: int) -> tuple[int, int]:
    """Return the two allowed numbers of Sobol' draws on either side of `draws`.

    Outside the allowed range they are the two at the end of it. A `draws` that is allowed
    itself comes first.

    Examples
    --------
    >>> nearest_powers_of_two(1000)
    (512, 1024)
    >>> nearest_powers_of_two(10)
    (256, 512)
    """
    least, most = Design.MIN_SOBOL_DRAWS, MAX_DRAWS
    below = min(max(1 << (max(draws, 1).bit_length() - 1), least), most // 2)
    return below, below * 2
