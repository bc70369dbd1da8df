"""The figures of a report as axes of matplotlib, by name: ``result.plot.density()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mcsus.errors import Fault, InputError, nearest
from mcsus.families import Distribution
from mcsus.report.figures.base import Figure
from mcsus.report.figures.densities import density_figure
from mcsus.report.figures.laws import law_table
from mcsus.report.figures.placed import Panels, placed
from mcsus.report.figures.ranges import fan_figure
from mcsus.report.figures.scatter import Looked, scatter_figure
from mcsus.report.reading import Reading
from mcsus.report.sections.claims import claim_figure
from mcsus.report.sections.contributions import contribution_figure
from mcsus.report.sections.convergence import convergence_figure
from mcsus.report.sections.draws import looked_at
from mcsus.report.sections.drivers import driver_figure
from mcsus.report.sections.shapley import shapley_figure
from mcsus.result.ranking import LEADING, Ranking, leading
from mcsus.result.reading import ResultTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mcsus.result.tree import Result


class Plots:
    """The figures of the report of a result.

    Each method takes the output, ``ax`` and labels, as ``application="keyword_spotting"`` or a
    list of them, and returns the axes: an array of them where a figure has several panels. With
    ``ax`` the whole figure takes the room of these axes, which become its first panel.

    Parameters
    ----------
    result : Result

    Examples
    --------
    >>> from mcsus.runner import run
    >>> axes = run("mcu_chip", draws=256, replicates=2, methods=[]).plot.density()
    >>> axes.figure.texts[0].get_text()
    'How likely each value is'
    """

    def __init__(self, result: Result) -> None:
        self._reading = Reading(result)

    def __repr__(self) -> str:
        return "Figures of a result: density, drivers, made_of, claims, convergence and scatter"

    def density(
        self, output: str | None = None, *, ax: Axes | None = None, **labels: Any
    ) -> Panels:
        """Draw the density of an output with its median and interval, at each of its labels.

        Along a numeric dim of five labels or more, such as years, bands of quantiles are drawn.

        Parameters
        ----------
        output : str, optional
            The first one by default.
        ax : Axes, optional
        **labels
            A label, or a list of labels, by dim.
        """
        table = _at(self._output(output), labels)
        dim = table.axis_dim
        return placed(density_figure(table) if dim is None else fan_figure(table, dim), ax)

    def drivers(
        self,
        output: str | None = None,
        *,
        by: str | None = None,
        ax: Axes | None = None,
        **labels: Any,
    ) -> Panels:
        """Draw the shares of the variance of an output: Sobol\u2019 indices, or Shapley effects.

        Parameters
        ----------
        by : str, optional
            A further grouping that the study asks for: stage, source, evidence or label.
        """
        reading = self._reading
        tables = leading(reading)
        if not tables:
            allowed = f"a run with one of the methods {', '.join(LEADING)}"
            raise InputError(Fault("a run without shares of the variance", allowed, ("plot",)))
        first = reading.explained.name
        name = output or (first if first in tables else next(iter(tables)))
        name = name if by is None else f"{name}@{by}"
        table = _at(_known(name, tables, "an output that was analysed"), labels)
        ranking = Ranking.of(table)
        if not ranking.cells or not ranking.names:
            raise _nothing(name, "an output that varies")
        if ranking.key == "ST":
            t = reading.analysis_bound()
            return placed(driver_figure(table, ranking, t), ax)
        return placed(shapley_figure(reading, name, table, ranking), ax)

    def made_of(
        self, output: str | None = None, *, ax: Axes | None = None, **labels: Any
    ) -> Panels:
        """Draw what the mean of an output is made of, where the study has a breakdown of it."""
        outputs = self._reading.outputs
        tables = {name: own for name, own in outputs.items() if "part" in own.data.coords}
        if not tables:
            raise _nothing("no [breakdown]", "a study that says what an output is made of")
        name = output or next(iter(tables))
        table = _at(_known(name, tables, "an output with a breakdown"), labels)
        if table.middle != "mean":
            raise _nothing(name, "an output whose mean settles")
        return placed(contribution_figure(table, self._reading.stages(table)), ax)

    def claims(self, claim: str | None = None, *, ax: Axes | None = None, **labels: Any) -> Panels:
        """Draw a claim: the probability that its quantity stays below a value, and its threshold.

        Parameters
        ----------
        claim : str, optional
            Its id; the first one by default.
        """
        made = self._reading.claims.items()
        tables = {name: own for name, own in made if not own.attrs["is_sign"]}
        if not tables:
            raise _nothing("no claim of a quantity", "a study that claims something of a quantity")
        name = claim or next(iter(tables))
        return placed(claim_figure(_at(_known(name, tables, "a claim"), labels)), ax)

    def convergence(
        self, output: str | None = None, *, ax: Axes | None = None, **labels: Any
    ) -> Panels:
        """Draw how the mean and an upper quantile of an output settle as draws are added."""
        table = _at(self._output(output), labels)
        figure = convergence_figure(table, self._reading.student)
        if figure is None:
            raise _nothing(table.name, "an output that varies and is a number in every draw")
        return placed(figure, ax)

    def scatter(
        self,
        output: str | None = None,
        *,
        inputs: str | Sequence[str] | None = None,
        ax: Axes | None = None,
        **labels: Any,
    ) -> Panels:
        """Draw draws of an output against the inputs that matter most to it.

        Parameters
        ----------
        output : str, optional
            The one of which a run keeps draws: the first that is analysed.
        inputs : str or sequence of str, optional
            Some of its inputs.
        """
        draws = self._reading.draws
        if not draws:
            raise _nothing("no kept draws", "a run with an analysis of sensitivity")
        name = output or next(iter(draws))
        cells = looked_at(_known(name, draws, "the output of which draws are kept"))
        table = _at(self._output(name), labels)
        shown = [own for own in table.cells if any(own.labels == cell.labels for cell in cells)]
        kept = [cell for cell in cells if any(own.labels == cell.labels for own in shown)]
        if not kept:
            told = ", ".join(str(dict(cell.labels)) for cell in cells)
            raise InputError(Fault("no draws at these labels", f"labels of {told}", ("plot",)))
        if inputs is not None:
            asked = [inputs] if isinstance(inputs, str) else list(inputs)
            kept = [_with_inputs(cell, asked) for cell in kept]
        mean = all(own.has_mean for own in shown)
        t = self._reading.student
        return placed(scatter_figure(name, table.unit, table.dims, kept, t, mean=mean), ax)

    def _output(self, name: str | None) -> ResultTable:
        outputs = self._reading.outputs
        table: ResultTable = _known(name or next(iter(outputs)), outputs, "an output of the study")
        return table


def plot_law(law: Distribution, unit: str = "", ax: Axes | None = None) -> Panels:
    """Draw the density of a law with its median and its 95 % interval."""
    return placed(law_figure(law, unit), ax)


def law_figure(law: Distribution, unit: str = "") -> Figure:
    """Return the figure of a law, in a unit if that is known."""
    return density_figure(law_table(law.family, {"": law}, unit or "value"))


def _with_inputs(cell: Looked, asked: Sequence[str]) -> Looked:
    """Return the draws of a cell against some of its inputs."""
    return cell._replace(inputs={name: _known(name, cell.inputs, "an input") for name in asked})


def _known(name: str, known: Mapping[str, Any], what: str) -> Any:
    """Return what is called so."""
    if name not in known:
        allowed = f"{what}: {', '.join(known)}"
        raise InputError(Fault(repr(name), allowed, ("plot",), nearest(name, known)))
    return known[name]


def _nothing(found: str, allowed: str) -> InputError:
    return InputError(Fault(found, allowed, ("plot",)))


def _at(table: ResultTable, labels: Mapping[str, Any]) -> ResultTable:
    """Return a table at some labels of its dims."""
    chosen: dict[str, list[Any]] = {}
    for dim, asked in labels.items():
        if dim not in table.dims:
            allowed = f"dims of {table.name}: {', '.join(table.dims) or 'none'}"
            raise InputError(Fault(repr(dim), allowed, ("plot",), nearest(dim, table.dims)))
        known = {label: label for label in table.data[dim].values.tolist()}
        each = asked if isinstance(asked, list | tuple) else [asked]
        chosen[dim] = [_label(dim, label, known) for label in each]
    if not chosen:
        return table
    made = ResultTable(table.name, table.data.sel(chosen))
    made.sizes = table.sizes
    return made


def _label(dim: str, label: Any, known: Mapping[Any, Any]) -> Any:
    if label not in known:
        near = nearest(str(label), [str(own) for own in known])
        raise InputError(Fault(repr(label), ", ".join(map(str, known)), ("plot", dim), near))
    return known[label]
