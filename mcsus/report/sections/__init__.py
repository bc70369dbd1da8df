"""The sections of a page: one module each, found by looking, shown in their order."""

from mcsus.modules import import_all
from mcsus.report.reading import Reading
from mcsus.report.sections.any_analysis import AnyAnalysis
from mcsus.report.sections.base import SECTIONS, Section, register

__all__ = ["SECTIONS", "Section", "register", "sections"]


import_all(__name__)


def sections(reading: Reading) -> list[Section]:
    """Return the sections that a result asks for, in the order of the page.

    An analysis that no section names as its method gets the one that suits them all.
    """
    import_all(__name__)
    made = [kind(reading) for kind in SECTIONS.values()]
    known = {section.method for section in made}
    made += [AnyAnalysis(reading, name) for name in reading.analyses if name not in known]
    return sorted((s for s in made if s.applies), key=lambda section: section.order)
