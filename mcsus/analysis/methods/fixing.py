"""Fixing: what is left if only the inputs that matter most vary, and all others are typical.

An output that keeps its variance, its interval and its claims with a few inputs is known by these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mcsus.analysis.base import Array, Asked, Method, Pooled, register
from mcsus.analysis.fixed import FixedValues, WantsFixed
from mcsus.analysis.rank_bins import without_each
from mcsus.analysis.replication import standard_error
from mcsus.analysis.shares import jackknife_error
from mcsus.counting.ordered import quantiles_of_sorted
from mcsus.result.arrays import Entry

_ENDS = np.array([0.025, 0.975])
_ENOUGH = 0.95  # of the variance
_HOLDS = "holds "  # before the number of a margin


@register
class Fixing(Method):
    """Variance, interval and claims that the first inputs keep."""

    name = "fixing"
    title = "Fixing of inputs"
    words = (
        "what an output keeps of its variance, of its 95 % interval and of its claims if only the "
        "inputs that matter most vary, one more each time, and all others are typical"
    )
    arrays = (
        Entry(
            "alone",
            ("input",),
            "1",
            "variance of what changes if this input alone is typical, as a share of the whole",
            has_error=True,
        ),
        Entry(
            "let_vary",
            ("input",),
            "1",
            "place in which it is let vary: by what changes if it alone is typical, in the case "
            "where that is most",
        ),
        Entry(
            "variance_kept",
            ("input",),
            "1",
            "variance if this input and those before it vary, as a share of the whole",
            has_error=True,
        ),
        Entry(
            "interval_kept",
            ("input",),
            "1",
            "width of the 95 % interval then, as a share of the whole",
            has_error=True,
        ),
        Entry("low", ("input",), "{unit}", "lower end of it", has_error=True),
        Entry("high", ("input",), "{unit}", "upper end of it", has_error=True),
        Entry("mean", ("input",), "{unit}", "mean then", has_error=True),
        Entry(
            "claim_change",
            ("input",),
            "1",
            "largest change of the probability of a claim on the output",
            has_error=True,
            is_optional=True,
        ),
        Entry("enough", (), "1", "inputs that keep 95 % of the variance, they and any more"),
    )
    least_draws = 64

    def wants(self, asked: Asked) -> WantsFixed:  # noqa: ARG002 - they are the same for all
        """Return that the first inputs are to vary, one more each time."""
        return WantsFixed()

    def estimate(self, data: FixedValues) -> dict[str, Array]:
        """Return moments, ends and claims in one replicate, in the order of the inputs."""
        ends = quantiles_of_sorted(np.sort(data.values, axis=1), _ENDS)
        return {
            "let_vary": data.let_vary + 1,
            "changes": data.changes,
            "mean": data.values.mean(axis=1),
            "variance": data.values.var(axis=1, ddof=1),
            "low": ends[:, 0],
            "high": ends[:, 1],
            "holds": data.holds,
        }

    def pool(self, replicates: Sequence[Mapping[str, Array]]) -> Pooled:
        """Return shares of sums over the replicates, with the errors of leaving out each."""
        first = replicates[0]["let_vary"]
        told = [own for own in replicates if not self.is_still(own)]
        if not told:
            return Pooled({**dict.fromkeys(self._by_input, first), "enough": np.asarray(np.nan)})
        every = {key: np.array([own[key] for own in told]) for key in told[0]}
        values: dict[str, Array] = {}
        for key, parts in (
            ("variance_kept", every["variance"]),
            ("interval_kept", every["high"] - every["low"]),
            ("alone", every["changes"]),
        ):
            whole = every["variance"] if key == "alone" else parts
            shares = without_each(parts) / without_each(whole)[:, -1:]
            values[key] = shares[0]
            values[f"{key}_error"] = jackknife_error(shares[1:])
        for key in ("low", "high", "mean"):
            values[key] = every[key].mean(axis=0)
            values[f"{key}_error"] = standard_error(every[key])
        kept = values["variance_kept"] >= _ENOUGH
        too_few = np.flatnonzero(~kept)
        enough = np.asarray(float(too_few[-1] + 2 if too_few.size else 1))
        holds = every["holds"]
        if holds.shape[1]:
            changes = holds - holds[:, :, -1:]
            worst = np.abs(changes.mean(axis=0)).argmax(axis=0)
            chosen = changes[:, worst, np.arange(changes.shape[2])]
            values["claim_change"] = chosen.mean(axis=0)
            values["claim_change_error"] = standard_error(chosen)
        let_vary = every["let_vary"][0]
        place = let_vary.astype(int) - 1
        of_input = {key: values.pop(key) for key in ("alone", "alone_error")}
        inputs = {key: own[place] for key, own in values.items()}
        return Pooled({**of_input, "let_vary": let_vary, **inputs, "enough": enough})

    def to_arrays(self, estimates: Mapping[str, Array]) -> dict[str, Array]:
        """Return what one replicate says, the margins of claims apart."""
        holds = {f"{_HOLDS}{k}": own for k, own in enumerate(estimates["holds"])}
        return {key: own for key, own in estimates.items() if key != "holds"} | holds

    def from_arrays(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """Return what one replicate says, whose `to_arrays` these are."""
        rest = {key: own for key, own in arrays.items() if not key.startswith(_HOLDS)}
        holds = [arrays[f"{_HOLDS}{k}"] for k in range(len(arrays) - len(rest))]
        return {**rest, "holds": np.reshape(holds, (len(holds), len(rest["let_vary"])))}

    @property
    def _by_input(self) -> list[str]:
        """Names of what is always told of an input."""
        every = (e for entry in self.arrays if not entry.is_optional for e in entry.variables)
        return [entry.name for entry in every if entry.dims]

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank in the order in which inputs were let vary."""
        return -means["let_vary"]
