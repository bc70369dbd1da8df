"""Design: the sampling plan in the open unit cube."""

import operator
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal, get_args

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
    most_draws : int, optional
        Points in each replicate up to which more are drawn where a claim is undecided; by default
        `MORE` times as many as `draws`.

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
    Design(kind='sobol', draws=1024, replicates=8, seed=0, most_draws=None)
    >>> Design(kind="sobol", draws=1000)
    Traceback (most recent call last):
    mcsus.errors.InputError: draws: found 1000; allowed: a power of two from 2^8 to 2^40, ...
    """

    kind: Kind = "sobol"
    draws: int = 2**16
    replicates: int = 16
    seed: int = 20230127
    most_draws: int | None = None

    MIN_SOBOL_DRAWS: ClassVar[int] = 2**8
    MORE: ClassVar[int] = 8

    def __post_init__(self) -> None:
        faults = FaultCollector()
        if self.kind not in get_args(Kind):
            allowed = " or ".join(repr(kind) for kind in get_args(Kind))
            close = nearest(str(self.kind), get_args(Kind))
            faults.add(repr(self.kind), allowed, "kind", nearest=close)
        if self.kind == "sobol":
            if self._is_whole(faults, "draws", "a power of two from 2^8 to 2^40"):
                self._check_power_of_two(faults)
        else:
            self._check_range(faults, "draws", 1, MAX_DRAWS, "2^40")
        self._check_range(faults, "replicates", 1, MAX_REPLICATES, "2^20")
        self._check_range(faults, "seed", 0, MAX_SEED, "2^63 - 1")
        if self.most_draws is not None and not faults.faults:
            self._check_most(faults)
        faults.raise_any()

    @property
    def limit(self) -> int:
        """Points in each replicate up to which more are drawn where a claim is undecided."""
        most = self.MORE * self.draws if self.most_draws is None else self.most_draws
        return min(max(most, self.draws), MAX_DRAWS)

    def with_draws(self, **changes: Any) -> "Design":
        """Return another design; one that is given so many draws makes no more by itself.

        Examples
        --------
        >>> Design().limit, Design().with_draws(draws=1024).limit
        (524288, 1024)
        """
        exactly = {"most_draws": changes["draws"]} if "draws" in changes else {}
        return replace(self, **exactly, **changes)

    def _check_most(self, faults: FaultCollector) -> None:
        self._check_range(faults, "most_draws", 1, MAX_DRAWS, "2^40")
        most = self.most_draws
        if faults.faults or most is None or self.kind != "sobol":
            return
        below, above = nearest_powers_of_two(most)
        if most not in (below, above):
            allowed = f"a power of two, because the design is Sobol', such as {below} or {above}"
            faults.add(str(most), allowed, "most_draws")

    def _is_whole(self, faults: FaultCollector, name: str, allowed: str) -> bool:
        """Refuse a field that is not a whole number; keep a NumPy integer as ``int``."""
        found = getattr(self, name)
        if isinstance(found, bool) or not hasattr(found, "__index__"):
            faults.add(repr(found), allowed, name)
            return False
        object.__setattr__(self, name, operator.index(found))
        return True

    def _check_range(
        self, faults: FaultCollector, name: str, low: int, high: int, high_text: str
    ) -> None:
        allowed = f"a whole number from {low} to {high_text}"
        if self._is_whole(faults, name, allowed) and not low <= getattr(self, name) <= high:
            faults.add(str(getattr(self, name)), allowed, name)

    def _check_power_of_two(self, faults: FaultCollector) -> None:
        below, above = nearest_powers_of_two(self.draws)
        if self.draws not in (below, above):
            allowed = (
                "a power of two from 2^8 to 2^40, because the design is Sobol'; the nearest are "
                f"{below} (2^{below.bit_length() - 1}) and {above} (2^{above.bit_length() - 1})"
            )
            faults.add(str(self.draws), allowed, "draws")

    def to_dict(self) -> dict[str, str | int]:
        """Return the ``[design]`` table of a study file, with what is given.

        Examples
        --------
        >>> Design(draws=256, replicates=2, seed=1).to_dict()
        {'kind': 'sobol', 'draws': 256, 'replicates': 2, 'seed': 1}
        """
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in known.items() if value is not None}


def nearest_powers_of_two(draws: int) -> tuple[int, int]:
    """Return the two allowed numbers of Sobol' draws on either side of `draws`.

    Outside the allowed range they are the two at its end. A `draws` that is allowed is itself
    one of the two.

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
