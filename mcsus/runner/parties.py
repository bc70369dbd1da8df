"""One side of a comparison on a page: a study that is explored, with changes, in a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.runner.explorer import Explorer
from mcsus.runner.seen import Seen, View
from mcsus.runner.sides import Side
from mcsus.study import Study
from mcsus.vocabulary import BASE, SCENARIO, Label


@dataclass(frozen=True)
class Party:
    """One of two sides.

    Parameters
    ----------
    scenario : str
        ``base`` for the study as written.
    """

    explorer: Explorer
    changes: Sequence[Mapping[str, Any]] = ()
    scenario: str = BASE

    @property
    def study(self) -> Study:
        """The study with its changes."""
        return self.explorer.study_of(self.changes)

    @property
    def side(self) -> Side:
        """What is compared of it.

        Raises
        ------
        InputError
            If it has no such scenario.
        """
        study = self.study
        allowed = [str(own) for own in study.dims.get(SCENARIO, (BASE,))]
        if self.scenario not in allowed:
            raise InputError(Fault(repr(self.scenario), ", ".join(allowed), ("scenario",)))
        return Side(study, self.scenario)

    def seen(
        self,
        output: str,
        labels: Mapping[str, Label],
        more: Sequence[Mapping[str, Any]] = (),
    ) -> Seen:
        """Return the draws of one cell of an output, with more changes than its own."""
        changes = [*self.changes, *more]
        study = self.explorer.study_of(changes)
        known = {**labels, SCENARIO: self.scenario}
        own = {dim: at for dim, at in known.items() if at in study.dims.get(dim, ())}
        return self.explorer.see(changes, View.of_cell(output, own, study))
