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
            "how many inputs vary once it is let vary: the more changes if it alone is typical, "
            "the earlier; at last, together, those that are left with 2 % of the variance or less",
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
        place, last = data.place, len(data.values) - 1
        return {
            "let_vary": np.where(place == last, float(len(place)), place + 1.0),
            "changes": data.changes,
            "mean": data.values.mean(axis=1)[place],
            "variance": data.values.var(axis=1, ddof=1)[place],
            "low": ends[place, 0],
            "high": ends[place, 1],
            "holds": data.holds[:, place],
        }

    def pool(self, replicates: Sequence[Mapping[str, Array]]) -> Pooled:
        """Return shares of sums over the replicates, with the errors of leaving out each."""
        let_vary = replicates[0]["let_vary"]
        told = [own for own in replicates if not self.is_still(own)]
        if not told:
            return Pooled({**dict.fromkeys(self._by_input, let_vary), "enough": np.asarray(np.nan)})
        every = {key: np.array([own[key] for own in told]) for key in told[0]}
        let_vary = every["let_vary"][0]
        whole = int(let_vary.argmax())  # an input with which all vary
        values: dict[str, Array] = {"let_vary": let_vary}
        for key, parts, of in (
            ("variance_kept", every["variance"], every["variance"]),
            ("interval_kept", every["high"] - every["low"], every["high"] - every["low"]),
            ("alone", every["changes"], every["variance"]),
        ):
            shares = without_each(parts) / without_each(of)[:, [whole]]
            values[key] = shares[0]
            values[f"{key}_error"] = jackknife_error(shares[1:])
        for key in ("low", "high", "mean"):
            values[key] = every[key].mean(axis=0)
            values[f"{key}_error"] = standard_error(every[key])
        too_few = let_vary[values["variance_kept"] < _ENOUGH].max(initial=0.0)
        values["enough"] = np.asarray(let_vary[let_vary > too_few].min())
        holds = every["holds"]
        if holds.shape[1]:
            changes = holds - holds[:, :, [whole]]
            worst = np.abs(changes.mean(axis=0)).argmax(axis=0)
            chosen = changes[:, worst, np.arange(changes.shape[2])]
            values["claim_change"] = chosen.mean(axis=0)
            values["claim_change_error"] = standard_error(chosen)
        return Pooled(values)

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
