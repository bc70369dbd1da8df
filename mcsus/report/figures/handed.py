"""Figures that are drawn in a process beside this one, while the page is written."""

from collections.abc import Callable, Sequence

from mcsus.engine.beside import Beside
from mcsus.report.figures.base import Figure

_FEW = 4  # figures, which are drawn before another process has them
_HERE = 0.4  # of the figures: the first ones, as the page asks for them first


def handed(figures: Sequence[Figure], beside: Beside) -> Callable[[Figure], str]:
    """Have the last ones of some figures drawn beside; return what gives the drawing of each.

    Parameters
    ----------
    figures : sequence of Figure
        In the order in which they are asked for.
    """
    others = [] if len(figures) < _FEW else figures[round(_HERE * len(figures)) :]
    names = {figure.name for figure in others}
    answer = beside.submit(drawings, others)
    found: dict[str, str] = {}

    def drawing(figure: Figure) -> str:
        if figure.name not in names:
            return figure.svg
        found.update(found or answer())
        return found[figure.name]

    return drawing


def drawings(figures: Sequence[Figure]) -> dict[str, str]:
    """Return the drawings of figures, by name."""
    return {figure.name: figure.svg for figure in figures}
