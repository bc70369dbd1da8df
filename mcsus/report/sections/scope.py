"""What the numbers are about."""

from mcsus.report.sections.base import Section, register


@register
class Scope(Section):
    """Functional unit, boundary and characterisation, at the head of the page."""

    name, order = "scope", 34
    summary = "scope.html.j2"
