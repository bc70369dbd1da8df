"""All results: every output with its uncertainty and its numerical error, and its intervals."""

from mcsus.report.sections.base import Section, register


@register
class Results(Section):
    """One row for each cell of each output."""

    name, order, title, link = "results", 60, "All results", "Results"
    template = "results.html.j2"
