"""The sections of a page: one module each, found by looking, shown in their order."""

from __future__ import annotations

import importlib
import pkgutil

from mcsus.report.reading import Reading
from mcsus.report.sections.any_analysis import AnyAnalysis
from mcsus.report.sections.base import SECTIONS, Section, register

__all__ = ["SECTIONS", "Section", "register", "sections"]


def _find() -> None:
    """Import the modules of this folder; importing one registers its section."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


_find()


def sections(reading: Reading) -> list[Section]:
    """Return the sections that a result asks for, in the order of the page.

    An analysis that no section names as its method gets the one that suits them all.
    """
    _find()
    made = [kind(reading) for kind in SECTIONS.values()]
    known = {section.method for section in made}
    made += [AnyAnalysis(reading, name) for name in reading.analyses if name not in known]
    return sorted((s for s in made if s.applies), key=lambda section: section.order)
