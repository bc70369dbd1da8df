"""What a notebook shows of an object: made by a row above, which is found by its name."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def above(name: str) -> Any:
    """Return what a module of a higher row makes, by its full name, imported when it is asked for.

    Examples
    --------
    >>> above("mcsus.report.write_report").__name__
    'write_report'
    """
    module, _, own = name.rpartition(".")
    return getattr(import_module(module), own)


def card_of(shown: object) -> str:
    """Return a study, a result, a law, a parameter or a claim as a small page, without scripts."""
    return str(above("mcsus.report.notebook.card_of")(shown))


class Shown:
    """An object that a notebook shows as a small page."""

    def _repr_html_(self) -> str:
        return card_of(self)
