"""A study as a page: ``[explore]``, which says what it shows first, and the page in a notebook."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcsus.declared.items import names
from mcsus.declared.table import Table
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.faces import Shown
from mcsus.result.wording import count, shortened

if TYPE_CHECKING:
    from mcsus.app.notebook import Page
    from mcsus.parameters import Parameter
    from mcsus.streams import Design
    from mcsus.study.parts import Claim
    from mcsus.units import Unit
    from mcsus.vocabulary import Label

KEY = "explore"

EXPLORE = Table(
    KEY,
    "What a page that explores the study shows first",
    inputs=names("parameters", "inputs that stand first, in this order", "parameters"),
)


class Explored(Shown):
    """What a Study can do with a notebook around it."""

    if TYPE_CHECKING:
        id: str
        title: str
        parameters: tuple[Parameter, ...]
        outputs: Mapping[str, Unit]
        claims: tuple[Claim, ...]
        dims: Mapping[str, tuple[Label, ...]]
        design: Design

    def __repr__(self) -> str:
        varying = sum(not parameter.is_constant for parameter in self.parameters)
        told = [
            f"{count(len(self.parameters), 'input')}, {varying} of which vary",
            shortened(list(self.outputs)),
            *([count(len(self.claims), "claim")] if self.claims else []),
            *(f"{dim} {len(labels)}" for dim, labels in self.dims.items()),
            f"{self.design.replicates} x {self.design.draws:,} draws",
        ]
        return f"Study {self.id}: {self.title}\n  {'; '.join(told)}"

    def explore(self) -> Page:
        """Return the page of the study for a notebook: drag an input, and the answer follows.

        Jupyter, VS Code and marimo draw it where a cell ends with it. What is changed there is
        ``changes`` of what is returned, and ``study`` the Study with these changes.

        Raises
        ------
        InputError
            If anywidget is not installed (``pip install 'mcsus[notebook]'``).

        Examples
        --------
        >>> from mcsus.study import load_study
        >>> page = load_study("tinyml_table").explore()
        >>> page.changes
        []
        """
        try:  # by name: a row below imports none above
            notebook = importlib.import_module("mcsus.app.notebook")
        except ModuleNotFoundError as error:
            allowed = "what pip install 'mcsus[notebook]' brings"
            raise InputError(Fault(f"no package {error.name!r}", allowed, ("explore",))) from error
        page: Page = notebook.Page(self)
        return page


def read_explore(
    table: object, known: Mapping[str, Any], faults: FaultCollector
) -> tuple[str, ...]:
    """Return the inputs that stand first.

    Parameters
    ----------
    known : mapping
        What the rest of the file says: names of parameters.
    """
    row = EXPLORE.read({} if table is None else table, faults, (KEY,), known)
    inputs: tuple[str, ...] = row["inputs"]
    return inputs
