"""Choices of method that a study makes: another emission factor, a correction, a law cut off.

What a record of the library says under ``instead`` is tried in its place: the average factor of a
grid where the study has the marginal one, or no correction for truncation. A law that a study
truncates is tried whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mcsus.analysis.change import Change, OtherLaw
from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.input_draws import InputDraws
from mcsus.dependence.mix import key_of_study
from mcsus.errors import InputError
from mcsus.families import Distribution, distribution
from mcsus.library import library
from mcsus.library.records import INSTEAD
from mcsus.units import Unit

WHOLE = "whole_law"
"""The law without `truncate`."""

CHOICES = (*INSTEAD, WHOLE)

MOST = 8
"""Inputs whose choices are looked at, of those that matter most."""


class Choice(NamedTuple):
    """What stands in the place of a law by another choice."""

    name: str
    law: Distribution
    unit: Unit

    def of(self, own: InputDraws) -> Change:
        """Return the change of an input that it is."""
        key, cell = key_of_study(own.cell.stream), own.cell
        return Change(laws=(OtherLaw(key, cell.law, self.law, self.unit),))


def choices(own: InputDraws) -> Iterator[Choice]:
    """Yield what could stand in the place of the law of an input."""
    cell = own.cell
    for name, other in (cell.provenance.instead or {}).items():
        if isinstance(other, str):
            found = library().get(other).cell
            yield Choice(name, found.law, found.unit)
        else:
            yield Choice(name, distribution("constant", value=other), cell.unit)
    if cell.law.truncate is not None:
        parts = {key: value for key, value in cell.law.to_dict().items() if key != "truncate"}
        try:
            whole = distribution(parts)
        except InputError:  # of a family that is no law without it
            return
        yield Choice(WHOLE, whole, cell.unit)


def chosen(cell: ClaimCell, ranked: Sequence[int]) -> Iterator[tuple[int, Choice]]:
    """Yield the places of inputs with other choices, and these, of those that matter most.

    Parameters
    ----------
    ranked : sequence of int
        Places of the inputs, in falling order of what they explain.
    """
    left = MOST
    for k in ranked:
        found = list(choices(cell.inputs[k])) if left else []
        left -= bool(found)
        yield from ((k, choice) for choice in found)
