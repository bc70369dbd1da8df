"""Which data to improve: the interval of an output if the spread of a group were halved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mcsus.analysis.base import Array, Asked, Method, Pooled, register
from mcsus.analysis.narrowed import NarrowedValues, WantsNarrowed, last_if_not_told
from mcsus.analysis.replication import standard_error
from mcsus.analysis.shares import Parts, pooled_shares
from mcsus.result.arrays import Entry

_STRETCHES = {"halved": 2.0, "known": math.inf}
_BESIDE = ("evidence", "source", "stage", "label")
_HALVED = "with the spread of its laws halved, in their normal scores about their medians"
_KNOWN = "with it known, at its median"


@register
class Improve(Method):
    """The 95 % interval with the spread of each group of inputs halved, and with it known."""

    name = "improve"
    title = "Which data to improve"
    words = (
        "how much narrower the 95 % interval would be if the spread of an input, or of all that "
        "rests on a source, on a grade of evidence, on a stage or on a label, were halved"
    )
    arrays = (
        Entry("ST", ("input",), "1", "total-order index", has_error=True),
        Entry(
            "halved_gain", ("input",), "{unit}",
            f"how much narrower the interval is {_HALVED}", has_error=True,
        ),
        Entry("halved_low", ("input",), "{unit}", "low end of the interval then", has_error=True),
        Entry("halved_high", ("input",), "{unit}", "high end of it then", has_error=True),
        Entry(
            "known_gain", ("input",), "{unit}",
            f"how much narrower the interval is {_KNOWN}", has_error=True,
        ),
        Entry("known_low", ("input",), "{unit}", "low end of the interval then", has_error=True),
        Entry("known_high", ("input",), "{unit}", "high end of it then", has_error=True),
        Entry("evidence", ("input",), "", "grades of its evidence, the weakest first", holds=str),
        Entry("low", (), "{unit}", "low end of the interval at these draws", has_error=True),
        Entry("high", (), "{unit}", "high end of it", has_error=True),
    )  # fmt: skip
    least_draws = 64

    def wants(self, asked: Asked) -> WantsNarrowed:  # noqa: ARG002 - they are always the same
        """Return both intervals, by every grouping."""
        return WantsNarrowed(tuple(_STRETCHES.values()), _BESIDE, has_shares=True)

    def estimate(self, data: NarrowedValues) -> dict[str, Array]:
        """Return the ends in one replicate, and what shares of the variance are made of."""
        told = {
            f"{key}_{end}": data.narrowed[k, :, j]
            for k, key in enumerate(_STRETCHES)
            for j, end in enumerate(("low", "high"))
        }
        numbers = {"mean": data.mean, "variance": data.variance}
        low, high = data.ends
        numbers |= {"low": low, "high": high}
        return {**told, "ST": data.changes, **{k: np.asarray(v) for k, v in numbers.items()}}

    def pool(self, replicates: Sequence[Mapping[str, Array]]) -> Pooled:
        """Return means over the replicates, and what intervals differ by at the same points."""
        told = [own for own in replicates if not self.is_still(own)] or replicates[:1]
        every = {key: np.array([own[key] for own in told]) for key in told[0]}
        width = (every["high"] - every["low"])[:, np.newaxis]
        for key in _STRETCHES:
            every[f"{key}_gain"] = width - (every[f"{key}_high"] - every[f"{key}_low"])
        values: dict[str, Array] = {}
        for entry in self.arrays:
            if entry.name in every and entry.name != "ST":
                values[entry.name] = every[entry.name].mean(axis=0)
                values[entry.error] = standard_error(every[entry.name])
        shares = pooled_shares([_parts(own) for own in told])
        return Pooled({"ST": shares.values["ST"], "ST_error": shares.errors["ST"], **values})

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by what the interval gains; last what has no narrower law or is not looked at."""
        return last_if_not_told(means["halved_gain"])


def _parts(own: Mapping[str, Array]) -> Parts:
    return Parts(float(own["mean"]), float(own["variance"]), 0.0, {"ST": own["ST"]}, {})
