"""The equations of the model."""

from mcsus.report.sections.base import Section, register


@register
class Equations(Section):
    """Each equation with unit, formula and text."""

    name, order, title, link = "equations", 80, "Equations", "Equations"
    template = "equations.html.j2"
