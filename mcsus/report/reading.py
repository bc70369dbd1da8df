"""What a report reads off a Result: cells with labels, in the order of the study."""

from typing import Any

import xarray as xr

from mcsus.analysis.replication import student_quantile
from mcsus.result.reading import ResultReading, ResultTable
from mcsus.result.tree import Result
from mcsus.runner.live import Live


class Reading(ResultReading):
    """A Result as a report sees it.

    Attributes
    ----------
    live : Live or None
        The model with few draws, for a page on which inputs are changed.
    """

    live: Live | None = None

    def __init__(self, result: Result, live: Live | None = None) -> None:
        super().__init__(result)
        self.live = live

    @property
    def student(self) -> float:
        """Student quantile that turns a standard error into a 95 % bound; NaN for one replicate."""
        return student_quantile(self.replicates)


class Compared(Reading):
    """Two studies that are compared, as the sections of their page see them."""

    def __init__(self, about: dict[str, Any], comparisons: dict[str, xr.Dataset]) -> None:
        one, other = (side["name"] for side in about["compared"])
        self.about, self.comparisons = about, comparisons
        self.study = {"title": f"{one} against {other}", "question": ""}


class Explained(Reading):
    """A table of draws whose outputs are explained, as the sections of its page see it."""

    def __init__(self, about: dict[str, Any], explained: dict[str, xr.Dataset]) -> None:
        self.about, names = about, ", ".join(about["outputs"])
        self.study = {
            "title": f"What drives {names}?",
            "question": f"The draws of {about['table']}",
        }
        self.analyses = {}
        for name, data in explained.items():
            output, _, method = name.partition("@")
            self.analyses.setdefault(method, {})[output] = ResultTable(output, data)
