"""Cells of claims made of laws and a function, without a run."""

import numpy as np

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.input_draws import InputDraws
from mcsus.families import distribution
from mcsus.model import EXACT
from mcsus.parameters import Cell, Provenance
from mcsus.streams import Design, points
from mcsus.units import unit

KG = unit("kg")


def normal(mean=0.0, sd=1.0):
    return distribution("normal", mean=mean, sd=sd)


def claim_cell(
    laws, margin, *, confidence=0.95, draws=1 << 12, replicates=16, seed=1, kind="sobol"
):
    """Return a cell of a claim whose margin is a function of inputs by name.

    Parameters
    ----------
    laws : mapping of str to Distribution
    groups : every second input would be ``groups=((0, 1),)`` by `dataclasses.replace`
    """
    design = Design(kind, draws, replicates, seed)
    drawn = np.stack(
        [points(design, range(len(laws)), list(laws), r, 0, draws).T for r in range(replicates)], 1
    )
    inputs = tuple(
        InputDraws(
            name, name, {}, "kg", Cell(law, KG, name, Provenance()), 1.0, True,
            frozenset({name}), law.quantile(at), lambda at=at: at,
        )
        for (name, law), at in zip(laws.items(), drawn, strict=True)
    )  # fmt: skip
    margins = margin(*(own.values for own in inputs))
    return ClaimCell({}, confidence, "kg", EXACT, margins, margins > 0, inputs)
