"""What an analysis of claims is, and the register of analyses.

A further analysis is one module of `mcsus.analysis.of_claims` with one class under `register`. Its
arrays stand in the tree under ``claims/<id>/<name>``, its JSON beside the cells of the claim, and a
section of the page finds them under ``reading.claim_analyses[name]``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import taken_names
from mcsus.analysis.claim_data import ClaimCell, ClaimDraws
from mcsus.result import of_claims
from mcsus.result.arrays import Entry
from mcsus.vocabulary import Label

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


class ClaimAnalysis(ABC):
    """An analysis of claims, from draws of their margins and of the inputs.

    Attributes
    ----------
    name : str
        Of its node below a claim, and of its key in the JSON.
    arrays : tuple of Entry
        What it estimates of a cell; ``input`` is a dim of the inputs of the claim. The unit of an
        input is in the attribute ``input_units`` of the node, a JSON list.
    labels : mapping of str to sequence of str or number
        Those of dims of its own, other than ``input`` and ``other_input``.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    words: ClassVar[str]
    arrays: ClassVar[tuple[Entry, ...]]
    labels: ClassVar[Mapping[str, Sequence[Label]]] = {}

    def asked(self, drawn: ClaimDraws) -> bool:
        """Return whether a claim is analysed so: by default every one is."""
        return bool(drawn.cells)

    @abstractmethod
    def estimate(self, cell: ClaimCell) -> Mapping[str, Array]:
        """Return what the draws of a cell say, by name of an array or of its error.

        The dim ``input`` follows ``cell.inputs``; a claim with inputs that a cell lacks has NaN
        there. Any array may be left out, and is NaN.
        """

    @abstractmethod
    def document(self, data: xr.Dataset) -> Any:
        """Return the JSON, from the arrays of all cells of a claim."""


_ANALYSES: dict[str, ClaimAnalysis] = {}

Kind = TypeVar("Kind", bound=type[ClaimAnalysis])


def register(kind: Kind) -> Kind:
    """Enter an analysis of claims; a decorator of its class."""
    made = _ANALYSES[kind.name] = kind()
    of_claims.DECLARED[kind.name] = of_claims.Declared(kind.arrays, made.document)
    taken_names.cache_clear()
    return kind


def claim_analyses() -> Mapping[str, ClaimAnalysis]:
    """Return the analyses of claims, by name: one for each module of the package.

    They are in the order of their modules, whichever of these was imported first, as a result keeps
    the order.
    """
    of_claims.declared()
    return dict(sorted(_ANALYSES.items(), key=lambda item: type(item[1]).__module__))
