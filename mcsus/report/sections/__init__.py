"""The sections of a page: one module each, found by looking, shown in their order."""

from __future__ import annotations

import importlib
import pkgutil

from mcsus.report.reading import Reading
from mcsus.report.sections.base import SECTIONS, Section, register

__all__ = ["SECTIONS", "Section", "register", "sections"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def sections(reading: Reading) -> list[Section]:
    """Return the sections that a result asks for, in the order of the page."""
    made = (kind(reading) for kind in sorted(SECTIONS.values(), key=lambda kind: kind.order))
    return [section for section in made if section.applies]
