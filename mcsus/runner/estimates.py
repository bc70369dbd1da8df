"""What a method makes of each replicate, written down as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mcsus.analysis.base import Method
from mcsus.runner.checkpoint import Arrays, Checkpoint
from mcsus.runner.group_values import Key


class EstimatesKept:
    """What a method makes of the replicates so far: those of a checkpoint, and what is added.

    Parameters
    ----------
    name : str
        Of the analysis in the checkpoint.
    inputs : mapping of key to sequence of str
        Inputs that each estimate is of.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        name: str,
        method: Method,
        inputs: Mapping[Key, Sequence[str]],
    ) -> None:
        self._checkpoint, self._name, self._method = checkpoint, name, method
        self._inputs = inputs
        self.estimates: list[dict[Key, Any]] = []
        for arrays in checkpoint.each(name):
            with checkpoint.understood(name):
                self.estimates += self._restored(arrays)
        self._written = len(self.estimates)

    def add(self, estimates: dict[Key, Any]) -> None:
        """Add those of the next replicate; write down what there is when it is time."""
        self.estimates.append(estimates)
        if self._checkpoint.due():
            new = self.estimates[self._written :]
            arrays: Arrays = {"replicates": np.array([self._written, len(new)])}
            for k, replicate in enumerate(new):
                for place, own in enumerate(replicate.values()):
                    own_arrays = self._method.to_arrays(own)
                    arrays |= {f"{k}/{place}/{key}": value for key, value in own_arrays.items()}
            self._checkpoint.append(self._name, arrays)
            self._written = len(self.estimates)

    def _restored(self, arrays: Arrays) -> Iterator[dict[Key, Any]]:
        """Yield the estimates of the replicates of one file.

        Raises
        ------
        LookupError, TypeError, ValueError
            If no run writes such arrays.
        """
        first, count = arrays["replicates"].tolist()
        if first != len(self.estimates):
            msg = f"replicates from {first} on, after {len(self.estimates)}"
            raise ValueError(msg)
        parts: dict[str, Arrays] = {}
        for name, array in arrays.items():
            place, _, key = name.rpartition("/")
            parts.setdefault(place, {})[key] = array
        for k in range(count):
            yield {
                key: self._method.from_arrays(self._sound(parts[f"{k}/{place}"], len(names)))
                for place, (key, names) in enumerate(self._inputs.items())
            }

    def _sound(self, arrays: Arrays, inputs: int) -> Arrays:
        """Return arrays of numbers, whose dims are inputs or those of the method."""
        sizes = {inputs, *map(len, self._method.labels.values())}
        for name, array in arrays.items():
            if array.dtype != float or not sizes.issuperset(array.shape):
                msg = f"{name}: {array.dtype} {array.shape}"
                raise ValueError(msg)
        return arrays
