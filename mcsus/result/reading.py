"""What is read off a Result: cells with labels, in the order of the study."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.families import special
from mcsus.result.chosen import chosen_cells
from mcsus.result.document import IGNORANCE, cell_dims, cells, undecided_by
from mcsus.result.wording import NUMERALS, cell_name, is_base, label_words, words
from mcsus.vocabulary import SCENARIO

if TYPE_CHECKING:
    from mcsus.result.tree import Result

Array = NDArray[np.float64]


_MANY_NUMBERS = 5  # labels of a numeric dim from which it is drawn as an axis
_FEATURED = 4  # outputs that get figures


@dataclass(frozen=True, eq=False)
class ResultCell:
    """One cell of an output, of the indices of an output, or of a claim."""

    labels: Mapping[str, Any]
    data: xr.Dataset

    def value(self, key: str) -> float | None:
        """Return a number; None where the run cannot tell."""
        number = float(self.data[key])
        return number if np.isfinite(number) else None

    def array(self, key: str) -> Array:
        """Return numbers along a dim of their own."""
        return np.asarray(self.data[key].values, dtype=float)

    @property
    def is_base(self) -> bool:
        """Whether the cell belongs to the study as written."""
        return is_base(self.labels)

    @property
    def name(self) -> str:
        """Labels as words; without the base scenario, which goes without saying."""
        return cell_name(self.labels)

    @property
    def varies(self) -> bool:
        """Whether the draws of the cell differ, rounding apart."""
        return bool(self.data["varies"])

    @property
    def meets_individuals(self) -> bool:
        """Whether a part of its error is due to individuals, and known."""
        return bool(np.isfinite(self.data.get("mean_individuals_error", np.nan)))

    @property
    def never(self) -> float:
        """Probability that it is never; all else that is told is of the other draws."""
        return float(self.data["never"]) if "never" in self.data else 0.0

    @property
    def is_typically_never(self) -> bool:
        """Whether it is never where every input is typical."""
        return bool(np.isposinf(float(self.data["deterministic"])))

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Lowest and highest probability of a claim that intervals of parameters of laws allow."""
        if "probability_bounds" not in self.data:
            return None
        low, high = self.array("probability_bounds")
        return float(low), float(high)

    @property
    def is_not_known(self) -> bool:
        """Whether a claim holds at some numbers in the intervals, and not at others."""
        if "verdict_bounds" not in self.data:
            return False
        return undecided_by(*map(str, self.data["verdict_bounds"].values)) == IGNORANCE

    @property
    def has_mean(self) -> bool:
        """Whether its mean settles."""
        return self.value("mean") is not None


class ResultTable:
    """The cells of an output, of its indices or of a claim.

    Attributes
    ----------
    sizes : mapping of str to float
        Medians of the output by labels of its cells, where the table is of one.
    """

    def __init__(self, name: str, data: xr.Dataset) -> None:
        self.name = name
        self.data = data
        self.sizes: Mapping[str, float] = {}
        self.attrs: dict[str, Any] = {str(key): value for key, value in data.attrs.items()}
        self.dims = cell_dims(data)
        self.cells = [ResultCell(labels, part) for labels, part in cells(data)]

    @property
    def unit(self) -> str:
        """Unit of the numbers."""
        return str(self.attrs.get("units", "1"))

    @property
    def level(self) -> float:
        """Level of the interval to quote, in words and in pictures."""
        return best_level(self.cells[0])[0]

    @cached_property
    def base(self) -> list[ResultCell]:
        """Cells of the study as written."""
        return [cell for cell in self.cells if cell.is_base]

    @property
    def middle(self) -> str:
        """What is told of its cells: the mean, or the median where one of them has no mean."""
        return "mean" if all(cell.has_mean for cell in self.cells) else "median"

    @property
    def has_scenarios(self) -> bool:
        """Whether the cells differ between scenarios."""
        return SCENARIO in self.dims

    @cached_property
    def axis_dim(self) -> str | None:
        """Numeric dim with so many labels that it is drawn as an axis, such as years."""
        for dim in self.dims:
            labels = self.data[dim].values
            if np.issubdtype(labels.dtype, np.number) and len(labels) >= _MANY_NUMBERS:
                return dim
        return None

    def medians(self) -> dict[str, float]:
        """Return the median of an output by the labels of its cells."""
        return {str(cell.labels): float(cell.data["median"]) for cell in self.cells}

    def lines(self) -> list[tuple[str, list[ResultCell]]]:
        """Return the cells along `axis_dim`, one list for each combination of other labels."""
        lines: dict[tuple[tuple[str, Any], ...], list[ResultCell]] = {}
        for cell in self.cells:
            rest = tuple((k, v) for k, v in cell.labels.items() if k != self.axis_dim)
            lines.setdefault(rest, []).append(cell)
        return [(cell_name(dict(rest)), own) for rest, own in lines.items()]

    @property
    def kind(self) -> str:
        """What a base cell is called: the name of its dim, if it has but one."""
        dims = [dim for dim in self.dims if dim != SCENARIO]
        return words(dims[0]) if len(dims) == 1 else "case"

    def noun(self, amount: int) -> str:
        """Return what so many base cells are called, for example ``both applications``."""
        every = "both" if amount == 2 else f"all {NUMERALS.get(amount, amount)}"
        return f"{every} {self.kind}s"

    def picked(self, most: int) -> list[ResultCell]:
        """Return base cells that vary to look at closely: all if they are few."""
        varying = [cell for cell in self.base if self._has_numbers(cell)]
        return self._chosen(varying, most)

    def spread(self, most: int) -> list[ResultCell]:
        """Return base cells, not more than so many."""
        return self._chosen(self.base, most)

    def places(self, shown: Iterable[ResultCell]) -> list[int]:
        """Return the places of some cells among all."""
        return [self.cells.index(cell) for cell in shown]

    def _chosen(self, cells: list[ResultCell], most: int) -> list[ResultCell]:
        sizes = [self.sizes.get(str(cell.labels), 0.0) for cell in cells]
        return [cells[k] for k in chosen_cells([own.labels for own in cells], sizes, most)]

    @staticmethod
    def _has_numbers(cell: ResultCell) -> bool:
        if "rank" in cell.data:  # 0 where nothing is told
            return bool(cell.array("rank").all())
        if "input" in cell.data.dims:
            return bool(np.isfinite(cell.array(str(next(iter(cell.data.data_vars))))).all())
        return cell.varies


class ResultReading:
    """A Result as a reader sees it: its tables, and which of them lead.

    Attributes
    ----------
    outputs, claims, credits : mapping of str to ResultTable
        By name.
    analyses : mapping of str to mapping of str to ResultTable
        What each method of sensitivity analysis says of outputs, and of groups of inputs.
    claim_analyses : mapping of str to mapping of str to ResultTable
        What each analysis of claims says of each of them.
    populations : mapping of str to ResultTable
        Quantities that differ between individuals, with the doubt of it.
    comparisons : mapping of str to Dataset
        What is compared, by output and dim.
    draws : mapping of str to Dataset
        Draws of outputs that are kept, with those of their inputs and claims.
    analysed : list of str
        Outputs of which any of them says something.
    """

    def __init__(self, result: "Result") -> None:
        self.about: dict[str, Any] = result.provenance
        self.study: dict[str, Any] = self.about["study"]
        self.design: dict[str, Any] = self.about["design"]
        self.outputs, explained, self.claims, self.credits = (
            {name: ResultTable(name, data) for name, data in result.datasets(group).items()}
            for group in ("outputs", "sensitivity", "claims", "credits")
        )
        self.populations = {
            name: ResultTable(name, data) for name, data in result.datasets("populations").items()
        }
        sizes = {name: table.medians() for name, table in self.outputs.items()}
        for table in (*self.outputs.values(), *explained.values()):
            table.sizes = sizes.get(table.name.partition("@")[0], {})
        self.comparisons = result.datasets("comparisons")
        self.draws = result.datasets("few_draws")
        self.analyses: dict[str, dict[str, ResultTable]] = {}
        for name, table in explained.items():
            method = str(table.attrs["method"])
            self.analyses.setdefault(method, {})[name.replace(f"@{method}", "", 1)] = table
        self.claim_analyses: dict[str, dict[str, ResultTable]] = {}
        for claim, nodes in result.claim_analyses().items():
            for name, data in nodes.items():
                self.claim_analyses.setdefault(name, {})[claim] = ResultTable(claim, data)
        self.analysed = [
            name
            for name in dict.fromkeys(name.partition("@")[0] for name in explained)
            if name in self.outputs
        ]

    @property
    def has_never(self) -> bool:
        """Whether an output is never in some draws."""
        return any(cell.never for table in self.outputs.values() for cell in table.cells)

    @property
    def headline(self) -> ResultTable:
        """The first output: what the study is about."""
        return next(iter(self.outputs.values()))

    @property
    def explained(self) -> ResultTable:
        """Output whose drivers the answer names: the first, or else the first analysed."""
        if self.headline.name in self.analysed or not self.analysed:
            return self.headline
        return self.outputs[self.analysed[0]]

    @property
    def featured(self) -> list[ResultTable]:
        """Outputs that get figures: the first, and those analysed or with a declared breakdown."""
        breakdown = self.about["document"].get("breakdown", {})
        chosen = [
            table
            for name, table in self.outputs.items()
            if table is self.headline or name in self.analysed or name in breakdown
        ]
        return chosen[:_FEATURED]

    @property
    def featured_further(self) -> list[ResultTable]:
        """Those of them whose drivers the answer does not name."""
        return [table for table in self.featured if table is not self.explained]

    @property
    def replicates(self) -> int:
        """Number of independent replicates."""
        return int(self.design["replicates"])

    @property
    def analysis_replicates(self) -> int:
        """Number of replicates of the analyses."""
        return int(self.about.get("sensitivity_replicates", self.replicates))

    def analysis_bound(self, probability: float = 0.975) -> float:
        """Return how many of their errors the analyses are off at most: the Student t quantile.

        NaN for one replicate, which tells no errors.
        """
        count = self.analysis_replicates
        return float(special.stdtrit(count - 1, probability)) if count > 1 else float("nan")

    @property
    def references(self) -> dict[str, list[dict[str, Any]]]:
        """Output -> whole products to compare it with."""
        return {
            name: [{**product, "title": str(product["title"]).split(": ")[-1]} for product in entry]
            for name, entry in self.about.get("references", {}).items()
        }

    @property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """Name -> input."""
        return {item["name"]: item for item in self.about["inputs"]}

    def members(self, name: str) -> list[str]:
        """Return the inputs that have indices together under a name: one, or a group."""
        return list(self.about.get("groups", {}).get(name, [name]))

    def stages(self, table: ResultTable) -> list[str]:
        """Return the life-cycle stage of each part of an output's breakdown, if any is known."""
        parts = [str(part) for part in table.data["part"].values]
        recorded = json.loads(table.attrs.get("stages", "[]")) or [""] * len(parts)
        return [
            stage or str(self.inputs.get(part, {}).get("stage", ""))
            for part, stage in zip(parts, recorded, strict=True)
        ]

    def scenario_title(self, scenario: str) -> str:
        """Return the title of a scenario, or its id as words."""
        titles = {s["id"]: s.get("title") for s in self.about["scenarios"]}
        title = titles.get(scenario)
        return str(title) if title and title != scenario else label_words({SCENARIO: scenario})


def best_level(cell: ResultCell) -> tuple[float, float, float]:
    """Return level, low and high of the interval to quote: 95 % if there, else the widest."""
    levels = cell.array("level")
    k = max(range(len(levels)), key=lambda i: (abs(levels[i] - 0.95) < 1e-9, levels[i]))
    low, high = cell.array("symmetric")[k]
    return float(levels[k]), float(low), float(high)


def quantile(cell: ResultCell, probability: float) -> float:
    """Return a quantile of a cell, read off its curve."""
    return float(np.interp(probability, cell.array("curve"), cell.array("quantile_curve")))
