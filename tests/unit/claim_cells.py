"""Cells of claims made of laws and a function, without a run."""

import numpy as np

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.input_draws import InputDraws
from mcsus.dependence import Mix
from mcsus.families import distribution, special
from mcsus.model import EXACT
from mcsus.parameters import Cell, Provenance
from mcsus.streams import Design, points
from mcsus.units import unit

KG = unit("kg")


def normal(mean=0.0, sd=1.0):
    return distribution("normal", mean=mean, sd=sd)


def claim_cell(
    laws, margin, *, confidence=0.95, draws=1 << 12, replicates=16, seed=1, kind="sobol", held=0
):
    """Return a cell of a claim whose margin is a function of inputs by name.

    Parameters
    ----------
    laws : mapping of str to Distribution
    groups : every second input would be ``groups=((0, 1),)`` by `dataclasses.replace`
    held : int
        How often it may be asked with an input held, at an eighth of the draws.
    """
    design = Design(kind, draws, replicates, seed)
    drawn = np.stack(
        [points(design, range(len(laws)), list(laws), r, 0, draws).T for r in range(replicates)], 1
    )
    inputs = tuple(
        InputDraws(
            name, name, {}, "kg", Cell(law, KG, name, Provenance()), 1.0, True,
            frozenset({name}), law.quantile(at), lambda at=at: at, Mix((name,), (1.0,)),
        )
        for (name, law), at in zip(laws.items(), drawn, strict=True)
    )  # fmt: skip
    margins = margin(*(own.values for own in inputs))

    def again(change):
        [(mix, score)] = change.held
        values = {own.name: own.values[:, : draws // 8] for own in inputs}
        name = mix.streams[0]
        values[name] = np.full_like(values[name], laws[name].quantile(special.ndtr(score)))
        told = margin(*values.values())
        return told, told > 0

    return ClaimCell(
        {}, confidence, "kg", EXACT, margins, margins > 0, inputs,
        again=again if held else None, most_held=held,
    )  # fmt: skip
