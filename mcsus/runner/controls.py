"""Surrogates of outputs that control their Sobol' indices, from a few draws of their own.

The draws are those of two replicates that no run has, so that what is found, and whether it is of
use, depends on nothing that the indices are estimated from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.groups import Control
from mcsus.analysis.surrogate_fits import found_surrogate
from mcsus.analysis.surrogates import Features, Surrogate
from mcsus.engine.plans import Quantity, among, parameter_of
from mcsus.model import Rounding
from mcsus.runner.group_sums import PlanRun, owners
from mcsus.streams.design import MAX_REPLICATES

Array = NDArray[np.float64]

_SHARE = 16  # of the evaluations of a run: those of each of the two replicates
_MOST = 4096  # draws of one
_LEAST = 512
_MOST_ROWS = 32  # beyond, to look at them all takes longer than what it is to save


class Controls:
    """What is found for each stored row of a run over groups.

    Parameters
    ----------
    outputs : sequence of str
    rows : sequence of int
        Those that may have a control.
    """

    def __init__(
        self,
        run: PlanRun,
        outputs: Sequence[str],
        rounding: Sequence[Rounding],
        rows: Sequence[int],
    ) -> None:
        self.run = run
        kernel = run.kernel
        drawn = set(kernel.program.parameters)
        self.streams = [
            frozenset(k for member in among(members, drawn) for k in kernel.columns(member))
            for _, members in run.groups
        ]
        reach = {name: kernel.model.upstream([name]) for name in outputs}
        of = owners(kernel, outputs)
        self.surrogates: dict[int, Surrogate] = {}
        design = run.design
        inputs = {parameter_of(member) for _, members in run.groups for member in members}
        draws = pilot_draws(design.draws * design.replicates, len(inputs))
        if not draws or not 0 < len(rows) <= _MOST_ROWS:
            return
        pilots = [self._pilot(outputs, draws, k) for k in range(2)]
        for row in rows:
            streams = frozenset[int]().union(
                *(
                    own
                    for own, (_, members) in zip(self.streams, run.groups, strict=True)
                    if among(members, reach[of[row]])
                )
            )
            fitted, judged = ((points, values[row]) for points, values in pilots)
            both = np.array([fitted[1], judged[1]])
            if not (np.isfinite(both).all() and rounding[row].varies(both.std(axis=1)).all()):
                continue
            found = found_surrogate(fitted, judged, sorted(streams))
            if found is not None:
                self.surrogates[row] = found

    def _pilot(self, outputs: Sequence[str], draws: int, number: int) -> tuple[Features, Array]:
        """Return points and values, shape (row, draw), of a replicate that no run has."""
        run, replicate = self.run, MAX_REPLICATES + number
        scales = dict(zip(owners(run.kernel, outputs), run.plan.scale, strict=True))
        plan = run.kernel.plan([Quantity(name, float(scales[name])) for name in outputs])
        design = replace(run.design, draws=draws, replicates=1)
        values = run.kernel.run(plan, design, replicate)[:, 0]
        return Features(run.kernel.cubes(design, replicate)[0]), values

    def points(self, replicate: int) -> tuple[Features, Features] | None:
        """Return the points A and B of a replicate, if any row has a control."""
        if not self.surrogates:
            return None
        a, b = self.run.kernel.cubes(self.run.design, replicate)
        return Features(a), Features(b)

    def of(
        self, row: int, places: Sequence[int], points: tuple[Features, Features] | None
    ) -> Control | None:
        """Return the control of a row, of some of the groups."""
        found = self.surrogates.get(row)
        if found is None or points is None:
            return None
        return Control(found, *points, [self.streams[k] for k in places])

    def told(self, rows: Sequence[int]) -> Mapping[str, str]:
        """Return the name of what estimates the indices of some rows."""
        kinds = [self.surrogates[k].words if k in self.surrogates else "" for k in rows]
        names = {f"SALib with a {kind} as control" if kind else "SALib" for kind in kinds}
        return {"estimator": "; ".join(sorted(names))}


def pilot_draws(points: int, inputs: int) -> int:
    """Return how many draws each of the two replicates has, a power of two; 0 if too few.

    Groups of inputs have no part in it, so that one grouping beside another changes nothing.

    Parameters
    ----------
    points : int
        Base points of all replicates.
    inputs : int
        Parameters that vary, at each of which the model is evaluated, and twice more.
    """
    draws = 1 << (max(1, min(_MOST, points * (2 + inputs) // _SHARE)).bit_length() - 1)
    return draws if draws >= _LEAST else 0
