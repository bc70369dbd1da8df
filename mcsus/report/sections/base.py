"""What a section of a report is, and the register of sections."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from mcsus.report.figures.base import Figure
from mcsus.report.reading import Reading


class Section:
    """One room of the page: its figures, its tables, its sentences and its fragment.

    A further section is one module with one class under `register`; importing the module is
    enough. Everything it shows comes from `reading`, the result as a report sees it.

    Attributes
    ----------
    name : str
        Its anchor in the page.
    order : int
        Sections stand in rising order.
    title, link : str
        Its heading, and what the contents call it; without a title it has no room of its own.
    within : str
        Name of the section in whose room it stands, where that is not its own.
    method : str
        The analysis whose numbers it shows; it is left out where that was not asked for.
    template : str
        Fragment of the page, in the language of Jinja: its text, or a file of
        ``templates/sections``. It finds the section as ``section``, what `context` returns, and
        the macros ``show(figure)`` and ``sources(list)``.
    summary : str
        The same, for the head of the page.

    Examples
    --------
    >>> class Caution(Section):
    ...     name, order, title = "caution", 999, "Caution"
    ...     template = "<p>{{ text }}</p>"
    ...
    ...     def context(self):
    ...         return {"text": "An interval holds for the laws of the inputs."}
    """

    name: str
    order: int
    title: str = ""
    link: str = ""
    within: str = ""
    method: str = ""
    template: str = ""
    summary: str = ""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    @property
    def applies(self) -> bool:
        """Whether the result has anything to show here."""
        return not self.method or self.method in self.reading.analyses

    @cached_property
    def figures(self) -> list[Figure]:
        """Its figures, in the order of the page; how to read them is said with the first alone."""
        made, told = [], set[str]()
        for figure in self.make_figures():
            made.append(replace(figure, how="") if figure.how in told else figure)
            told.add(figure.how)
        return made

    def make_figures(self) -> list[Figure]:
        """Return its figures; none unless a section says otherwise."""
        return []

    def answer(self) -> list[str]:
        """Return its part of the answer at the head of the page: sentences to quote."""
        return []

    def further(self) -> list[str]:
        """Return sentences that stand below the answer."""
        return []

    def script(self) -> str:
        """Return the JavaScript of the page, which allows this text alone, by its hash."""
        return ""

    def context(self) -> Mapping[str, Any]:
        """Return what its fragments show."""
        return {}


SECTIONS: dict[str, type[Section]] = {}
"""The sections of a page by name."""

Kind = TypeVar("Kind", bound=type[Section])


def register(section: Kind) -> Kind:
    """Enter a section in `SECTIONS`; a decorator of its class."""
    SECTIONS[section.name] = section
    return section
