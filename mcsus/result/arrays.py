"""Every array of a result, once: its name, its own dims, its unit and what it means.

The tree, its checks, the JSON, the names that no dim of a study may have and the page of
documentation follow from these tables; the arrays of an analysis stand with the analysis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mcsus.result.dims import DIMS
from mcsus.vocabulary import Verdict

UNIT = "{unit}"
"""Stands for the unit that the output or the claim is shown in."""


ERROR_PARTS = ("draws", "individuals")
"""What an error is due to, where there are individuals: one may be small beside the other."""


@dataclass(frozen=True)
class Entry:
    """One array of a result.

    Parameters
    ----------
    dims : tuple of str
        Its own dims, after those of the quantity.
    unit : str
        ``{unit}`` stands for that of the quantity.
    has_error : bool
        Whether its standard error stands beside it, under ``<name>_error``.
    is_printed : bool
        Whether the JSON has it.
    has_parts : bool
        Whether, where there are individuals, that error is told apart as well: under
        ``<name>_draws_error`` and ``<name>_individuals_error``.
    holds : type
        ``float``, ``bool``, words to choose from, or ``str`` for any text.
    is_optional : bool
        Whether a result may lack it.
    is_finite : bool
        Whether every number in it is finite.
    """

    name: str
    dims: tuple[str, ...]
    unit: str
    meaning: str
    has_error: bool = False
    is_printed: bool = True
    has_parts: bool = False
    holds: type = float
    is_optional: bool = False
    is_finite: bool = False

    @property
    def variables(self) -> tuple[Entry, ...]:
        """The array and that of its error."""
        if not self.has_error:
            return (self,)
        optional = self.is_optional
        error = Entry(
            self.error, self.dims, self.unit, f"standard error of {self.name}", is_optional=optional
        )
        if not self.has_parts:
            return self, error
        parts = [
            Entry(
                part,
                self.dims,
                self.unit,
                f"part of it that is due to {kind}, if both are there",
                is_optional=True,
            )
            for kind, part in self.error_parts.items()
        ]
        return self, error, *parts

    @property
    def error(self) -> str:
        """Name of the array of its error."""
        return f"{self.name}_error"

    @property
    def error_parts(self) -> dict[str, str]:
        """Names of the arrays of the parts of its error, by what they are due to."""
        return {kind: f"{self.name}_{kind}_error" for kind in ERROR_PARTS} if self.has_parts else {}


VARIES = Entry(
    "varies", (), "", "whether the draws differ, rounding apart", is_printed=False, holds=bool
)

CURVE = Entry(
    "quantile_curve", ("curve",), UNIT, "quantiles of all draws", is_printed=False, is_finite=True
)

NEVER = Entry(
    "never",
    (),
    "1",
    "probability that it is never; all else is of the draws that are a number",
    has_error=True,
    is_optional=True,
    is_finite=True,
)

IMPOSSIBLE = Entry(
    "impossible",
    (),
    "1",
    "probability of values that cannot be, such as a negative duration, if any was met",
    has_error=True,
    is_printed=False,
    is_optional=True,
    is_finite=True,
)

_ALLOWED = "that parameters of laws allow which are known to lie between two numbers"

BOUNDS = tuple(
    Entry(
        f"{name}_bounds",
        (*dims, "bound"),
        UNIT,
        f"lowest and highest {words} {_ALLOWED}",
        has_error=has_error,
        is_printed=False,
        is_optional=True,
    )
    for name, dims, words, has_error in (
        ("mean", (), "mean", True),
        ("median", (), "median", True),
        ("quantile", ("quantile",), "quantiles", True),
        ("curve", ("curve",), "quantiles", False),
    )
)
"""Arrays of an output that depends on intervals."""

OUTPUT = (
    Entry("mean", (), UNIT, "mean of all draws", has_error=True, has_parts=True),
    Entry("sd", (), UNIT, "standard deviation of all draws", has_error=True, has_parts=True),
    Entry(
        "median", (), UNIT, "median of all draws", has_error=True, has_parts=True, is_finite=True
    ),
    Entry(
        "quantiles",
        ("quantile",),
        UNIT,
        "quantiles of all draws",
        has_error=True,
        has_parts=True,
        is_finite=True,
    ),
    Entry("symmetric", ("level", "bound"), UNIT, "interval with equal tails"),
    Entry(
        "shortest",
        ("level", "bound"),
        UNIT,
        "shortest interval",
        has_error=True,
    ),
    CURVE,
    Entry(
        "density",
        ("bin",),
        "1/({unit})",
        "histogram of all draws",
        is_printed=False,
        is_finite=True,
    ),
    Entry(
        "edges",
        ("edge",),
        UNIT,
        "edges of the bins of the histogram",
        is_printed=False,
        is_finite=True,
    ),
    Entry(
        "path_draws",
        ("size",),
        "1",
        "draws of a replicate so far",
        is_printed=False,
        is_finite=True,
    ),
    Entry("path_mean", ("size",), UNIT, "mean so far", has_error=True, is_printed=False),
    Entry("path_quantile", ("size",), UNIT, "upper end so far", has_error=True, is_printed=False),
    VARIES,
    IMPOSSIBLE,
    NEVER,
    Entry("deterministic", (), UNIT, "value where every input is typical"),
    Entry("first_order", (), UNIT, "value at the means of the inputs", is_printed=False),
    Entry(
        "first_order_interval",
        ("bound",),
        UNIT,
        "95 % interval by the law of propagation of uncertainty",
        is_printed=False,
    ),
    Entry(
        "contribution",
        ("part",),
        UNIT,
        "mean of a part",
        has_error=True,
        is_printed=False,
        is_optional=True,
    ),
    *BOUNDS,
    Entry(
        "tail_index",
        (),
        "1",
        "how slowly the heavier tail falls off: 1/4 where no error of a variance is to be trusted",
        is_printed=False,
        is_optional=True,
    ),
    Entry(
        "individuals_share",
        (),
        "1",
        "noise of the individuals of a replicate, as a share of its variance and that of the "
        "output, where there are individuals",
        is_printed=False,
        is_optional=True,
    ),
    Entry(
        "individuals_rest",
        (),
        "1",
        "noise of individuals left in a replicate, as a share of the variance of the output",
        is_printed=False,
        is_optional=True,
    ),
)
"""Arrays of an output."""

CLAIM = (
    Entry(
        "probability", (), "1", "probability that the claim holds", has_error=True, is_finite=True
    ),
    Entry("verdict", (), "", "supported, not_supported or undecided", holds=Verdict),
    Entry(
        "probability_bounds",
        ("bound",),
        "1",
        f"lowest and highest probability {_ALLOWED}",
        has_error=True,
        is_printed=False,
        is_optional=True,
        is_finite=True,
    ),
    Entry(
        "verdict_bounds",
        ("bound",),
        "",
        "the verdict at either; that of the claim stands if it does at both",
        is_printed=False,
        holds=Verdict,
        is_optional=True,
    ),
    VARIES,
    IMPOSSIBLE,
    replace(CURVE, is_finite=False),  # infinite where the quantity is never
    Entry(
        "margin_quantiles",
        ("quantile",),
        UNIT,
        "quantiles of the margin, which is above 0 where the claim holds",
        has_error=True,
        is_printed=False,
    ),
    Entry(
        "beside_quantiles",
        ("quantile",),
        UNIT,
        "quantiles of what is told beside the margin, such as a payback within an uncertain life",
        has_error=True,
        is_printed=False,
        is_optional=True,
    ),
    NEVER,
)
"""Arrays of a claim."""

CREDIT = (
    Entry("mean", (), UNIT, "mean of the real reduction", has_error=True, is_printed=False),
    Entry(
        "uncertainty",
        (),
        "1",
        "half width of the interval that the rule looks at, relative to the mean",
        has_error=True,
    ),
    Entry("deduction", (), "1", "share of the mean that the rule takes off", has_error=True),
    Entry("credited", (), UNIT, "what is credited, less the part of the buffer", has_error=True),
    Entry(
        "probability_over_credited",
        (),
        "1",
        "probability that less is real than is credited",
        has_error=True,
    ),
    Entry(
        "expected_over_credited",
        (),
        UNIT,
        "what is credited and is not real, on average over all draws",
        has_error=True,
    ),
    Entry(
        "over_credited_share",
        (),
        "1",
        "the same as a share of what is credited",
        has_error=True,
    ),
    Entry(
        "covered_in_all",
        (),
        "1",
        "probability that all that is credited is real in every period",
        has_error=True,
        is_optional=True,
    ),
    Entry(
        "factor_median",
        (),
        "1",
        "the amount issued over the real one: median; infinite where nothing is real",
        has_error=True,
        is_optional=True,
    ),
    Entry(
        "factor_interval",
        ("bound",),
        "1",
        "the same: interval with equal tails",
        has_error=True,
        is_optional=True,
    ),
    Entry(
        "probability_over_issued",
        (),
        "1",
        "probability that less is real than was issued",
        has_error=True,
        is_optional=True,
    ),
    Entry(
        "probability_nothing_real",
        (),
        "1",
        "probability that nothing is real",
        has_error=True,
        is_optional=True,
    ),
    VARIES,
    CURVE,
)
"""Arrays of credits."""

ANALYSES: dict[str, tuple[Entry, ...]] = {}
"""Arrays of the methods of sensitivity analysis that are imported, by the name of the method."""

CONSTANT = "constant_replicates"
"""Attribute of an analysis: in how many replicates the output did not vary, if in any."""

ON = "on"
"""Attribute of an analysis: what it is of, where not of the values: ``ranks``."""

OTHERS = "others"
"""Attribute of an analysis: the inputs that are one in it, as they hardly matter, if any are."""

BETWEEN = "; "
"""Between these."""

REASON = "reason"
"""Attribute of an analysis: why it says nothing of cells that vary, if of any."""

POINTS = "points"
"""Attribute of an analysis of ranks: its base points of a replicate, which may be fewer."""


def taken_names(entries: Iterable[Entry] = ()) -> frozenset[str]:
    """Return the names that no dim of a study may have, as results use them themselves."""
    arrays = (*OUTPUT, *CLAIM, *CREDIT, *entries)
    names = {name for entry in arrays for own in entry.variables for name in (own.name, *own.dims)}
    return frozenset({*DIMS, *names})
